//! Deploys a Worker that is to go without some of its bindings, so that what they lead to can be deleted: never over what
//! somebody deployed since the plan. The version says that it is ours, so that a run that comes after an interruption goes
//! on.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::{Value, json};

use super::tails;
use super::upload::{is_same, marks_of};
use crate::cloudflare::settings::{self, VersionSettings};
use crate::cloudflare::{Call, Heard};
use crate::kinds::worker::subject::Subject;
use crate::kinds::worker::watch::overtaken;
use crate::model::Address;
use crate::model::marks::VersionMark;
use crate::resource::{AtHand, Ended, Next, Procedure};

/// A new version of a Worker that is to go: the same code with fewer bindings.
#[derive(Clone, Debug)]
pub(in super::super) struct Unbinding {
    pub subject: Subject,
    /// Who deploys it is looked at: not where it only keeps an earlier name.
    pub is_judged: bool,
    /// Names of the bindings that it goes on without.
    pub leaves: Vec<String>,
    /// Names of all others, which are carried over as they are.
    pub keeps: Vec<String>,
    /// The Workers that bindings lead to, by names of the bindings.
    pub leads_to: BTreeMap<String, Address>,
    /// Workers that get its traces, as its settings say it.
    pub tails: Vec<Value>,
    /// Some of them no longer do: the others are set anew.
    pub leaves_tails: bool,
}

impl Procedure for Unbinding {
    fn shown(&self) -> Value {
        let mut shown = json!({ "name": self.subject.script, "leaves": self.leaves, "keeps": self.keeps });
        if let (true, Some(members)) = (self.leaves_tails, shown.as_object_mut()) {
            members.insert("tail_consumers".into(), json!(self.tails));
        }
        shown
    }

    fn without(&self, others: &BTreeSet<Address>) -> Option<Rc<dyn Procedure>> {
        let leads = |to: &Address| others.iter().any(|other| is_same(to, other));
        let traces = |other: &Address| self.tails.iter().any(|entry| tails::names(entry, other));
        if !others.iter().all(|other| traces(other) || self.leads_to.values().any(|to| is_same(to, other))) {
            return None;
        }
        let goes = |name: &String| self.leads_to.get(name).is_some_and(leads);
        let (leaves, keeps) = self.keeps.iter().cloned().partition(goes);
        let stays = |entry: &&Value| !others.iter().any(|other| tails::names(entry, other));
        let tails = self.tails.iter().filter(stays).cloned().collect();
        let leaves_tails = others.iter().any(traces);
        Some(Rc::new(Self { leaves, keeps, tails, leaves_tails, ..self.clone() }))
    }

    fn next(&self, heard: &Heard, at_hand: AtHand<'_>) -> Next {
        let checked = if self.is_judged { overtaken(&self.subject, heard, at_hand) } else { Ok(()) };
        if let Err(next) = checked {
            return next;
        }
        match heard.sent() {
            None => Next::Send(Box::new(self.call(at_hand.signature))),
            Some(Ok(_)) => Next::End(Ended::done()),
            // It is gone already, and its references with it.
            Some(Err(error)) if error.is_absent() => Next::End(Ended::done()),
            Some(Err(error)) => Next::End(Ended::from(error)),
        }
    }
}

impl Unbinding {
    fn call(&self, signature: &str) -> Call {
        let bindings = self.keeps.iter().map(|name| json!({ "type": "inherit", "name": name })).collect();
        let traces = self.leaves_tails.then_some("its tail consumers");
        let leaves: Vec<&str> = self.leaves.iter().map(String::as_str).chain(traces).collect();
        let message = format!("{signature}: goes without {}", leaves.join(", "));
        let annotations = marks_of(&VersionMark::of_nothing(), message);
        let tail_consumers = self.leaves_tails.then(|| self.tails.clone());
        let settings = VersionSettings { bindings, annotations, tail_consumers };
        settings::patch(&self.subject.account, &self.subject.script, &settings)
    }
}
