//! One use of an input: it ends, and without a panic. How long it took is told, and no reason to fail: others work on
//! this machine too.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::driver::{keep_failure, say};

/// After this nobody waits any longer: an input takes milliseconds.
const HANGS: Duration = Duration::from_secs(300);

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
    running: Arc<Mutex<Running>>,
    slowest: Cell<Duration>,
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
        Self { check, running, slowest: Cell::default() }
    }

    /// The longest that an input took so far.
    pub fn slowest(&self) -> Duration {
        self.slowest.get()
    }

    /// Uses an input; gives what went wrong.
    pub fn of(&self, input: &[u8]) -> Option<Failure> {
        *self.lock() = Some((Instant::now(), input.to_vec()));
        let start = Instant::now();
        EXPECTED.set(true);
        let result = panic::catch_unwind(AssertUnwindSafe(|| (self.check)(input)));
        EXPECTED.set(false);
        self.slowest.set(self.slowest.get().max(start.elapsed()));
        *self.lock() = None;
        result.err().and_then(|_| LAST.take())
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
