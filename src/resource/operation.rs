//! Writes as values: what a step of a plan does, as its kind says it.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde::{Serialize, Serializer};
use serde_json::json;

use super::procedure::Procedure;
use crate::cloudflare::Call;
use crate::model::Address;

/// One write.
#[derive(Clone, Debug, Serialize)]
pub struct Operation {
    /// The kind's own word for what of the resource it writes.
    pub part: &'static str,
    /// What it does.
    #[serde(flatten)]
    pub act: Act,
}

/// What a write does.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// One request.
    Call(Box<Call>),
    /// Several, or one that is made from what is there when its turn comes.
    Procedure(#[serde(serialize_with = "shown")] Rc<dyn Procedure>),
}

fn shown<S: Serializer>(procedure: &Rc<dyn Procedure>, serializer: S) -> Result<S::Ok, S::Error> {
    procedure.shown().serialize(serializer)
}

impl Operation {
    /// One request.
    pub fn call(part: &'static str, call: Call) -> Self {
        Self { part, act: Act::Call(Box::new(call)) }
    }

    /// More than one request, or one that is made late.
    pub fn procedure(part: &'static str, procedure: impl Procedure + 'static) -> Self {
        Self { part, act: Act::Procedure(Rc::new(procedure)) }
    }

    /// Some write, for tests of what does not look at it.
    #[cfg(test)]
    pub(crate) fn any() -> Self {
        use crate::cloudflare::{Family, permissions::SCRIPTS};
        Self::call("whole", Call::new((Family::Workers, SCRIPTS), crate::http::Method::Delete, &[]))
    }

    /// The same write without what refers to these resources; nothing where it can't do without all of them.
    pub fn without(&self, others: &BTreeSet<Address>) -> Option<Self> {
        match &self.act {
            Act::Procedure(procedure) => Some(self.with(procedure.without(others)?)),
            Act::Call(_) => None,
        }
    }

    /// The same write where another one of the same resource went out before.
    #[must_use]
    pub fn again(&self) -> Self {
        match &self.act {
            Act::Procedure(procedure) => procedure.again().map_or_else(|| self.clone(), |again| self.with(again)),
            Act::Call(_) => self.clone(),
        }
    }

    fn with(&self, procedure: Rc<dyn Procedure>) -> Self {
        Self { part: self.part, act: Act::Procedure(procedure) }
    }

    /// Whether it needs the code of its document.
    pub fn takes_code(&self) -> bool {
        match &self.act {
            Act::Procedure(procedure) => procedure.takes_code(),
            Act::Call(_) => false,
        }
    }
}

/// Two that say the same are the same.
impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        json!(self) == json!(other)
    }
}
