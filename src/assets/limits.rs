//! What Cloudflare takes of static assets.
//!
//! <https://developers.cloudflare.com/workers/platform/limits/#static-assets>

/// Of a Worker on a paid plan; on the free one Cloudflare takes 20,000 and says so itself.
const MOST_FILES: usize = 100_000;
/// Of one file.
const MOST_BYTES: usize = 25 * 1024 * 1024;
/// Findings of one kind are not told without end.
const MOST_TOLD: usize = 5;

/// What stands in the way, in words.
pub(super) fn refused<'a>(files: impl Iterator<Item = (&'a str, usize)> + Clone) -> Vec<String> {
    let count = files.clone().count();
    let too_many = (count > MOST_FILES).then(|| format!("{count} files are more than the {MOST_FILES} of a Worker"));
    let too_large = files.filter(|(_, bytes)| *bytes > MOST_BYTES);
    let told = too_large.map(|(path, bytes)| format!("`{path}` has {bytes} bytes, and {MOST_BYTES} is the most"));
    too_many.into_iter().chain(told.take(MOST_TOLD)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_more_than_25_mib_and_more_than_a_hundred_thousand_files_are_refused() {
        assert!(refused([("/a", MOST_BYTES)].into_iter()).is_empty());
        assert_eq!(
            refused([("/a", 1), ("/big", MOST_BYTES + 1)].into_iter()),
            ["`/big` has 26214401 bytes, and 26214400 is the most"]
        );
        assert_eq!(refused(std::iter::repeat_n(("/a", 1), MOST_FILES + 1)).len(), 1);
        assert_eq!(refused(std::iter::repeat_n(("/a", MOST_BYTES + 1), 9)).len(), MOST_TOLD);
    }
}
