//! The fewest members of a circle that have to be written twice so that all of it has an order.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::circle::is_in_order;

/// So many ties are looked at to find the fewest; what was found until then has to do after that. Circles as people have
/// them take a thousandth of it.
const MOST_LOOKS: usize = 1_000_000;

/// One member waits for another one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tie {
    /// Who waits.
    pub waits: usize,
    /// For whom.
    pub on: usize,
    /// Who breaks the tie by being written twice; nobody where nothing does.
    pub by: Option<usize>,
}

/// Those that are written twice: as few as possible, and of several such sets the one whose members come first. Nothing
/// where no set gives an order.
pub(super) fn fewest(members: usize, ties: &[Tie]) -> Option<BTreeSet<usize>> {
    let candidates: BTreeSet<usize> = ties.iter().filter_map(|tie| tie.by).collect();
    let mut search = Search { members, ties, looks_left: MOST_LOOKS };
    if !search.gives_order(&candidates) {
        return None;
    }
    let enough = search.without_needless(candidates.clone());
    let candidates: Vec<usize> = candidates.into_iter().collect();
    for size in 1..=enough.len() {
        let mut chosen = BTreeSet::new();
        if search.completes(&mut chosen, &candidates, size) {
            return Some(chosen);
        }
    }
    Some(enough)
}

struct Search<'a> {
    members: usize,
    ties: &'a [Tie],
    looks_left: usize,
}

impl Search<'_> {
    fn gives_order(&mut self, twice: &BTreeSet<usize>) -> bool {
        self.looks_left = self.looks_left.saturating_sub(self.ties.len());
        let mut waits = vec![Vec::new(); self.members];
        for tie in self.ties.iter().filter(|tie| tie.by.is_none_or(|by| !twice.contains(&by))) {
            waits.iter_mut().skip(tie.waits).take(1).for_each(|waits: &mut Vec<usize>| waits.push(tie.on));
        }
        is_in_order(&waits)
    }

    /// Leaves out whom it can, those with the fewest ties first: whoever is tied to many breaks many circles.
    fn without_needless(&mut self, mut twice: BTreeSet<usize>) -> BTreeSet<usize> {
        let ties_of = |member: usize| self.ties.iter().filter(|tie| tie.waits == member || tie.on == member).count();
        let mut order: Vec<(usize, Reverse<usize>)> = twice.iter().map(|it| (ties_of(*it), Reverse(*it))).collect();
        order.sort_unstable();
        for (_, Reverse(member)) in order {
            twice.remove(&member);
            if !self.gives_order(&twice) {
                twice.insert(member);
            }
        }
        twice
    }

    /// Tries all sets with so many more of the candidates, in their order.
    fn completes(&mut self, chosen: &mut BTreeSet<usize>, candidates: &[usize], more: usize) -> bool {
        if more == 0 {
            return self.gives_order(chosen);
        }
        let mut rest = candidates;
        while let [candidate, others @ ..] = rest {
            if rest.len() < more || self.looks_left == 0 {
                return false;
            }
            chosen.insert(*candidate);
            if self.completes(chosen, others, more - 1) {
                return true;
            }
            chosen.remove(candidate);
            rest = others;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each waits for the other, and either can be written twice.
    fn both_ways(one: usize, other: usize) -> [Tie; 2] {
        [one_way(one, other), one_way(other, one)]
    }

    fn one_way(waits: usize, on: usize) -> Tie {
        Tie { waits, on, by: Some(waits) }
    }

    fn chosen(members: usize, ties: &[Tie]) -> Option<Vec<usize>> {
        fewest(members, ties).map(|twice| twice.into_iter().collect())
    }

    #[test]
    fn of_two_the_first_one_is_written_twice() {
        assert_eq!(chosen(2, &both_ways(0, 1)), Some(vec![0]));
    }

    #[test]
    fn of_a_ring_one_is_written_twice_however_long_it_is() {
        let ring: Vec<Tie> = (0..200).map(|member| one_way(member, (member + 1) % 200)).collect();
        assert_eq!(chosen(200, &ring), Some(vec![0]));
    }

    #[test]
    fn of_circles_that_overlap_the_one_in_all_of_them_is_written_twice() {
        let around_the_last: Vec<Tie> = (0..4).flat_map(|member| both_ways(member, 4)).collect();
        assert_eq!(chosen(5, &around_the_last), Some(vec![4]));
        let through_the_middle = [one_way(0, 1), one_way(1, 2), one_way(2, 0), one_way(1, 3), one_way(3, 1)];
        assert_eq!(chosen(4, &through_the_middle), Some(vec![1]));
    }

    #[test]
    fn nobody_is_written_twice_that_can_be_written_once() {
        // A chain of five: the second and the fourth are enough.
        let chain: Vec<Tie> = (0..4).flat_map(|member| both_ways(member, member + 1)).collect();
        assert_eq!(chosen(5, &chain), Some(vec![1, 3]));
        let all: Vec<Tie> = (0..4).flat_map(|one| (0..one).flat_map(move |other| both_ways(one, other))).collect();
        assert_eq!(chosen(4, &all), Some(vec![0, 1, 2]));
    }

    #[test]
    fn who_can_be_written_once_only_is_left_alone() {
        let ties = [Tie { waits: 0, on: 1, by: None }, one_way(1, 0)];
        assert_eq!(chosen(2, &ties), Some(vec![1]));
    }

    #[test]
    fn where_nobody_can_be_written_twice_nothing_gives_an_order() {
        let ties = [Tie { waits: 0, on: 1, by: None }, Tie { waits: 1, on: 0, by: None }];
        assert_eq!(chosen(2, &ties), None);
        let beside = [ties[0], ties[1], one_way(1, 2), one_way(2, 1)];
        assert_eq!(chosen(3, &beside), None);
    }

    #[test]
    fn a_choice_is_made_also_where_all_sets_would_take_too_long() {
        let many = 60;
        let all: Vec<Tie> = (0..many).flat_map(|one| (0..one).flat_map(move |other| both_ways(one, other))).collect();
        assert_eq!(chosen(many, &all).map(|twice| twice.len()), Some(many - 1));
    }
}
