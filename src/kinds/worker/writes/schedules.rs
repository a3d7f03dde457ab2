//! Writes the cron schedules of a Worker. They are one list, which is written whole and without compare-and-set: so it is
//! read right before, and what others put there stays. After an unclear answer it is read again before it is sent again.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::cloudflare::schedules::{self, ScheduleList};
use crate::cloudflare::{Call, Heard, ReadOf, Turn};
use crate::diagnostic::{Code, Diagnostic};
use crate::http::CallError;
use crate::kinds::worker::subject::Subject;
use crate::resource::{AtHand, Ended, LiveSchedules, Next, Procedure};

/// Cloudflare's code for a Worker without the handler.
const NO_HANDLER: i64 = 10069;
const HANDLER: &str = "export a handler in the Worker's code: `async scheduled(controller, env, context) {}`";
/// How often the list is sent, for half a minute.
const TRIES: u32 = 7;

/// What is to be there, and what is to go; anything else stays.
#[derive(Debug)]
pub(in super::super) struct PuttingSchedules {
    pub subject: Subject,
    pub wanted: Vec<String>,
    pub leaving: Vec<String>,
}

impl Procedure for PuttingSchedules {
    fn shown(&self) -> Value {
        json!({ "wanted": self.wanted, "leaving": self.leaving })
    }

    fn next(&self, heard: &Heard, _: AtHand<'_>) -> Next {
        let read = self.read();
        match heard.turns() {
            [] | [.., Turn::Paused | Turn::Told] => Next::Read(vec![read.into()]),
            [.., Turn::Replies(_)] => match heard.get(&read) {
                Some(Ok(now)) => self.written(&now),
                Some(Err(error)) if error.is_absent() && self.wanted.is_empty() => Next::End(Ended::done()),
                Some(Err(error)) => Next::End(unread(heard, error)),
                None => Next::End(Ended::done()),
            },
            [.., Turn::Sent(Ok(answer))] if self.is_carried_out(answer) => Next::End(Ended::done()),
            [.., Turn::Sent(Ok(_))] => again(heard).unwrap_or_else(|| Next::End(Ended::unknown(self.overwritten()))),
            [.., Turn::Sent(Err(error))] if error.may_have_arrived && !error.is_aborted() => {
                again(heard).unwrap_or_else(|| Next::End(Ended::from(error)))
            }
            [.., Turn::Sent(Err(error))] if error.code() == Some(NO_HANDLER) => {
                Next::End(Ended::refused(error.diagnostic().with_help(HANDLER)))
            }
            [.., Turn::Sent(Err(error))] => Next::End(unread(heard, error)),
        }
    }
}

impl PuttingSchedules {
    fn read(&self) -> ReadOf<ScheduleList> {
        schedules::list(&self.subject.account, &self.subject.script).settling_late(self.subject.is_new)
    }

    /// What is sent beside what is there now; nothing where that is as it should be.
    fn written(&self, now: &ScheduleList) -> Next {
        let leaving = |cron: &&String| self.leaving.contains(&LiveSchedules::canonical(cron));
        let mut crons: Vec<String> = now.crons.iter().filter(|cron| !leaving(cron)).cloned().collect();
        let there: BTreeSet<String> = crons.iter().map(|cron| LiveSchedules::canonical(cron)).collect();
        let missing: Vec<String> = self.wanted.iter().filter(|cron| !there.contains(*cron)).cloned().collect();
        if missing.is_empty() && crons.len() == now.crons.len() {
            return Next::End(Ended::done());
        }
        crons.extend(missing);
        let call = schedules::put(&self.subject.account, &self.subject.script, &crons);
        Next::Send(Box::new(Call { looks_first: true, settles_late: self.subject.is_new, ..call }))
    }

    /// Whether an answer shows what was sent: somebody else may have written the list at the same time.
    fn is_carried_out(&self, answer: &Value) -> bool {
        let listed = answer.get("schedules").and_then(Value::as_array);
        let crons = listed.into_iter().flatten().filter_map(|schedule| schedule.get("cron")?.as_str());
        let crons: BTreeSet<String> = crons.map(LiveSchedules::canonical).collect();
        self.wanted.iter().all(|cron| crons.contains(cron)) && !self.leaving.iter().any(|cron| crons.contains(cron))
    }

    fn overwritten(&self) -> Diagnostic {
        let message = format!("somebody else writes the schedules of `{}` at the same time", self.subject.script);
        Diagnostic::error(Code::Raced, message)
            .with_help("look at what is live with `cfworker-deploy plan`, then apply again")
    }
}

/// A pause before the next look, while it is worth one.
fn again(heard: &Heard) -> Option<Next> {
    let sent = heard.turns().iter().filter(|turn| matches!(turn, Turn::Sent(_))).count();
    let sent = u32::try_from(sent).ok().filter(|sent| *sent < TRIES)?;
    Some(Next::Pause { why: None, milliseconds: f64::from(250 << sent) })
}

/// The end at an error: where the list was sent before, it may have taken effect.
fn unread(heard: &Heard, error: &CallError) -> Ended {
    let is_open = |turn: &Turn| match turn {
        Turn::Sent(Ok(_)) => true,
        Turn::Sent(Err(error)) => error.may_have_arrived,
        Turn::Replies(_) | Turn::Paused | Turn::Told => false,
    };
    let unknown = heard.turns().iter().any(is_open);
    Ended::Failed { finding: Box::new(error.diagnostic()), unknown, aborted: error.is_aborted() }
}
