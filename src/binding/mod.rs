//! Binding types: a file for each that has a behaviour of its own, a row of [`table`] for each other.

use serde::Serialize;

use crate::model::{Address, Output};

pub mod input;
pub mod plain;
pub mod plain_text;
pub mod referred;
pub mod row;
pub mod secret_text;
pub mod table;

pub use input::{Input, Reference};
pub use plain::{MemberValue, PlainBinding};
pub use plain_text::PlainTextBinding;
pub use referred::Referred;
pub use secret_text::{SecretSource, SecretTextBinding};

/// A binding as the manifest wants it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Binding {
    /// An environment variable.
    PlainText(PlainTextBinding),
    /// A secret.
    SecretText(SecretTextBinding),
    /// Any type without a behaviour of its own.
    #[serde(untagged)]
    Plain(PlainBinding),
}

impl Binding {
    /// Name in JavaScript, `env.NAME`.
    pub fn name(&self) -> &str {
        match self {
            Self::PlainText(binding) => &binding.name,
            Self::SecretText(binding) => &binding.name,
            Self::Plain(binding) => &binding.name,
        }
    }

    /// Cloudflare's word for the type.
    pub fn type_name(&self) -> &str {
        match self {
            Self::PlainText(_) => plain_text::TYPE,
            Self::SecretText(_) => secret_text::TYPE,
            Self::Plain(binding) => &binding.type_name,
        }
    }

    /// The binding where it is one of a row.
    pub fn plain(&self) -> Option<&PlainBinding> {
        match self {
            Self::PlainText(_) | Self::SecretText(_) => None,
            Self::Plain(binding) => Some(binding),
        }
    }

    /// What it refers to and must be resolved before planning.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.referred().filter_map(Referred::reference)
    }

    /// What it refers to, where a document of the same run describes that.
    pub fn needs(&self) -> impl Iterator<Item = &Address> {
        self.referred().filter_map(|referred| referred.of.as_ref())
    }

    /// Whether a value of it is made by another write of the run.
    pub fn is_late(&self) -> bool {
        self.referred().any(|referred| referred.late().is_some())
    }

    /// The values of it that may come from other resources.
    fn referred(&self) -> impl Iterator<Item = &Referred> {
        let text = match self {
            Self::PlainText(binding) => Some(&binding.text),
            Self::SecretText(_) | Self::Plain(_) => None,
        };
        text.into_iter().chain(self.plain().into_iter().flat_map(PlainBinding::referred))
    }

    /// The same with the values that other writes of the run made.
    #[must_use]
    pub fn with_late(mut self, late: &dyn Fn(&Output) -> Option<String>) -> Self {
        match &mut self {
            Self::PlainText(binding) => binding.text.settle(late),
            Self::Plain(binding) => binding.settle(late),
            Self::SecretText(_) => {}
        }
        self
    }
}
