//! A value that may come from another resource.

use super::{Input, Reference};
use crate::model::{Address, Output};

/// A value, or where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referred {
    /// Itself.
    pub value: Input,
    /// The resource, where a document of the same run describes it.
    pub of: Option<Address>,
}

impl From<Input> for Referred {
    fn from(value: Input) -> Self {
        Self { value, of: None }
    }
}

impl Referred {
    /// The value, once it is known.
    pub fn known(&self) -> Option<&str> {
        match &self.value {
            Input::Value(text) => Some(text),
            Input::Reference(_) | Input::Late(_) => None,
        }
    }

    /// What must be resolved before planning.
    pub fn reference(&self) -> Option<&Reference> {
        match &self.value {
            Input::Reference(reference) => Some(reference),
            Input::Value(_) | Input::Late(_) => None,
        }
    }

    /// The output that another write of the run makes.
    pub fn late(&self) -> Option<&Output> {
        match &self.value {
            Input::Late(output) => Some(output),
            Input::Value(_) | Input::Reference(_) => None,
        }
    }

    /// Puts the value in place that another write of the run made.
    pub(super) fn settle(&mut self, late: &dyn Fn(&Output) -> Option<String>) {
        if let Some(made) = self.late().and_then(late) {
            self.value = Input::Value(made);
        }
    }
}
