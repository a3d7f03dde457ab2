//! Removes secrets that an upload left out: leaving one out is not sure to remove it, so the set is read back.

use serde_json::{Value, json};

use crate::binding::secret_text;
use crate::cloudflare::scripts::{self, Settings};
use crate::cloudflare::{Heard, Turn, secrets};
use crate::http::CallError;
use crate::resource::{AtHand, Ended, Next, Procedure};

/// Secrets that are to be gone.
#[derive(Debug)]
pub(in super::super) struct RemovingSecrets {
    pub account: String,
    pub script: String,
    pub names: Vec<String>,
}

impl Procedure for RemovingSecrets {
    fn shown(&self) -> Value {
        json!({ "names": self.names })
    }

    fn next(&self, heard: &Heard, _: AtHand<'_>) -> Next {
        let read = scripts::settings(&self.account, &self.script);
        match heard.turns() {
            [] => Next::Read(vec![read.into()]),
            [.., Turn::Replies(_)] => match heard.get(&read) {
                Some(Ok(settings)) => self.remove(&settings),
                Some(Err(error)) => self.failed(heard, error),
                None => Next::End(Ended::done()),
            },
            [.., Turn::Sent(Err(error))] => self.failed(heard, error),
            [.., Turn::Sent(Ok(_)) | Turn::Paused | Turn::Told] => Next::End(Ended::done()),
        }
    }
}

impl RemovingSecrets {
    /// Removes those that are there.
    fn remove(&self, settings: &Settings) -> Next {
        let is_there = |name: &&String| {
            settings.bindings.iter().any(|live| live.name == **name && live.binding_type == secret_text::TYPE)
        };
        let mut there = self.names.iter().filter(is_there).peekable();
        if there.peek().is_none() {
            return Next::End(Ended::done());
        }
        Next::Send(Box::new(secrets::remove(&self.account, &self.script, there)))
    }

    /// One of them went meanwhile, perhaps by our own request whose answer was lost: the rest is still there.
    fn failed(&self, heard: &Heard, error: &CallError) -> Next {
        let absent = |turn: &Turn| match turn {
            Turn::Sent(Err(error)) => error.is_absent(),
            Turn::Replies(replies) => replies.iter().any(|(_, reply)| matches!(reply, Err(error) if error.is_absent())),
            Turn::Sent(Ok(_)) | Turn::Paused | Turn::Told => false,
        };
        let is_first = heard.turns().iter().filter(|turn| absent(turn)).count() == 1;
        match error.is_absent() && is_first {
            true => Next::Read(vec![scripts::settings(&self.account, &self.script).into()]),
            false => Next::End(Ended::from(error)),
        }
    }
}
