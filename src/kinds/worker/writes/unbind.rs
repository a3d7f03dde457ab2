//! Deploys a Worker that is to go without some of its bindings, so that what they lead to can be deleted: never over what
//! somebody deployed since the plan. The version says that it is ours, so that a run that comes after an interruption goes
//! on.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::{Value, json};

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
}

impl Procedure for Unbinding {
    fn shown(&self) -> Value {
        json!({ "name": self.subject.script, "leaves": self.leaves, "keeps": self.keeps })
    }

    fn without(&self, others: &BTreeSet<Address>) -> Option<Rc<dyn Procedure>> {
        let leads = |to: &Address| others.iter().any(|other| is_same(to, other));
        if !others.iter().all(|other| self.leads_to.values().any(|to| is_same(to, other))) {
            return None;
        }
        let goes = |name: &String| self.leads_to.get(name).is_some_and(leads);
        let (leaves, keeps) = self.keeps.iter().cloned().partition(goes);
        Some(Rc::new(Self { leaves, keeps, ..self.clone() }))
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
        let message = format!("{signature}: goes without {}", self.leaves.join(", "));
        let annotations = marks_of(&VersionMark::of_nothing(), message);
        let settings = VersionSettings { bindings, annotations };
        settings::patch(&self.subject.account, &self.subject.script, &settings)
    }
}
