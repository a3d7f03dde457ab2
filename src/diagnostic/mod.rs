//! Findings for people: what is wrong, where, and the way out.

mod call_option;
mod codes;
mod next;
mod one_object;
mod plain;
mod subject;
mod way_out;

pub use call_option::CallOption;
pub use codes::Code;
pub use next::Next;
pub use plain::{is_invisible, plain};
pub use subject::Subject;
pub use way_out::WayOut;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The run stops before any write.
    Error,
    /// Told, never changes the exit code.
    Warning,
    /// Good to know.
    Note,
}

/// A place in a manifest file; lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// Name of the source as the caller gave it.
    pub file: String,
    /// Line of the first character.
    pub line: usize,
    /// Column of the first character.
    pub column: usize,
    /// Line of the last character.
    #[serde(rename = "endLine")]
    pub end_line: usize,
    /// Column after the last character.
    #[serde(rename = "endColumn")]
    pub end_column: usize,
}

/// A further place that a finding is about, and what is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "RelatedPlace")]
pub struct Related {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// A few words, lower case, as `first given here`.
    pub label: String,
}

/// One finding. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// Stable; `explain(code)` tells more.
    pub code: Code,
    /// One sentence, lower case, no full stop, user input in backticks.
    pub message: String,
    /// The way out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The command that does what `help` says: its verb, and its words as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Next>,
    /// Options of the call by which `help` is followed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<CallOption>,
    /// Options that would let the run go on all the same.
    #[serde(skip_serializing_if = "WayOut::is_empty")]
    pub resolve: WayOut,
    /// What those would cost, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loses: Option<String>,
    /// Where in the files, when it comes from one.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Which document of the run its field stands in, until whoever has the files gives it a place.
    #[serde(skip)]
    pub document: Option<usize>,
    /// Further places, as the first of two that must not both be there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Related>,
    /// The field or the resource that it is about.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub about: Option<Subject>,
    /// Permission group whose lack explains it, by Cloudflare's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
}

impl Diagnostic {
    /// A finding that stops the run.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A finding that is told and goes on.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// Something good to know.
    pub fn note(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, message)
    }

    fn new(severity: Severity, code: Code, message: impl Into<String>) -> Self {
        Self {
            severity,
            code,
            message: message.into(),
            help: None,
            next: None,
            options: Vec::new(),
            resolve: WayOut::default(),
            loses: None,
            place: None,
            document: None,
            related: Vec::new(),
            about: None,
            permission: None,
        }
    }

    /// Adds the way out.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says by which option of the call the help is followed.
    #[must_use]
    pub fn by(mut self, option: CallOption) -> Self {
        self.options.push(option);
        self
    }

    /// Adds where it stands in the files.
    #[must_use]
    pub fn at(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }

    /// Says which document of the run it is about.
    #[must_use]
    pub fn in_document(mut self, document: usize) -> Self {
        self.document = Some(document);
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn and_at(mut self, place: Place, label: impl Into<String>) -> Self {
        self.related.push(Related { place, label: label.into() });
        self
    }

    /// Says which field of the document it is about, by its path.
    #[must_use]
    pub fn on(mut self, path: impl Into<String>) -> Self {
        self.about = Some(Subject::Field(path.into()));
        self
    }

    /// Says which resource it is about.
    #[must_use]
    pub fn about(mut self, address: Address) -> Self {
        self.about = Some(Subject::Resource(address));
        self
    }

    /// Calls the resources that it names otherwise.
    pub fn rename(&mut self, called: &dyn Fn(&mut Address)) {
        if let Some(Subject::Resource(address)) = &mut self.about {
            called(address);
        }
        let WayOut { adopt, take, delete_data, .. } = &mut self.resolve;
        adopt.iter_mut().chain(take).chain(delete_data).for_each(called);
    }

    /// Path of the field that it is about.
    pub fn path(&self) -> Option<&str> {
        self.about.as_ref().and_then(Subject::field)
    }

    /// Address of the resource that it is about.
    pub fn address(&self) -> Option<&Address> {
        self.about.as_ref().and_then(Subject::resource)
    }

    /// Whether it stops the run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Whether any finding stops the run.
pub fn any_error(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(Diagnostic::is_error)
}

/// Sorts findings as a reader meets them: by file, line, column, then by severity.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics
        .sort_by(|a, b| (&a.place, a.severity, a.code, &a.message).cmp(&(&b.place, b.severity, b.code, &b.message)));
}
