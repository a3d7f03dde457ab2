//! What has been read so far, and the rounds that read it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::failures::{Failure, failures};
use crate::cloudflare::{Api, FromResult, Read, ReadOf, Reply};
use crate::http::{CallError, Client, join_window};
use crate::resource::DesiredState;

/// Replies by what was asked.
#[derive(Default)]
pub struct Known(BTreeMap<Read, Reply>);

impl Known {
    /// What some reads told already.
    pub(super) fn of(answers: Vec<(Read, Result<Reply, CallError>)>) -> Self {
        Self(answers.into_iter().filter_map(|(read, answer)| Some((read, answer.ok()?))).collect())
    }

    /// The result of a read; nothing when it was not made or had none.
    pub fn get<T: FromResult>(&self, read: &ReadOf<T>) -> Option<Rc<T>> {
        read.result(self.0.get(read.as_ref())?)
    }

    /// The reply to a read, whatever its type.
    pub fn reply(&self, read: &Read) -> Option<&Reply> {
        self.0.get(read)
    }

    /// Whether a read was made.
    pub(super) fn has(&self, read: &Read) -> bool {
        self.0.contains_key(read)
    }

    /// Makes a round of those reads that are not known yet.
    ///
    /// # Errors
    /// A finding for each cause of a failed read; all reads of the round are made first.
    pub(super) async fn add(
        &mut self,
        api: &Api,
        client: &Client,
        desired: &DesiredState,
        reads: Vec<Read>,
    ) -> Result<(), Vec<Failure>> {
        let new = reads.into_iter().filter(|read| !self.has(read)).collect();
        let mut failed = Vec::new();
        for (read, answer) in gather(api, client, new).await {
            match answer {
                Ok(reply) => drop(self.0.insert(read, reply)),
                Err(error) => failed.push((read, error)),
            }
        }
        let failed: Vec<_> = failed.iter().map(|(read, error)| (read, error)).collect();
        let failures = failures(desired, &failed);
        if failures.is_empty() { Ok(()) } else { Err(failures) }
    }
}

/// Makes a round of reads, equal ones once, and gives each its own answer, in the order in which they were asked for.
pub(super) async fn gather(api: &Api, client: &Client, mut reads: Vec<Read>) -> Vec<(Read, Result<Reply, CallError>)> {
    let mut asked = BTreeSet::new();
    reads.retain(|read| asked.insert(read.clone()));
    let answers = join_window(reads.iter().map(|read| api.ask(client, read))).await;
    reads.into_iter().zip(answers).collect()
}
