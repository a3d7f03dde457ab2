//! What has been read so far, and what was made of it once.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::cloudflare::{FromResult, Read, ReadOf, Reply};
use crate::http::CallError;

/// The read whose reply an index was made of, what is looked up by, and the type of the index.
type Made = (Read, &'static str, TypeId);

/// Replies by what was asked.
#[derive(Default)]
pub struct Known {
    replies: BTreeMap<Read, Reply>,
    indexes: RefCell<BTreeMap<Made, Rc<dyn Any>>>,
}

impl Known {
    /// What some reads told; those that failed told nothing.
    pub fn of(answers: impl IntoIterator<Item = (Read, Result<Reply, CallError>)>) -> Self {
        let replies = answers.into_iter().filter_map(|(read, answer)| Some((read, answer.ok()?)));
        Self { replies: replies.collect(), ..Self::default() }
    }

    /// The result of a read; nothing when it was not made or had none.
    pub fn get<T: FromResult>(&self, read: &ReadOf<T>) -> Option<Rc<T>> {
        read.result(self.replies.get(read.as_ref())?)
    }

    /// The reply to a read, whatever its type.
    pub fn reply(&self, read: &Read) -> Option<&Reply> {
        self.replies.get(read)
    }

    /// Whether a read was made.
    pub fn has(&self, read: &Read) -> bool {
        self.replies.contains_key(read)
    }

    /// What is made of a reply for those who look something up in it: made once a run, however many they are. `by` says by
    /// what they look; what is made must follow from that and the reply alone. Nothing where the read was not made.
    pub fn index<I: 'static>(&self, read: &Read, by: &'static str, make: impl FnOnce(&Reply) -> I) -> Option<Rc<I>> {
        let reply = self.replies.get(read)?;
        let key = (read.clone(), by, TypeId::of::<I>());
        if let Some(made) = self.indexes.borrow().get(&key) {
            return made.clone().downcast().ok();
        }
        let made = Rc::new(make(reply));
        self.indexes.borrow_mut().insert(key, made.clone());
        Some(made)
    }

    /// Keeps a reply.
    pub(super) fn add(&mut self, read: Read, reply: Reply) {
        self.replies.insert(read, reply);
    }
}
