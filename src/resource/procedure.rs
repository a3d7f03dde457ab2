//! How a write goes on and how it ends: the words between the kinds, which say what is sent, and those who send it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use serde_json::Value;

use crate::bundle::Modules;
use crate::cloudflare::{Call, Heard, Read};
use crate::diagnostic::Diagnostic;
use crate::http::CallError;
use crate::model::{Address, Output};
use crate::secret::Secret;

/// A write that takes more than one request, or one that is made from what is there when its turn comes. All of it is
/// pure: what comes next follows from what was heard so far.
pub trait Procedure: fmt::Debug {
    /// Itself, as a plan shows it: without secrets.
    fn shown(&self) -> Value;

    /// Whether it needs the code of its document, which is loaded before.
    fn takes_code(&self) -> bool {
        false
    }

    /// The same without what refers to these resources; nothing where it can't do without all of them.
    fn without(&self, _others: &BTreeSet<Address>) -> Option<Rc<dyn Procedure>> {
        None
    }

    /// The same where another write of the same resource went out before; nothing where that makes no difference.
    fn again(&self) -> Option<Rc<dyn Procedure>> {
        None
    }

    /// What comes next.
    fn next(&self, heard: &Heard, at_hand: AtHand<'_>) -> Next;
}

/// What comes next.
#[derive(Debug)]
pub enum Next {
    /// Some time passes.
    Pause {
        /// Why, for those who watch; nothing where it is too short to be told.
        why: Option<&'static str>,
        /// How long.
        milliseconds: f64,
    },
    /// A round of reads.
    Read(Vec<Read>),
    /// A write.
    Send(Box<Call>),
    /// Those who watch are told something.
    Tell(Box<Diagnostic>),
    /// That is all.
    End(Ended),
}

/// How a write ended.
#[derive(Debug)]
pub enum Ended {
    /// It took effect.
    Done(Made),
    /// It did not, or (`unknown`) nobody can tell.
    Failed {
        /// Why.
        finding: Box<Diagnostic>,
        /// It may have taken effect all the same.
        unknown: bool,
        /// The run stops.
        aborted: bool,
    },
}

/// What a write made that others want to know.
#[derive(Debug, Default)]
pub struct Made {
    /// Outputs by name.
    pub outputs: BTreeMap<&'static str, String>,
    /// It was to be created, and somebody had done that already.
    pub found: bool,
    /// What somebody else did at the same time.
    pub raced: Vec<Diagnostic>,
}

/// What is at hand when the turn of a write comes.
#[derive(Clone, Copy)]
pub struct AtHand<'a> {
    /// The resource, as the plan calls it.
    pub address: &'a Address,
    /// Values that other writes of the run made.
    pub late: &'a dyn Fn(&Output) -> Option<String>,
    /// Starts what this run writes about itself: another run of the same has another one.
    pub signature: &'a str,
    /// Code of the document, for a write that takes it.
    pub code: Option<&'a Modules>,
    /// Values of the document's secrets by name.
    pub secrets: &'a BTreeMap<String, Secret>,
}

impl Made {
    /// The output of a deletion that found nothing to delete: what it was about may be there under another id.
    pub const ABSENT: &str = "absent";

    /// It was to be deleted, and was gone before.
    pub fn absent() -> Self {
        Self { outputs: BTreeMap::from([(Self::ABSENT, "true".to_owned())]), ..Self::default() }
    }
}

impl Ended {
    /// It took effect, and nobody wants to know more.
    pub fn done() -> Self {
        Self::Done(Made::default())
    }

    /// It certainly did not take effect.
    pub fn refused(finding: Diagnostic) -> Self {
        Self::Failed { finding: Box::new(finding), unknown: false, aborted: false }
    }

    /// It may have taken effect.
    pub fn unknown(finding: Diagnostic) -> Self {
        Self::Failed { finding: Box::new(finding), unknown: true, aborted: false }
    }
}

/// A call that gave no result, as the end of a write.
impl From<&CallError> for Ended {
    fn from(error: &CallError) -> Self {
        Self::Failed {
            finding: Box::new(error.diagnostic()),
            unknown: error.may_have_arrived,
            aborted: error.is_aborted(),
        }
    }
}
