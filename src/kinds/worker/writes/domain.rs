//! Gives a custom domain to a Worker. One request makes it or moves it, without compare-and-set: so it is looked at right
//! before, and what somebody else made meanwhile stays theirs. Records that are in the way and may go are deleted first.

use serde_json::{Value, json};

use crate::cloudflare::domains::{self, Domain, HAS_RECORDS, OF_ANOTHER};
use crate::cloudflare::{Call, Heard, Listing, Turn, dns_records};
use crate::diagnostic::{Code, Diagnostic, WayOut};
use crate::http::CallError;
use crate::model::Address;
use crate::resource::{AtHand, Ended, Next, Procedure};

/// How often it is sent, for half a minute.
const TRIES: u32 = 7;

/// A custom domain to make or to move.
#[derive(Debug)]
pub(in super::super) struct PuttingDomain {
    pub account: String,
    pub zone: String,
    pub hostname: String,
    pub script: String,
    /// Id and Worker of the domain that it is to be taken from.
    pub from: Option<(String, String)>,
    /// Ids of the records of the host that go first.
    pub records: Vec<String>,
    /// The Worker is made in this run.
    pub is_new: bool,
}

/// What is sent next.
enum Stage<'a> {
    /// A record that is in the way goes.
    Record(&'a str),
    /// The domain of another Worker goes: Cloudflare said that it can't be moved.
    Free(&'a str),
    /// The Worker gets the host.
    Put,
}

impl Procedure for PuttingDomain {
    fn shown(&self) -> Value {
        let Self { zone, hostname, script, from, records, .. } = self;
        json!({ "zone": zone, "hostname": hostname, "script": script, "from": from, "records": records })
    }

    fn next(&self, heard: &Heard, _: AtHand<'_>) -> Next {
        let read = domains::named(&self.account, &self.hostname);
        let sent = sent(heard);
        match heard.turns() {
            [] | [.., Turn::Paused | Turn::Told] => Next::Read(vec![read.into()]),
            [.., Turn::Replies(_)] => match heard.get(&read) {
                Some(Ok(list)) => self.seen(&list, &sent),
                Some(Err(error)) if !error.is_absent() => Next::End(Ended::from(error)),
                Some(Err(_)) | None => self.write(&sent),
            },
            [.., Turn::Sent(_)] => self.answered(&sent),
        }
    }
}

impl PuttingDomain {
    /// Goes on by who has it now.
    fn seen(&self, list: &Listing, sent: &[&Answer]) -> Next {
        let mut there = list.entries.iter().filter_map(Domain::of);
        match there.find(|domain| domain.hostname == self.hostname) {
            Some(domain) if domain.service == self.script => Next::End(Ended::done()),
            Some(domain) if self.from.as_ref().is_none_or(|(_, service)| *service != domain.service) => {
                Next::End(Ended::refused(self.appeared(&domain.service)))
            }
            Some(_) | None => self.write(sent),
        }
    }

    fn answered(&self, sent: &[&Answer]) -> Next {
        let Some((last, before)) = sent.split_last() else { return self.write(sent) };
        let error = match (self.stage(before), last) {
            (Stage::Put, Ok(_)) => return Next::End(Ended::done()),
            (Stage::Record(_) | Stage::Free(_), Ok(_)) => return self.write(sent),
            (Stage::Record(_) | Stage::Free(_), Err(error)) if error.is_absent() => return self.write(sent),
            (Stage::Record(_) | Stage::Free(_), Err(error)) => return Next::End(Ended::from(error)),
            (Stage::Put, Err(error)) => error,
        };
        match error.code() {
            Some(OF_ANOTHER) if matches!(self.stage(sent), Stage::Free(_)) => self.write(sent),
            Some(OF_ANOTHER) => Next::End(Ended::refused(self.appeared("another Worker"))),
            // The records that were deleted a moment ago may still be seen.
            Some(HAS_RECORDS) if !self.records.is_empty() => again(sent, error),
            _ if error.may_have_arrived && !error.is_aborted() => again(sent, error),
            _ => Next::End(Ended::from(error)),
        }
    }

    fn write(&self, sent: &[&Answer]) -> Next {
        let Self { account, zone, hostname, script, is_new, .. } = self;
        Next::Send(Box::new(match self.stage(sent) {
            Stage::Record(id) => dns_records::delete(zone, id),
            Stage::Free(id) => domains::delete(account, id),
            Stage::Put => Call { settles_late: *is_new, ..domains::put(account, zone, hostname, script) },
        }))
    }

    fn stage(&self, sent: &[&Answer]) -> Stage<'_> {
        let (mut records, mut is_refused, mut is_freed) = (0, false, false);
        for answer in sent {
            let is_done = answer.as_ref().err().is_none_or(CallError::is_absent);
            if records < self.records.len() {
                records += usize::from(is_done);
            } else if is_refused && !is_freed {
                is_freed = is_done;
            } else if let Err(error) = answer {
                is_refused = error.code() == Some(OF_ANOTHER);
            }
        }
        match (self.records.get(records), &self.from) {
            (Some(id), _) => Stage::Record(id),
            (None, Some((id, _))) if is_refused && !is_freed => Stage::Free(id),
            (None, _) => Stage::Put,
        }
    }

    fn appeared(&self, service: &str) -> Diagnostic {
        let address = Address::domain(&self.hostname);
        let message = format!("`{}` was given to `{service}` meanwhile", self.hostname);
        let mut finding = Diagnostic::error(Code::TakenDomain, message).with_help("look with `cfworker-deploy plan`");
        finding.resolve = WayOut::taking(&address);
        finding
    }
}

/// How a write ended.
type Answer = Result<Value, CallError>;

fn sent(heard: &Heard) -> Vec<&Answer> {
    let sent = heard.turns().iter().filter_map(|turn| match turn {
        Turn::Sent(answer) => Some(answer),
        Turn::Replies(_) | Turn::Paused | Turn::Told => None,
    });
    sent.collect()
}

/// A pause before the next look, while it is worth one.
fn again(sent: &[&Answer], error: &CallError) -> Next {
    match u32::try_from(sent.len()).ok().filter(|sent| *sent < TRIES) {
        Some(sent) => Next::Pause { why: None, milliseconds: f64::from(250 << sent) },
        None => Next::End(Ended::from(error)),
    }
}
