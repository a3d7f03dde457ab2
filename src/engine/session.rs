//! One caller, one run: who asks, how, and who watches.

use std::rc::Rc;

use super::Credentials;
use super::failure::failure;
use super::masking::Masked;
use crate::apply::Event;
use crate::cloudflare::{Api, Auth};
use crate::diagnostic::{CallOption, Code, Diagnostic};
use crate::error::Error;
use crate::http::{Client, Clock, LocalFuture, Policy, Signal, Transport, Wait};
use crate::mask::Mask;

/// Ten minutes: what a run may take unless the caller says otherwise.
const TIMEOUT_MS: f64 = 600_000.0;

/// Fewest characters of a fingerprint key: 128 random bits take 22 in Base64.
const SHORTEST_KEY: usize = 22;

/// The engine's only ways out.
#[derive(Clone)]
pub struct Io {
    /// Sends requests.
    pub transport: Rc<dyn Transport>,
    /// Tells and spends time.
    pub clock: Rc<dyn Clock>,
    /// The caller's wish to stop.
    pub signal: Option<Rc<dyn Signal>>,
    /// Who watches.
    pub events: Rc<dyn Fn(Event)>,
}

/// A run with its credentials.
pub(super) struct Session<'a> {
    pub api: Api,
    pub client: Client,
    pub credentials: &'a Credentials,
    /// When the run's time is over.
    pub deadline: f64,
    /// As the caller gave it, but what is told to those who watch is masked.
    pub io: Io,
    /// What the run hides in all that leaves it.
    pub mask: Rc<Mask>,
}

impl<'a> Session<'a> {
    /// Does the work of one call.
    ///
    /// INVARIANT: whatever leaves a run that has credentials, events and results alike, leaves by here and is masked:
    /// foreign text may hold what was sent.
    ///
    /// # Errors
    /// Those of the work, and credentials that can't be used.
    pub(super) async fn run<T: Masked>(
        io: &Io,
        credentials: &'a Credentials,
        timeout_ms: Option<f64>,
        work: impl AsyncFnOnce(Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mask = Rc::new(Mask::default());
        mask.hide(&credentials.all());
        let mut result = match Self::open(&masked(io, &mask), mask.clone(), credentials, timeout_ms) {
            Ok(session) => {
                let client = session.client.clone();
                work(session).await.map_err(|error| Error { sent: client.sent().all() > 0, ..error })
            }
            Err(error) => Err(error),
        };
        result.mask(&mask);
        result
    }

    /// Checks the credentials; sends nothing.
    fn open(io: &Io, mask: Rc<Mask>, credentials: &'a Credentials, timeout_ms: Option<f64>) -> Result<Self, Error> {
        let auth = auth(credentials).map_err(|finding| failure(vec![finding]))?;
        check_fingerprint_key(credentials).map_err(|finding| failure(vec![finding]))?;
        let base_url = credentials.base_url.as_deref().unwrap_or(Api::BASE_URL);
        let api = Api::new(base_url, auth).map_err(|finding| failure(vec![finding]))?;
        let signal = Until::new(io, timeout_ms.unwrap_or(TIMEOUT_MS));
        let deadline = signal.deadline;
        let events = io.events.clone();
        let on_wait =
            move |wait: Wait| events(Event::Wait { address: wait.target, why: wait.why, seconds: wait.seconds });
        let client = Client::with_policy(
            io.transport.clone(),
            io.clock.clone(),
            Policy::default(),
            Some(Rc::new(signal)),
            Some(Rc::new(on_wait)),
        );
        Ok(Self { api, client, credentials, deadline, io: io.clone(), mask })
    }

    /// Tells those who watch.
    pub(super) fn tell(&self, event: Event) {
        (self.io.events)(event);
    }
}

/// The same ways out, where those who watch see masked events.
fn masked(io: &Io, mask: &Rc<Mask>) -> Io {
    let (events, mask) = (io.events.clone(), mask.clone());
    let told = move |mut event: Event| {
        event.mask(&mask);
        events(event);
    };
    Io { events: Rc::new(told), ..io.clone() }
}

fn auth(credentials: &Credentials) -> Result<Auth, Diagnostic> {
    let Credentials { api_token, api_key, email, .. } = credentials;
    match (api_token, api_key, email) {
        (Some(token), None, _) => Ok(Auth::Token(token.clone())),
        (None, Some(key), Some(email)) => Ok(Auth::Key { email: email.clone(), key: key.clone() }),
        (Some(_), Some(_), _) => Err(unusable("an API token and an API key were given: which one is meant?")),
        (None, Some(_), None) => Err(unusable("an API key needs the e-mail address of its user")),
        (None, None, _) => Err(Diagnostic::error(Code::CredentialsUnusable, "no credentials were given")
            .with_help("set CLOUDFLARE_API_TOKEN, or CLOUDFLARE_API_KEY together with CLOUDFLARE_EMAIL; only a plan beside an empty account needs none")
            .by(CallOption::Offline)),
    }
}

/// Whoever can read the account can try keys on the digest of its secrets: a short one would be found.
fn check_fingerprint_key(credentials: &Credentials) -> Result<(), Diagnostic> {
    let Some(key) = &credentials.fingerprint_key else { return Ok(()) };
    let length = key.reveal().trim().chars().count();
    if length >= SHORTEST_KEY {
        return Ok(());
    }
    let message = format!("the fingerprint key has {length} characters, too few to keep secrets from being guessed");
    Err(Diagnostic::error(Code::FingerprintKeyShort, message).with_help(format!(
        "give CFWORKER_FINGERPRINT_KEY at least {SHORTEST_KEY} random characters: `openssl rand -hex 32` makes a good one"
    )))
}

fn unusable(message: &str) -> Diagnostic {
    Diagnostic::error(Code::CredentialsUnusable, message)
        .with_help("set CLOUDFLARE_API_TOKEN, or CLOUDFLARE_API_KEY together with CLOUDFLARE_EMAIL")
}

/// The caller's signal, or the end of the time that the run has.
struct Until {
    clock: Rc<dyn Clock>,
    started: f64,
    deadline: f64,
    inner: Option<Rc<dyn Signal>>,
}

impl Until {
    fn new(io: &Io, timeout_ms: f64) -> Self {
        let started = io.clock.monotonic_ms();
        Self { clock: io.clock.clone(), started, deadline: started + timeout_ms, inner: io.signal.clone() }
    }

