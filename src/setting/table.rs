//! All settings, one row each: its name, whether a version or the Worker has it, what the account shows where it was not
//! given, and what the marks remember of it.
//!
//! <https://developers.cloudflare.com/workers/configuration/multipart-upload-metadata/>

use serde::Serialize;

/// A setting of a Worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// Whether answers of the Worker are cached in front of it.
    CacheOptions,
    /// CPU time and subrequests.
    Limits,
    /// Traces for Logpush jobs of the account.
    Logpush,
    /// Workers Logs and traces.
    Observability,
    /// Where it runs.
    Placement,
    /// Workers that get its traces while it still handles a request.
    StreamingTailConsumers,
    /// Workers that get its traces once it has handled a request.
    TailConsumers,
}

/// What has a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// A version: another value takes an upload, and its digest tells whether it is live.
    Version,
    /// The Worker: it changes without an upload, whoever changes it, and is compared with what is live.
    Worker,
}

/// What the marks remember of a setting that a manifest stated, so that it can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Nothing: it stays as it was set.
    Nothing,
    /// That it was stated.
    Whole,
    /// Each member that was stated, but for these: they had no marks from the beginning, and stay as they were set.
    Members(&'static [&'static str]),
    /// Each Worker that was named.
    Entries,
}

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Which one.
    pub setting: Setting,
    /// Its name in a manifest, in an upload and in what the account shows.
    pub word: &'static str,
    /// What has it.
    pub of: Of,
    /// What the marks remember of it.
    pub mark: Mark,
    /// Members that only the account shows: they are no difference and are not sent back.
    pub echoes: &'static [&'static str],
    /// JSON of what the account means where it shows nothing; for a mapping, of its members at any depth.
    pub unset: &'static str,
}

/// All of them, by their words. The compiler asks for the row of a new one.
pub const ALL: [Setting; 7] = [
    Setting::CacheOptions,
    Setting::Limits,
    Setting::Logpush,
    Setting::Observability,
    Setting::Placement,
    Setting::StreamingTailConsumers,
    Setting::TailConsumers,
];

impl Setting {
    /// Its row.
    pub fn row(self) -> Row {
        let row = |word, of, mark| Row { setting: self, word, of, mark, echoes: &[], unset: "null" };
        match self {
            Self::CacheOptions => row("cache_options", Of::Version, Mark::Whole),
            Self::Limits => row("limits", Of::Version, Mark::Whole),
            Self::Logpush => Row { unset: "false", ..row("logpush", Of::Worker, Mark::Whole) },
            Self::Observability => Row {
                unset: r#"{"head_sampling_rate":1.0,"persist":true,"invocation_logs":true,"redact_query_string":false}"#,
                ..row("observability", Of::Worker, Mark::Members(&["enabled", "head_sampling_rate"]))
            },
            Self::Placement => {
                Row { echoes: &["last_analyzed_at", "status"], ..row("placement", Of::Version, Mark::Whole) }
            }
            // No answer of the API shows them.
            Self::StreamingTailConsumers => row("streaming_tail_consumers", Of::Version, Mark::Whole),
            Self::TailConsumers => {
                Row { unset: r#"{"environment":"production"}"#, ..row("tail_consumers", Of::Worker, Mark::Entries) }
            }
        }
    }
}

/// All rows.
pub fn rows() -> impl Iterator<Item = Row> {
    ALL.into_iter().map(Setting::row)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn each_setting_has_one_row_in_the_order_of_the_words() {
        let words: Vec<&str> = rows().map(|row| row.word).collect();
        let mut sorted = words.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(words, sorted);
        assert!(rows().all(|row| serde_json::from_str::<Value>(row.unset).is_ok()));
    }
}
