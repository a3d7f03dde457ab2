//! Which functions are alike: those that share runs of bytes, the more so the fewer others have these.

use std::collections::BTreeMap;

/// Bytes of a run. From 3 to 6 the result is the same within 0.1 %, beyond it is larger.
const RUN: usize = 4;

/// What is left of a function's pull with each one that follows it. From 0.7 to 0.9 the result is the same.
const FADE: f64 = 0.8;

/// INVARIANT: what comes out is the same on every machine. All sums run in one order, and no operation is used whose
/// last bit is the platform's choice, as a logarithm's.
pub struct Likeness {
    /// The runs of each body.
    runs: Vec<Vec<usize>>,
    /// The bodies that have each run.
    holders: Vec<Vec<usize>>,
    /// How much each run counts.
    weights: Vec<f64>,
    /// What makes large and small bodies comparable.
    lengths: Vec<f64>,
}

impl Likeness {
    pub fn of(bodies: &[&[u8]]) -> Self {
        let mut by_run = BTreeMap::<&[u8], Vec<usize>>::new();
        for (body, bytes) in bodies.iter().enumerate() {
            for run in bytes.windows(RUN) {
                let holders = by_run.entry(run).or_default();
                if holders.last() != Some(&body) {
                    holders.push(body);
                }
            }
        }
        let holders: Vec<_> = by_run.into_values().collect();
        let weights: Vec<_> = holders.iter().map(|holders| f64::from((bodies.len() / holders.len()).ilog2())).collect();
        let mut runs = vec![Vec::new(); bodies.len()];
        for (run, holders) in holders.iter().enumerate() {
            holders.iter().for_each(|&body| runs[body].push(run));
        }
        let length = |runs: &Vec<usize>| runs.iter().map(|&run| weights[run]).sum::<f64>().sqrt().max(1.0);
        let lengths = runs.iter().map(length).collect();
        Self { runs, holders, weights, lengths }
    }

    /// All bodies from `first` on: next is always the one that is most like those just placed.
    pub fn chain(&self, first: usize) -> Vec<usize> {
        let mut pull = vec![0.0; self.runs.len()];
        let mut left: Vec<usize> = (0..self.runs.len()).collect();
        let mut chain = Vec::with_capacity(left.len());
        let mut next = (first < left.len()).then_some(first);
        while let Some(at) = next {
            let body = left.remove(at);
            chain.push(body);
            pull.iter_mut().for_each(|pull| *pull *= FADE);
            for &run in &self.runs[body] {
                let share = self.weights[run] / self.lengths[body];
                self.holders[run].iter().for_each(|&other| pull[other] += share);
            }
            next = position_of_max(left.iter().map(|&body| pull[body] / self.lengths[body]));
        }
        chain
    }
}

/// The first one, if there are several.
fn position_of_max(values: impl DoubleEndedIterator<Item = f64> + ExactSizeIterator) -> Option<usize> {
    values.enumerate().rev().max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(position, _)| position)
}

#[cfg(test)]
mod tests {
    use super::Likeness;

    #[test]
    fn alike_bodies_are_side_by_side() {
        let likeness = Likeness::of(&[b"abcdefgh", b"01234567", b"ABCDEFGH", b"abcdefgx", b"01234568"]);
        assert_eq!(likeness.chain(0), [0, 3, 1, 4, 2]);
        assert_eq!(likeness.chain(4), [4, 1, 0, 3, 2]);
    }

    #[test]
    fn what_only_two_share_counts_more_than_what_many_do() {
        let likeness = Likeness::of(&[b"many 0123", b"many 4567", b"many 89ab", b"many cdef", b"yyyy0123"]);
        assert_eq!(likeness.chain(0)[..2], [0, 4]);
    }

    #[test]
    fn each_body_has_one_place_even_if_too_short_to_be_like_any() {
        assert_eq!(Likeness::of(&[b"", b"ab", b""]).chain(1), [1, 0, 2]);
        assert!(Likeness::of(&[]).chain(0).is_empty());
    }
}
