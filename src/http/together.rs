//! Futures that run at the same time.

use std::cell::{Cell, RefCell};
use std::future::Future;

use futures_util::future;
use futures_util::stream::{self, StreamExt};

use super::LocalFuture;

/// So many requests of one round are under way at once: more than the reads of one Worker, which stay one round, and
/// few enough that the last in the line of a runtime (Workers hold six connections) is not out of time before its turn.
const WINDOW: usize = 24;

/// Awaits all futures at once; their outputs come in their order.
///
/// As `futures_util`'s, whose code would exist once for each type of future: here they all put their output into a place
/// of their own.
pub async fn join_all<T>(futures: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let futures: Vec<_> = futures.into_iter().collect();
    let outputs: Vec<Cell<Option<T>>> = futures.iter().map(|_| Cell::default()).collect();
    all(futures.into_iter().zip(&outputs).map(|(future, output)| put(future, output)).collect()).await;
    outputs.into_iter().filter_map(Cell::into_inner).collect()
}

fn put<'a, T>(future: impl Future<Output = T> + 'a, output: &'a Cell<Option<T>>) -> LocalFuture<'a, ()> {
    Box::pin(async move { output.set(Some(future.await)) })
}

fn all(futures: Vec<LocalFuture<'_, ()>>) -> LocalFuture<'_, ()> {
    Box::pin(async { drop(future::join_all(futures).await) })
}

/// Awaits all futures, a window of them at a time: whenever one ends the next one starts. Their outputs come in their
/// order.
pub async fn join_window<T>(futures: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let outputs: RefCell<Vec<(usize, T)>> = RefCell::default();
    let mut numbered = futures.into_iter().enumerate().map(|(number, future)| note(number, future, &outputs));
    window(&mut numbered).await;
    drop(numbered);
    let mut outputs = outputs.into_inner();
    outputs.sort_unstable_by_key(|(number, _)| *number);
    outputs.into_iter().map(|(_, output)| output).collect()
}

fn note<'a, T>(
    number: usize,
    future: impl Future<Output = T> + 'a,
    outputs: &'a RefCell<Vec<(usize, T)>>,
) -> LocalFuture<'a, ()> {
    Box::pin(async move {
        let output = future.await;
        outputs.borrow_mut().push((number, output));
    })
}

fn window<'w, 'a: 'w>(futures: &'w mut (dyn Iterator<Item = LocalFuture<'a, ()>> + 'w)) -> LocalFuture<'w, ()> {
    Box::pin(stream::iter(futures).buffer_unordered(WINDOW).for_each(|()| future::ready(())))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::task::Poll;

    use futures_util::FutureExt;
    use futures_util::future::poll_fn;

    use super::{WINDOW, join_window};

    #[test]
    fn a_window_starts_as_many_as_it_holds_and_gives_outputs_in_order() {
        let (under_way, most) = (Cell::new(0), Cell::new(0));
        let one = |number: usize| {
            let (under_way, most) = (&under_way, &most);
            async move {
                under_way.set(under_way.get() + 1);
                most.set(under_way.get().max(most.get()));
                // Later ones end first.
                let mut polls = 6 - number % 5;
                poll_fn(|context| {
                    context.waker().wake_by_ref();
                    polls -= 1;
                    if polls == 0 { Poll::Ready(()) } else { Poll::Pending }
                })
                .await;
                under_way.set(under_way.get() - 1);
                number
            }
        };
        let mut all = Box::pin(join_window((0..100).map(one)));
        let outputs = (0..10_000).find_map(|_| all.as_mut().now_or_never()).expect("an end");
        assert_eq!(outputs, (0..100).collect::<Vec<_>>());
        assert_eq!((under_way.get(), most.get()), (0, WINDOW));
    }
}
