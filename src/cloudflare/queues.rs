//! Queues and their consumers.
//!
//! <https://developers.cloudflare.com/api/resources/queues/>

use serde::Deserialize;
use serde_json::Value;

use super::accepted::Listing;
use super::envelope::or_default;
use super::error::Family;
use super::inside::Inside;
use super::permissions;
use super::read::ReadOf;
use crate::model::typed;

/// `GET /accounts/{account}/queues`: all of them, with their settings and consumers.
pub fn list(account_id: &str) -> ReadOf<Listing> {
    let subject = format!("queues of account {account_id}");
    ReadOf::new((Family::Queues, permissions::QUEUES), &["accounts", account_id, "queues"], subject)
        .in_pages_of(100)
        .or_absent()
}

/// `GET /accounts/{account}/queues/{queue}/consumers/{consumer}`: whether it is there, whatever a list says.
pub fn consumer(account_id: &str, queue_id: &str, consumer_id: &str) -> ReadOf<Value> {
    let path = ["accounts", account_id, "queues", queue_id, "consumers", consumer_id];
    let subject = format!("consumer {consumer_id} of queue {queue_id}");
    ReadOf::new((Family::Queues, permissions::QUEUES), &path, subject).or_absent()
}

/// Whether a Worker gets the messages of a queue, both by their names.
pub fn consumption(account_id: &str, queue: &str, script: &str) -> Inside {
    Inside {
        read: list(account_id),
        entry: ("queue_name", queue.to_owned()),
        list: "consumers",
        members: &SCRIPT,
        name: script.to_owned(),
    }
}

/// Members that hold the script of a consumer: the later name, and those of earlier answers.
const SCRIPT: [&str; 3] = ["script_name", "script", "service"];

/// A queue of a list, as far as its consumers go.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Queue {
    /// 32 lower-case hex digits.
    #[serde(rename = "queue_id")]
    pub id: String,
    /// Its name.
    #[serde(rename = "queue_name")]
    pub name: String,
    /// Who gets its messages.
    #[serde(default, deserialize_with = "or_default")]
    pub consumers: Vec<Consumer>,
}

/// See [`Queue::consumers`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Consumer {
    /// Its id.
    #[serde(default, rename = "consumer_id")]
    pub id: String,
    /// The Worker, by the name of today.
    #[serde(default)]
    pub script_name: Option<String>,
    /// The same in earlier answers.
    #[serde(default)]
    pub script: Option<String>,
    /// The same in answers before those.
    #[serde(default)]
    pub service: Option<String>,
    /// Name of the queue where messages go that failed too often.
    #[serde(default)]
    pub dead_letter_queue: Option<String>,
    /// How messages are delivered.
    #[serde(default, deserialize_with = "or_default")]
    pub settings: ConsumerSettings,
}

/// See [`Consumer::settings`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct ConsumerSettings {
    /// Most messages of a batch.
    #[serde(default)]
    pub batch_size: Option<i64>,
    /// Milliseconds that a batch waits to be full.
    #[serde(default)]
    pub max_wait_time_ms: Option<i64>,
    /// Most batches at a time.
    #[serde(default)]
    pub max_concurrency: Option<i64>,
    /// How often a message is tried again.
    #[serde(default)]
    pub max_retries: Option<i64>,
    /// Seconds before a message is tried again.
    #[serde(default)]
    pub retry_delay: Option<i64>,
}

impl Queue {
    /// A queue out of an entry of the list; nothing where the entry names none.
    pub fn of(entry: &Value) -> Option<Self> {
        typed(entry.clone()).ok()
    }
}

impl Consumer {
    /// The Worker that gets the messages; nothing where somebody fetches them over HTTP.
    pub fn worker(&self) -> Option<&str> {
        let names = [&self.script_name, &self.script, &self.service];
        names.into_iter().flatten().map(String::as_str).find(|name| !name.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Queue;

    #[test]
    fn a_consumer_is_read_under_each_name_that_answers_had() {
        for member in super::SCRIPT {
            let queue = json!({ "queue_id": "q", "queue_name": "orders", "consumers": [{ "consumer_id": "c", member: "shop" }] });
            let queue = Queue::of(&queue).expect("a queue");
            assert_eq!(queue.consumers.first().and_then(|consumer| consumer.worker()), Some("shop"), "{member}");
        }
        let pulled = json!({ "queue_id": "q", "queue_name": "orders", "consumers": [{ "consumer_id": "c", "type": "http_pull", "settings": null }] });
        assert_eq!(Queue::of(&pulled).expect("a queue").consumers.first().and_then(|consumer| consumer.worker()), None);
        assert!(Queue::of(&json!({ "queue_id": "q", "queue_name": "orders", "consumers": null })).is_some());
    }
}
