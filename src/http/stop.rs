//! Waits and limits: nothing lasts longer than the run may, and what stops says why.

use futures_channel::oneshot;
use futures_util::future::{Either, select};

use super::attempt::Attempts;
use super::client::Client;
use super::{CallError, CallErrorKind, LocalFuture, Request, TransportError, Wait};

impl Client {
    /// Whether the caller wants to stop, or the run's time is over.
    pub fn is_aborted(&self) -> bool {
        self.shared.signal.as_ref().is_some_and(|signal| signal.is_aborted())
    }

    /// Why a run stops that stops now: as the caller wants, or because its time is over.
    pub fn stop(&self) -> CallErrorKind {
        match self.shared.signal.as_ref().and_then(|signal| signal.gave_up_after_ms()) {
            Some(after_ms) => CallErrorKind::GaveUp { after_ms, last: self.shared.troubles.last() },
            None => CallErrorKind::Aborted,
        }
    }

    /// Waits so long, or until the run stops.
    pub async fn rest(&self, milliseconds: f64) {
        let timer = self.shared.clock.sleep(milliseconds);
        match &self.shared.signal {
            Some(signal) => drop(select(timer, signal.aborted()).await),
            None => timer.await,
        }
    }

    /// Waits as a part of the run: told to those who watch, and over at once when the caller wants to stop. `target`: what it
    /// waits for, where the client has no name.
    ///
    /// # Errors
    /// [`CallError`] when the run stops.
    pub async fn pause(&self, target: &str, why: &str, milliseconds: f64) -> Result<(), CallError> {
        let target = self.name.as_deref().unwrap_or(target);
        if let Some(on_wait) = &self.shared.on_wait {
            on_wait(Wait { target: target.to_owned(), why: why.to_owned(), seconds: milliseconds / 1_000.0 });
        }
        self.rest(milliseconds).await;
        if self.is_aborted() {
            let kind = self.stop();
            return Err(CallError { target: target.to_owned(), tries: 0, may_have_arrived: false, kind });
        }
        Ok(())
    }

    /// Waits, tells who watches, and stops when the caller wants to. `changed` ends the wait early; with `true` nothing
    /// else does.
    pub(super) async fn wait(
        &self,
        request: &Request,
        why: &str,
        milliseconds: f64,
        changed: Option<(oneshot::Receiver<()>, bool)>,
        state: &Attempts,
    ) -> Result<(), CallError> {
        let is_behind = changed.as_ref().is_some_and(|(_, is_behind)| *is_behind);
        if (milliseconds > 0.0 || is_behind) && !self.is_aborted() {
            self.tell(request, why, milliseconds);
            let duration = if is_behind { f64::INFINITY } else { milliseconds };
            match changed {
                Some((changed, _)) => drop(select(Box::pin(self.rest_or_stop(duration)), changed).await),
                None => self.rest_or_stop(duration).await,
            }
        }
        if self.is_aborted() {
            return Err(state.failed(request, self.stop()));
        }
        Ok(())
    }

    /// As [`Client::rest`]; without end only the run's stop ends it.
    async fn rest_or_stop(&self, milliseconds: f64) {
        if milliseconds.is_finite() {
            return self.rest(milliseconds).await;
        }
        match &self.shared.signal {
            Some(signal) => signal.aborted().await,
            None => std::future::pending().await,
        }
    }

    fn tell(&self, request: &Request, why: &str, milliseconds: f64) {
        if let Some(on_wait) = self.shared.on_wait.as_ref().filter(|_| milliseconds >= 1_000.0) {
            let target = self.name.as_deref().map_or_else(|| request.target(), str::to_owned);
            on_wait(Wait { target, why: why.to_owned(), seconds: milliseconds / 1_000.0 });
        }
    }

    /// Runs work for at most `timeout` milliseconds, and no longer than the run: a read ends with it, a write has a
    /// moment more to end.
    pub(super) async fn within<T>(
        &self,
        timeout: f64,
        writes: bool,
        work: LocalFuture<'_, Result<T, TransportError>>,
    ) -> Result<T, TransportError> {
        let timer = self.shared.clock.sleep(timeout);
        let timed = async {
            match select(work, timer).await {
                Either::Left((result, _)) => result,
                Either::Right(((), _)) => {
                    let message = format!("nothing came within {} s", (timeout / 1_000.0).round());
                    Err(TransportError { message, may_have_arrived: true, ..TransportError::default() })
                }
            }
        };
        let Some(signal) = &self.shared.signal else { return timed.await };
        let stopped = async {
            signal.aborted().await;
            if writes {
                self.shared.clock.sleep(self.shared.policy.grace).await;
            }
        };
        match select(Box::pin(timed), Box::pin(stopped)).await {
            Either::Left((result, _)) => result,
            Either::Right(((), _)) => {
                let message = "stopped".into();
                Err(TransportError { message, aborted: true, may_have_arrived: true, lasting: None })
            }
        }
    }
}
