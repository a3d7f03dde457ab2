//! Failures of a run, as callers and the command line see them.

use schemars::{JsonSchema, JsonSchema_repr};
use serde::Serialize;

use crate::address::Address;
use crate::diagnostic::{Code, Diagnostic, WayOut};

/// Exit code of the command line; the JavaScript error carries the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema_repr)]
#[schemars(rename = "ExitCode")]
#[repr(u8)]
pub enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// Failed before any write.
    Failed = 1,
    /// Changes are present (`plan --detailed-exitcode`).
    Changes = 2,
    /// A write of this run took or may have taken effect and not all is done.
    Partial = 3,
    /// Authentication or permission.
    Permission = 4,
    /// Conflict: foreign owner, plan moved, raced.
    Conflict = 5,
    /// Applied, not visible within `--wait`.
    NotVisible = 6,
    /// Bad usage.
    Usage = 64,
    /// Bad manifest.
    BadManifest = 65,
    /// Interrupted (SIGINT).
    Interrupted = 130,
}

impl Exit {
    /// The exit code of a finding before any write: a permission whose lack explains it makes it 4.
    pub fn of_finding(finding: &Diagnostic) -> Self {
        if finding.permission.is_some() { Self::Permission } else { Self::of(finding.code) }
    }

    /// The exit code of a finding before any write, by the family of its code.
    pub fn of(code: Code) -> Self {
        match code {
            Code::S3KeysRefused | Code::S3PermissionMissing => return Self::Permission,
            Code::ObjectExists | Code::BundleChanged => return Self::Conflict,
            Code::ZoneNotFound
            | Code::MigrationFailed
            | Code::NoSuchVersion
            | Code::MigratedSince
            | Code::RolloutImpossible
            | Code::GuardFailed => {
                return Self::Failed;
            }
            Code::FingerprintKeyShort | Code::NoSuchStore | Code::UnclearAddress => return Self::Usage,
            _ => {}
        }
        match code.family() {
            "00" => Self::Usage,
            "01" | "02" => Self::BadManifest,
            "04" => Self::Permission,
            "05" => Self::Conflict,
            _ => Self::Failed,
        }
    }
}

impl Serialize for Exit {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(*self as u8)
    }
}

/// Why a run failed, what it did and what it did not.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Failure")]
pub struct Error {
    /// Of the cause.
    pub code: Code,
    /// Of the command line for this failure. 3: something was written and not all is done; running again is safe.
    pub exit_code: Exit,
    /// What we tried and what was said.
    pub message: String,
    /// The next command, or what to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// All findings, the cause among them.
    pub diagnostics: Vec<Diagnostic>,
    /// Addresses whose change took effect.
    #[schemars(with = "Vec<Address>")]
    pub done: Vec<String>,
    /// Addresses whose change did not happen.
    #[schemars(with = "Vec<Address>")]
    pub not_done: Vec<String>,
    /// Addresses whose change may have taken effect: the request went out, the answer was lost.
    #[schemars(with = "Vec<Address>")]
    pub unknown: Vec<String>,
    /// Whether any request went out.
    pub sent: bool,
    /// Options that would let the same call go on.
    #[serde(skip_serializing_if = "WayOut::is_empty")]
    pub resolve: WayOut,
}

impl Error {
    /// A failure before any write.
    pub fn new(code: Code, exit_code: Exit, message: impl Into<String>) -> Self {
        Self {
            code,
            exit_code,
            message: message.into(),
            help: None,
            diagnostics: Vec::new(),
            done: Vec::new(),
            not_done: Vec::new(),
            unknown: Vec::new(),
            sent: false,
            resolve: WayOut::default(),
        }
    }

    /// Adds the way out.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
