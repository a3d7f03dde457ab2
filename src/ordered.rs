//! Order, with one sort for all types.
//!
//! Every type that is sorted gets 4 kB of code of its own, and `collect()` into a set or a map sorts first.

use std::cmp::Ordering;
use std::mem;

/// A set or map of these items, grown one by one.
pub fn collect<T, C: Default + Extend<T>>(items: impl IntoIterator<Item = T>) -> C {
    let mut collection = C::default();
    collection.extend(items);
    collection
}

/// These items sorted, equal ones once.
pub fn unique<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    sort(&mut items);
    items.dedup();
    items
}

/// Sorts items; equal ones stay in their order.
pub fn sort<T: Ord>(items: &mut Vec<T>) {
    sort_by(items, T::cmp);
}

/// Sorts items by what `compare` says of two; equal ones stay in their order.
pub fn sort_by<T>(items: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    let order = order(items.len(), &|one, other| {
        let both = items.get(one).zip(items.get(other));
        both.map_or(Ordering::Equal, |(one, other)| compare(one, other))
    });
    let mut unsorted: Vec<Option<T>> = mem::take(items).into_iter().map(Some).collect();
    items.extend(order.into_iter().filter_map(|index| unsorted.get_mut(index)?.take()));
}

fn order(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|one, other| compare(*one, *other));
    order
}

#[cfg(test)]
mod tests {
    use super::{sort, sort_by};

    #[test]
    fn equal_items_stay_in_their_order() {
        let mut pairs = vec![(2, "a"), (1, "b"), (2, "c"), (0, "d"), (1, "e")];
        sort_by(&mut pairs, |one, other| one.0.cmp(&other.0));
        assert_eq!(pairs, [(0, "d"), (1, "b"), (1, "e"), (2, "a"), (2, "c")]);
        sort(&mut pairs);
        assert_eq!(pairs, [(0, "d"), (1, "b"), (1, "e"), (2, "a"), (2, "c")]);
    }
}
