//! One try of a request, and what it came to.

use super::{Again, Answer, Body, CallError, CallErrorKind, Refusal, Request, Response, TransportError};
use crate::diagnostic::plain;

/// What an answer means to the one who asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// What was asked for.
    Accepted,
    /// No, and why.
    Refused(Box<Refusal>),
    /// Neither: cut off, or not the other side's own words. The same request may get another answer.
    Garbled(String),
    /// No, and not in the other side's own words: something in between answers for it.
    Foreign(String),
}

/// Tells what an answer means.
pub type Judge<'a> = &'a dyn Fn(&Answer) -> Verdict;

/// What one request has gone through.
pub(super) struct Attempts {
    /// When the first try began.
    pub(super) started: f64,
    /// Tries so far.
    pub(super) tries: u32,
    /// Unclear answers so far.
    pub(super) unclear: u32,
    /// When the first of them came.
    pub(super) unclear_since: Option<f64>,
    /// Answers so far that something is not there yet.
    pub(super) not_yet: u32,
    /// Tokens taken from the budget.
    pub(super) taken: u32,
    /// Whether a try may have arrived without a usable answer.
    pub(super) arrived: bool,
}

impl Attempts {
    pub(super) fn at(now: f64) -> Self {
        Self { started: now, tries: 0, unclear: 0, unclear_since: None, not_yet: 0, taken: 0, arrived: false }
    }

    pub(super) fn failed(&self, request: &Request, kind: CallErrorKind) -> CallError {
        CallError { target: request.target(), tries: self.tries, may_have_arrived: self.arrived, kind }
    }
}

pub(super) struct Received {
    pub(super) answer: Answer,
    pub(super) body: Option<Box<dyn Body>>,
}

pub(super) enum Attempt {
    Received(Received, Verdict),
    TooLarge(Answer),
    Lost(TransportError),
}

impl Attempt {
    pub(super) fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Received(received, _) => Some(&received.answer),
            Self::TooLarge(answer) => Some(answer),
            Self::Lost(_) => None,
        }
    }
}

/// A try that was not accepted.
#[derive(Clone)]
pub(super) struct Failure {
    pub(super) again: Again,
    pub(super) may_have_arrived: bool,
    pub(super) kind: CallErrorKind,
}

impl Failure {
    pub(super) fn of(attempt: Attempt, writes: bool) -> Self {
        let failure = Self::whatever_it_does(attempt);
        // A read changes nothing, wherever it got.
        Self { may_have_arrived: failure.may_have_arrived && writes, ..failure }
    }

    fn whatever_it_does(attempt: Attempt) -> Self {
        let unclear = |again| again == Again::Unclear;
        match attempt {
            Attempt::Received(_, Verdict::Refused(refusal)) => {
                let again = refusal.again;
                Self { again, may_have_arrived: unclear(again), kind: CallErrorKind::Refused(refusal) }
            }
            Attempt::Received(received, Verdict::Garbled(reason)) => {
                Self { again: Again::Unclear, may_have_arrived: true, kind: malformed(&received.answer, reason) }
            }
            Attempt::Received(received, Verdict::Foreign(reason)) => {
                Self { again: Again::Never, may_have_arrived: false, kind: malformed(&received.answer, reason) }
            }
            Attempt::Received(received, Verdict::Accepted) => {
                Self { again: Again::Never, may_have_arrived: true, kind: malformed(&received.answer, String::new()) }
            }
            Attempt::TooLarge(answer) => {
                let kind = malformed(&answer, "it is too large".into());
                Self { again: Again::Never, may_have_arrived: true, kind }
            }
            Attempt::Lost(TransportError { aborted: true, may_have_arrived, .. }) => {
                Self { again: Again::Never, may_have_arrived, kind: CallErrorKind::Aborted }
            }
            Attempt::Lost(TransportError { message, may_have_arrived, lasting, .. }) => {
                let reason = plain(&message, 300);
                let (again, kind) = match lasting {
                    Some(what) => (Again::Never, CallErrorKind::Lasting { what, reason }),
                    None => (Again::Unclear, CallErrorKind::Unanswered { reason }),
                };
                Self { again, may_have_arrived, kind }
            }
        }
    }

    pub(super) fn reason(&self) -> String {
        match &self.kind {
            CallErrorKind::Refused(refusal) => {
                format!("the other side failed with status {}: {}", refusal.status, refusal.message)
            }
            CallErrorKind::Malformed { reason, .. } => format!("the answer can't be read: {reason}"),
            CallErrorKind::Unanswered { reason } | CallErrorKind::Lasting { reason, .. } => {
                format!("no answer: {reason}")
            }
            CallErrorKind::Aborted | CallErrorKind::GaveUp { .. } | CallErrorKind::Unsendable { .. } => String::new(),
        }
    }

    /// The end of the call. An unclear create is reported as unanswered: only a look can tell what became of it.
    pub(super) fn into_kind(self, look_first: bool) -> CallErrorKind {
        let reason = self.reason();
        match self.kind {
            CallErrorKind::Refused(_) | CallErrorKind::Malformed { .. } if look_first && self.may_have_arrived => {
                CallErrorKind::Unanswered { reason }
            }
            kind => kind,
        }
    }
}

pub(super) fn unsendable(request: &Request, reason: String) -> CallError {
    let kind = CallErrorKind::Unsendable { reason };
    CallError { target: request.target(), tries: 0, may_have_arrived: false, kind }
}

fn malformed(answer: &Answer, reason: String) -> CallErrorKind {
    CallErrorKind::Malformed { reason, cf_ray: answer.cf_ray() }
}

pub(super) async fn receive(response: Response, lazily: bool, limit: usize) -> Result<Received, TransportError> {
    let mut answer = Answer::head_of(&response);
    if lazily && answer.is_success() {
        return Ok(Received { answer, body: Some(response.body) });
    }
    answer.body = response.body.read(limit).await?;
    Ok(Received { answer, body: None })
}

/// Origin of a request that can be sent: its headers hold nothing that a runtime would choke on.
pub(super) fn sendable(request: &Request) -> Result<String, String> {
    for (name, value) in &request.headers {
        if !value
            .reveal()
            .chars()
            .all(|character| character == '\t' || matches!(character, ' '..='~' | '\u{a0}'..='\u{ff}'))
        {
            return Err(format!(
                "the header `{name}` holds a line break or another character that is not allowed there"
            ));
        }
    }
    let url = url::Url::parse(&request.url).map_err(|error| format!("its URL is not valid: {error}"))?;
    Ok(url.origin().ascii_serialization())
}
