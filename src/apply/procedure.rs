//! Goes on with what takes several requests, as whoever says what comes next says it.

use super::Run;
use super::call::{hear, send};
use super::event::Event;
use crate::cloudflare::{Heard, Turn};
use crate::http::Client;
use crate::model::Address;
use crate::resource::{Ended, Next};

/// Does what `next` says until it says how it ended.
pub(super) async fn follow(run: &Run<'_>, client: &Client, address: &Address, next: impl Fn(&Heard) -> Next) -> Ended {
    let mut heard = Heard::default();
    loop {
        let turn = match next(&heard) {
            Next::Read(reads) => hear(run, client, reads).await,
            Next::Send(call) => Turn::Sent(send(run, client, &call).await),
            Next::Pause { why: None, milliseconds } => {
                client.rest(milliseconds).await;
                Turn::Paused
            }
            Next::Pause { why: Some(why), milliseconds } => {
                if let Err(error) = client.pause(&address.to_string(), why, milliseconds).await {
                    return Ended::from(&error);
                }
                Turn::Paused
            }
            Next::Tell(finding) => {
                (run.events)(Event::Diagnostic(finding));
                Turn::Told
            }
            Next::End(ended) => return ended,
        };
        heard.add(turn);
    }
}
