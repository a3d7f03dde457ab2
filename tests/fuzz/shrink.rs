//! Makes an input smaller while it still fails.

/// Tries before an input counts as small enough.
const MOST_TRIES: usize = 20_000;

/// The smallest input found that still `fails`.
pub fn shrink(input: &[u8], fails: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut small = input.to_vec();
    let mut tries = 0;
    let mut size = small.len().next_power_of_two();
    while size > 0 && tries < MOST_TRIES {
        let mut start = 0;
        let mut progress = false;
        while start < small.len() && tries < MOST_TRIES {
            tries += 1;
            let end = (start + size).min(small.len());
            let candidate = [&small[..start], &small[end..]].concat();
            if fails(&candidate) {
                small = candidate;
                progress = true;
            } else {
                start += size;
            }
        }
        // Single bytes go in rounds: one may be needed only for another.
        if !(progress && size == 1) {
            size /= 2;
        }
    }
    plainer(small, fails)
}

/// Bytes that don't matter become `a`.
fn plainer(mut small: Vec<u8>, fails: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    for at in 0..small.len().min(500) {
        let old = std::mem::replace(&mut small[at], b'a');
        if !fails(&small) {
            small[at] = old;
        }
    }
    small
}
