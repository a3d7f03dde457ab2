//! How much of a run's bundles is worked on at the same time.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use futures_channel::oneshot;

/// Lets bundles in as long as they are no more than [`Window::BYTES`] together; a larger one has it to itself. First come,
/// first served.
#[derive(Default)]
pub struct Window {
    used: Cell<usize>,
    kept: Cell<usize>,
    waiting: RefCell<VecDeque<(usize, oneshot::Sender<Place>)>>,
}

/// Room in a window, given back when it is dropped.
pub struct Place {
    window: Rc<Window>,
    bytes: usize,
}

impl Window {
    /// Bytes of bundles that are worked on together.
    pub const BYTES: usize = 5_000_000;

    /// Waits until there is room for so many bytes.
    pub async fn enter(self: &Rc<Self>, bytes: usize) -> Place {
        let (sender, receiver) = oneshot::channel();
        self.waiting.borrow_mut().push_back((bytes, sender));
        self.admit();
        match receiver.await {
            Ok(place) => place,
            // Never: the window outlives its queue. An empty place harms nobody.
            Err(oneshot::Canceled) => Place { window: self.clone(), bytes: 0 },
        }
    }

    /// Whether a bundle may stay at hand although its turn is over: [`Window::BYTES`] of them may, in all of a run.
    pub fn keeps(&self, bytes: usize) -> bool {
        let kept = self.kept.get().saturating_add(bytes);
        let fits = kept <= Self::BYTES;
        if fits {
            self.kept.set(kept);
        }
        fits
    }

    /// Lets in whoever is first, as far as there is room.
    fn admit(self: &Rc<Self>) {
        while let Some(sender) = self.next() {
            // Who waits no longer leaves the place, which lets the next one in.
            drop(sender());
        }
    }

    fn next(self: &Rc<Self>) -> Option<impl FnOnce() -> Result<(), Place>> {
        let mut waiting = self.waiting.borrow_mut();
        let used = self.used.get();
        let (bytes, _) =
            waiting.front().filter(|(bytes, _)| used == 0 || used.saturating_add(*bytes) <= Self::BYTES)?;
        let place = Place { window: self.clone(), bytes: (*bytes).max(1) };
        self.used.set(used.saturating_add(place.bytes));
        let (_, sender) = waiting.pop_front()?;
        Some(move || sender.send(place))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.window.used.set(self.window.used.get().saturating_sub(self.bytes));
        self.window.admit();
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use futures_util::FutureExt;

    use super::{Place, Window};

    fn enter(window: &Rc<Window>, bytes: usize) -> impl Future<Output = Place> + use<> {
        let window = window.clone();
        let mut entering = Box::pin(async move { window.enter(bytes).await });
        // Polled once: it stands in line from here on.
        let first = entering.as_mut().now_or_never();
        async move {
            match first {
                Some(place) => place,
                None => entering.await,
            }
        }
    }

    #[test]
    fn small_bundles_are_worked_on_together_and_a_large_one_alone() {
        let window = Rc::new(Window::default());
        let half = Window::BYTES / 2;
        let one = enter(&window, half).now_or_never().expect("room");
        let two = enter(&window, half).now_or_never().expect("room");
        let mut large = Box::pin(enter(&window, 20 * Window::BYTES));
        let mut after = Box::pin(enter(&window, 1));
        assert!(large.as_mut().now_or_never().is_none());
        drop(one);
        assert!(large.as_mut().now_or_never().is_none());
        assert!(after.as_mut().now_or_never().is_none(), "it came later");
        drop(two);
        let alone = large.as_mut().now_or_never().expect("nobody else is in");
        assert!(after.as_mut().now_or_never().is_none());
        drop(alone);
        assert!(after.as_mut().now_or_never().is_some());
    }

    #[test]
    fn who_no_longer_waits_holds_up_nobody() {
        let window = Rc::new(Window::default());
        let place = enter(&window, Window::BYTES).now_or_never().expect("room");
        drop(enter(&window, Window::BYTES));
        let next = enter(&window, Window::BYTES);
        drop(place);
        assert!(next.now_or_never().is_some());
        let left = enter(&window, Window::BYTES).now_or_never();
        assert!(left.is_some(), "what nobody took is free again");
    }

    #[test]
    fn what_stays_at_hand_is_bounded_in_all_of_a_run() {
        let window = Window::default();
        assert!(window.keeps(Window::BYTES - 1) && window.keeps(1));
        assert!(!window.keeps(1) && window.keeps(0));
    }
}
