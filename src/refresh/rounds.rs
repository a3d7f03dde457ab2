//! Rounds of reads: those of a round go out together, equal ones as one request, whoever asked.

use std::collections::BTreeSet;

use super::known::Known;
use crate::cloudflare::{Api, Read, Reply};
use crate::http::{CallError, Client, join_window};

/// Reads, each with its answer.
pub type Answers = Vec<(Read, Result<Reply, CallError>)>;

/// Reads that failed.
pub type Failed = Vec<(Read, CallError)>;

/// Makes rounds of reads, as long as somebody asks for what is not known yet: what one answer says may ask for more.
/// `asked`: everything that is wanted, as far as what is known tells what to ask.
///
/// # Errors
/// The reads that failed; all reads of a round are made first.
pub async fn rounds(
    api: &Api,
    client: &Client,
    known: &mut Known,
    asked: &dyn Fn(&Known) -> Vec<Read>,
) -> Result<(), Failed> {
    loop {
        let new: Vec<Read> = asked(known).into_iter().filter(|read| !known.has(read)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let mut failed = Failed::new();
        for (read, answer) in gather(api, client, new).await {
            match answer {
                Ok(reply) => known.add(read, reply),
                Err(error) => failed.push((read, error)),
            }
        }
        if !failed.is_empty() {
            return Err(failed);
        }
    }
}

/// Makes a round of reads, equal ones once, and gives each its own answer, in the order in which they were asked for. That
/// something is not there, or that the token may not look, is an answer where the read says so.
pub async fn gather(api: &Api, client: &Client, reads: Vec<Read>) -> Answers {
    let answers = hear(api, client, reads).await.into_iter();
    let settled = answers.map(|(read, answer)| {
        let answer = read.settled(answer);
        (read, answer)
    });
    settled.collect()
}

/// The same for those to whom it is an error that something is not there. All reads of a run go out here.
pub async fn hear(api: &Api, client: &Client, mut reads: Vec<Read>) -> Answers {
    let mut asked = BTreeSet::new();
    reads.retain(|read| asked.insert(read.clone()));
    let answers = join_window(reads.iter().map(|read| api.hear(client, read))).await;
    reads.into_iter().zip(answers).collect()
}
