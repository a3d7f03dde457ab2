//! Those who watch a client, and may stop it.

use super::LocalFuture;

/// The caller's wish to stop: no further request is sent, a write in flight ends first.
pub trait Signal {
    /// Whether the wish was spoken.
    fn is_aborted(&self) -> bool;

    /// Resolves when it is spoken.
    fn aborted(&self) -> LocalFuture<'_, ()>;

    /// Milliseconds that the run took, where it stops because its time is over and nobody asked it to.
    fn gave_up_after_ms(&self) -> Option<u64> {
        None
    }

    /// When the run's time is over, by [`Clock::monotonic_ms`](super::Clock::monotonic_ms).
    fn ends_at_ms(&self) -> Option<f64> {
        None
    }
}

/// A wait of a second or more, for those who watch.
#[derive(Clone, Debug, PartialEq)]
pub struct Wait {
    /// What waits: the name given by [`Client::named`](super::Client::named), else method and URL without its query.
    pub target: String,
    /// Why.
    pub why: String,
    /// How long.
    pub seconds: f64,
}

/// How many requests went out, each try counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Requests that only read.
    pub reads: u32,
    /// Requests that can change something.
    pub writes: u32,
}

impl Sent {
    /// How many went out.
    pub fn all(self) -> u32 {
        self.reads + self.writes
    }
}