    fn is_over(&self) -> bool {
        self.clock.monotonic_ms() >= self.deadline
    }

    /// The caller wants to stop, however much time is left.
    fn is_interrupted(&self) -> bool {
        self.inner.as_ref().is_some_and(|inner| inner.is_aborted())
    }

    /// Timers of some runtimes fire a little early.
    async fn time_is_over(&self) {
        while !self.is_over() {
            self.clock.sleep((self.deadline - self.clock.monotonic_ms()).max(1.0)).await;
        }
    }
}

impl Signal for Until {
    fn is_aborted(&self) -> bool {
        self.is_over() || self.is_interrupted()
    }

    fn gave_up_after_ms(&self) -> Option<u64> {
        let took = self.clock.monotonic_ms() - self.started;
        (self.is_over() && !self.is_interrupted()).then_some(took as u64)
    }

    fn ends_at_ms(&self) -> Option<f64> {
        Some(self.deadline)
    }

    fn aborted(&self) -> LocalFuture<'_, ()> {
        Box::pin(async {
            let over = Box::pin(self.time_is_over());
            match &self.inner {
                Some(inner) => drop(futures_util::future::select(over, inner.aborted()).await),
                None => over.await,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Credentials, check_fingerprint_key};
    use crate::error::Exit;
    use crate::secret::Secret;

    #[test]
    fn a_fingerprint_key_has_a_minimum_length() {
        let with = |key: &str| Credentials { fingerprint_key: Some(Secret::new(key)), ..Credentials::default() };
        for short in ["", "hunter2", &"x".repeat(21), &format!("{}\n \n", "x".repeat(21))] {
            let finding = check_fingerprint_key(&with(short)).expect_err("refused");
            assert_eq!(Exit::of_finding(&finding), Exit::Usage);
        }
        assert_eq!(check_fingerprint_key(&with(&"x".repeat(22))), Ok(()));
        assert_eq!(check_fingerprint_key(&Credentials::default()), Ok(()));
    }
}
