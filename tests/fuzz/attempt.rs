//! One use of an input: it ends soon, and without a panic.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::driver::{keep_failure, number, say};

/// Without optimisation; `FUZZ_SOON_MS` says how soon an optimised build is done with an input.
const SOON_MS: usize = 5_000;
/// After this nobody waits any longer.
const HANGS: Duration = Duration::from_secs(30);

/// Why an input failed.
#[derive(Clone, Debug)]
pub struct Failure {
    pub message: String,
    /// Two failures at one place are the same.
    pub place: String,
}

/// The input that is in use, and since when.
type Running = Option<(Instant, Vec<u8>)>;

/// Uses of a target, watched by somebody who ends the process when one does not end.
pub struct Attempts {
    check: fn(&[u8]),
    soon: Duration,
    running: Arc<Mutex<Running>>,
}

thread_local! {
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
    static LAST: RefCell<Option<Failure>> = const { RefCell::new(None) };
}

impl Attempts {
    pub fn watched(name: &'static str, check: fn(&[u8])) -> Self {
        static HOOK: Once = Once::new();
        HOOK.call_once(remember_panics);
        let running = Arc::default();
        let seen = Arc::clone(&running);
        thread::spawn(move || watch(name, &seen));
        let soon = Duration::from_millis(number("FUZZ_SOON_MS").unwrap_or(SOON_MS) as u64);
        Self { check, soon, running }
    }

    /// Uses an input; gives what went wrong.
    pub fn of(&self, input: &[u8]) -> Option<Failure> {
        let (failure, took) = self.once(input);
        if failure.is_some() || took < self.soon {
            return failure;
        }
        // Others work on this machine too: only what is slow each time is slow.
        let least = (0..3).map(|_| self.once(input).1).min().unwrap_or(took);
        (least >= self.soon).then(|| Failure { message: format!("takes {least:?}"), place: "slow".into() })
    }

    fn once(&self, input: &[u8]) -> (Option<Failure>, Duration) {
        *self.lock() = Some((Instant::now(), input.to_vec()));
        let start = Instant::now();
        EXPECTED.set(true);
        let result = panic::catch_unwind(AssertUnwindSafe(|| (self.check)(input)));
        EXPECTED.set(false);
        let took = start.elapsed();
        *self.lock() = None;
        (result.err().and_then(|_| LAST.take()), took)
    }

    fn lock(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks from outside: a use that never ends can't be stopped, only told.
fn watch(name: &str, running: &Mutex<Running>) {
    loop {
        thread::sleep(Duration::from_millis(500));
        let running = running.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, input)) = running.filter(|(start, _)| start.elapsed() > HANGS) {
            let path = keep_failure(name, &input);
            say(&format!("{name}: an input does not end within {HANGS:?}, kept in {}\n", path.display()));
            std::process::exit(101);
        }
    }
}

/// Panics of a target are remembered; all others are shown as ever.
fn remember_panics() {
    let show = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if EXPECTED.get() {
            LAST.set(Some(failure_of(info)));
        } else {
            show(info);
        }
    }));
}

fn failure_of(info: &PanicHookInfo<'_>) -> Failure {
    let payload = info.payload();
    let text = payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied());
    Failure {
        message: text.unwrap_or("a panic without a text").to_owned(),
        place: info.location().map(ToString::to_string).unwrap_or_default(),
    }
}
