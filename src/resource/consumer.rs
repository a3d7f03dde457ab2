//! Queue consumers: which Worker gets the messages of a queue, and how.
//!
//! <https://developers.cloudflare.com/api/resources/queues/subresources/consumers/>

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::binding::Input;
use crate::model::Field;

/// A queue whose messages the manifest's Worker gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredConsumer {
    /// The queue.
    pub queue: QueueRef,
    /// Where messages go that failed too often, by what the manifest states.
    pub dead_letter_queue: Option<QueueRef>,
    /// How messages are delivered.
    pub settings: ConsumerSettings,
}

impl DesiredConsumer {
    /// Both queues that it names.
    pub fn queues_mut(&mut self) -> impl Iterator<Item = &mut QueueRef> {
        [&mut self.queue].into_iter().chain(&mut self.dead_letter_queue)
    }
}

/// A queue as the manifest names it: by its name, its id, or the document that describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueRef {
    /// The name or id, or where it comes from.
    pub named: Input,
    /// Path of the field that names it.
    pub field: String,
}

impl QueueRef {
    /// What the manifest calls it.
    pub fn shown(&self) -> &str {
        match &self.named {
            Input::Value(text) => text,
            Input::Reference(reference) => &reference.name,
            Input::Late(output) => &output.of.key,
        }
    }
}

/// How messages are delivered to a Worker, by the names of the API; what is absent has Cloudflare's default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConsumerSettings {
    /// Most messages of a batch.
    pub batch_size: Option<i64>,
    /// Milliseconds that a batch waits to be full.
    pub max_wait_time_ms: Option<i64>,
    /// Most batches at a time; absent: as many as are due.
    pub max_concurrency: Option<i64>,
    /// How often a message is tried again.
    pub max_retries: Option<i64>,
    /// Seconds before a message is tried again.
    pub retry_delay: Option<i64>,
}

impl ConsumerSettings {
    /// Cloudflare's own.
    ///
    /// <https://developers.cloudflare.com/queues/configuration/configure-queues/#consumer-worker-configuration>
    const DEFAULTS: Self = Self {
        batch_size: Some(10),
        max_wait_time_ms: Some(5_000),
        max_concurrency: None,
        max_retries: Some(3),
        retry_delay: Some(0),
    };

    /// The same with Cloudflare's defaults where nothing is stated.
    fn complete(&self) -> Self {
        let or_default = |value: Option<i64>, default: Option<i64>| value.or(default);
        Self {
            batch_size: or_default(self.batch_size, Self::DEFAULTS.batch_size),
            max_wait_time_ms: or_default(self.max_wait_time_ms, Self::DEFAULTS.max_wait_time_ms),
            max_concurrency: self.max_concurrency,
            max_retries: or_default(self.max_retries, Self::DEFAULTS.max_retries),
            retry_delay: or_default(self.retry_delay, Self::DEFAULTS.retry_delay),
        }
    }

    /// Name and value of each in the words of the manifest.
    fn in_manifest(&self) -> [(&'static str, Value); 5] {
        let seconds = |ms: i64| if ms % 1000 == 0 { json!(ms / 1000) } else { json!(ms as f64 / 1000.0) };
        [
            ("max_batch_size", json!(self.batch_size)),
            ("max_batch_timeout", self.max_wait_time_ms.map(seconds).unwrap_or_default()),
            ("max_concurrency", json!(self.max_concurrency)),
            ("max_retries", json!(self.max_retries)),
            ("retry_delay", json!(self.retry_delay)),
        ]
    }

    /// What is sent: each of them, so that no default of another day counts as a difference.
    pub fn sent(&self) -> Value {
        json!(self.complete())
    }

    /// How live ones stand beside these: what is stated nowhere has the default.
    pub fn differs(&self, live: &Self) -> Vec<Field> {
        let mut fields = Vec::new();
        for ((name, old), (_, new)) in live.complete().in_manifest().into_iter().zip(self.complete().in_manifest()) {
            Field::push(&mut fields, name, old, new);
        }
        fields
    }

    /// Those that are stated, of a consumer that is made.
    pub fn made(&self) -> Vec<Field> {
        let stated = self.in_manifest().into_iter().filter(|(_, value)| !value.is_null());
        stated.map(|(name, value)| Field::new(name, Value::Null, value)).collect()
    }
}

/// A consumer as the account has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveConsumer {
    /// Consumer id.
    pub id: String,
    /// The Worker that gets the messages; absent where somebody fetches them over HTTP.
    pub script: Option<String>,
    /// Name of the queue where messages go that failed too often.
    pub dead_letter_queue: Option<String>,
    /// How messages are delivered.
    pub settings: ConsumerSettings,
}

/// A queue as far as its consumers go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveQueue {
    /// Queue id.
    pub id: String,
    /// Who gets its messages: one at most, as far as is known.
    pub consumers: Vec<LiveConsumer>,
}

/// The queues of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveQueues {
    /// By name.
    pub queues: BTreeMap<String, LiveQueue>,
    /// When Cloudflare answered, in seconds since the epoch by its own clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_at: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(stated: &ConsumerSettings, live: &ConsumerSettings) -> Vec<(String, Value, Value)> {
        stated.differs(live).into_iter().map(|field| (field.path, field.old, field.new)).collect()
    }

    #[test]
    fn what_nobody_states_is_the_default_on_both_sides() {
        let defaults = ConsumerSettings::DEFAULTS;
        assert_eq!(paths(&ConsumerSettings::default(), &defaults), []);
        assert_eq!(paths(&defaults, &ConsumerSettings::default()), []);
        assert_eq!(ConsumerSettings::default().sent(), json!(defaults));
    }

    #[test]
    fn a_setting_that_left_the_manifest_goes_back_to_its_default() {
        let live = ConsumerSettings { max_retries: Some(9), max_concurrency: Some(2), ..ConsumerSettings::default() };
        let fields = paths(&ConsumerSettings::default(), &live);
        let told =
            [("max_concurrency".to_owned(), json!(2), Value::Null), ("max_retries".to_owned(), json!(9), json!(3))];
        assert_eq!(fields, told);
    }

    #[test]
    fn a_wait_is_told_in_the_seconds_of_the_manifest() {
        let wait = |ms| ConsumerSettings { max_wait_time_ms: Some(ms), ..ConsumerSettings::default() };
        let fields = paths(&wait(2_000), &wait(1_500));
        assert_eq!(fields, [("max_batch_timeout".to_owned(), json!(1.5), json!(2))]);
    }
}
