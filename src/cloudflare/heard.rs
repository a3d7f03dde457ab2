//! What was asked, sent and answered so far, in order: from that alone follows what comes next.

use std::rc::Rc;

use serde_json::Value;

use super::accepted::FromResult;
use super::read::{Read, ReadOf, Reply};
use crate::http::CallError;

/// All of it.
#[derive(Debug, Default)]
pub struct Heard {
    turns: Vec<Turn>,
}

/// One thing after the other.
#[derive(Debug)]
pub enum Turn {
    /// Some time passed.
    Paused,
    /// Those who watch were told something.
    Told,
    /// A round of reads. Here it is an error where something is not there.
    Replies(Vec<(Read, Result<Reply, CallError>)>),
    /// A write.
    Sent(Result<Value, CallError>),
}

impl Heard {
    /// Adds what came last.
    pub fn add(&mut self, turn: Turn) {
        self.turns.push(turn);
    }

    /// All turns, in order.
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// How the last write ended; nothing where none was sent yet.
    pub fn sent(&self) -> Option<&Result<Value, CallError>> {
        self.turns.iter().rev().find_map(|turn| match turn {
            Turn::Sent(result) => Some(result),
            Turn::Paused | Turn::Told | Turn::Replies(_) => None,
        })
    }

    /// The newest answer to a read; nothing where it was not made yet.
    pub fn get<T: FromResult>(&self, read: &ReadOf<T>) -> Option<Result<Rc<T>, &CallError>> {
        match self.reply(read.as_ref())? {
            Ok(reply) => read.result(reply).map(Ok),
            Err(error) => Some(Err(error)),
        }
    }

    /// The same for a read of whatever type.
    pub fn reply(&self, read: &Read) -> Option<Result<&Reply, &CallError>> {
        let replies = self.turns.iter().rev().filter_map(|turn| match turn {
            Turn::Replies(replies) => Some(replies),
            Turn::Paused | Turn::Told | Turn::Sent(_) => None,
        });
        replies.flatten().find(|(asked, _)| asked == read).map(|(_, reply)| reply.as_ref())
    }
}
