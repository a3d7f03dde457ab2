//! Random references in place of names and ids, files in R2 in place of directories, and buckets that are not empty.

use crate::case::{Act, Bind, Case, Dns, Past, Tells, Verb, Wanted, ZoneBy};
use crate::documents::{D1, ROWS};
use crate::generate_stores::described;
use crate::random::Random;

/// Where buckets stand among the rows.
const BUCKET: usize = 2;

/// Adds references to some cases, also in what went before.
pub fn add(case: &mut Case, random: &mut Random) {
    if random.percent(12) {
        let wanted = &mut case.deployer.wanted;
        give(wanted, random);
        let wanted = *wanted;
        for past in &mut case.past {
            if let Past::Applied(before) | Past::Broken(before, _) = past
                && random.percent(75)
            {
                (before.tells, before.binds) = (wanted.tells, wanted.binds);
                // An id that is written down is that of a store which no document describes.
                for (index, bind) in before.binds.iter_mut().enumerate() {
                    if *bind == Bind::Plain && before.stores[index].is_some() && !ROWS[index].is_bound_by_name() {
                        *bind = Bind::Reference;
                    }
                }
            }
        }
    }
    let in_r2 = random.percent(30);
    case.deployer.wanted.stores[D1].iter_mut().for_each(|database| database.in_r2 = in_r2);
    fill(case, random);
}

fn give(wanted: &mut Wanted, random: &mut Random) {
    if let Dns::On(routing) = &mut wanted.dns {
        routing.zone = random.pick(&[ZoneBy::ByReference, ZoneBy::ByText, ZoneBy::ByText, routing.zone]);
    }
    let row = random.below(ROWS.len() as u64) as usize;
    if random.percent(60) {
        // An id that is not there yet is known once the store is made.
        wanted.stores[row] = wanted.stores[row].or_else(|| Some(described(random, row)));
    }
    if wanted.stores[row].is_some() && wanted.binds[row] == Bind::Plain && !ROWS[row].is_bound_by_name() {
        wanted.binds[row] = Bind::Reference;
    }
    match random.below(3) {
        0 => wanted.binds[row] = Bind::Written,
        1 => wanted.tells = Some(Tells { row: row as u8, by_text: random.percent(50) }),
        _ => {
            wanted.binds[row] = Bind::Reference;
            wanted.tells = Some(Tells { row: row as u8, by_text: random.percent(50) });
        }
    }
}

/// Somebody put objects into a bucket that is to be deleted.
fn fill(case: &mut Case, random: &mut Random) {
    let Some(bucket) = case.deployer.wanted.stores[BUCKET].filter(|_| case.deployer.verb == Verb::Destroy) else {
        return;
    };
    if random.percent(40) {
        case.deployer.allow.data[BUCKET] = true;
        case.past.push(Past::Done(Act::Fill(bucket.name)));
    }
}
