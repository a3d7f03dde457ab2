//! Futures that run at the same time.

use std::cell::Cell;
use std::future::Future;

use futures_util::future;

use super::LocalFuture;

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
