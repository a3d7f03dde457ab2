//! Who gets the messages of queues: one Worker each, or whoever fetches them.

use serde_json::{Value, json};

use super::stores::{Family, object};
use super::{Account, Answer, Call, Maker, Refused, Store, Subject, ok};

/// Whoever gets the messages of one queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Consumer {
    pub id: String,
    /// Id of the queue.
    pub queue: String,
    /// The Worker; nothing where they are fetched over HTTP.
    pub script: Option<String>,
    /// Name of the queue where messages go that failed.
    pub dead_letter_queue: Option<String>,
    pub settings: Value,
    pub maker: Maker,
}

const MISSING: Refused = (404, 11006, "Consumer not found.");
const UNREADABLE: Refused = (400, 100_127, "Consumer settings are invalid.");
const SETTINGS: [&str; 5] = ["batch_size", "max_wait_time_ms", "max_concurrency", "max_retries", "retry_delay"];

impl Account {
    pub(super) fn of_consumers(&mut self, call: &Call, queue: &str, rest: &[&str], maker: Maker) -> Answer {
        let there = self.stores.iter().find(|store| store.of == Subject::Queue && store.id == queue);
        let queue = there.map(|store| store.id.clone()).ok_or((404, 11000, "Queue not found."))?;
        let at = |account: &Self, id: &str| {
            account.consumers.iter().position(|known| known.id == id && known.queue == queue).ok_or(MISSING)
        };
        match (call.method, rest) {
            ("POST", []) => {
                let id = self.id();
                let made = self.read(call, Consumer { id, queue: queue.clone(), ..Consumer::of_nobody(maker) })?;
                if self.consumers.iter().any(|known| known.queue == queue) {
                    return Err((409, 11004, "The queue already has a consumer."));
                }
                self.consumers.push(made);
                Ok(ok(view(&self.consumers[self.consumers.len() - 1])))
            }
            ("GET", [id]) => Ok(ok(view(&self.consumers[at(self, id)?]))),
            ("PUT", [id]) => {
                let at = at(self, id)?;
                let known = Consumer { id: (*id).to_owned(), queue: queue.clone(), ..Consumer::of_nobody(maker) };
                if self.consumers[at].script.is_none() {
                    return Err((400, 11001, "The type of a consumer can't be changed."));
                }
                self.consumers[at] = self.read(call, known)?;
                Ok(ok(view(&self.consumers[at])))
            }
            ("DELETE", [id]) => {
                let at = at(self, id)?;
                self.consumers.remove(at);
                Ok(ok(Value::Null))
            }
            _ => Err(self.unknown(call)),
        }
    }

    /// A consumer as a request says it: nothing may be sent that nobody knows.
    fn read(&self, call: &Call, consumer: Consumer) -> Result<Consumer, Refused> {
        let body = object(call).ok_or(UNREADABLE)?;
        let known = ["type", "script_name", "dead_letter_queue", "settings"];
        let settings = body["settings"].as_object().ok_or(UNREADABLE)?;
        let fits = body.as_object().is_some_and(|body| body.keys().all(|member| known.contains(&member.as_str())))
            && body["type"] == "worker"
            && settings.keys().all(|member| SETTINGS.contains(&member.as_str()));
        let script = body["script_name"].as_str().filter(|_| fits).ok_or(UNREADABLE)?;
        if !self.scripts.contains_key(script) {
            return Err((404, 10007, "This Worker does not exist on your account."));
        }
        Ok(Consumer {
            script: Some(script.to_owned()),
            dead_letter_queue: body["dead_letter_queue"].as_str().map(str::to_owned),
            settings: body["settings"].clone(),
            ..consumer
        })
    }

    /// What is shown of a store: of a queue also who gets its messages.
    pub(super) fn shown(&self, family: &Family, store: &Store, whole: bool) -> Value {
        let mut view = family.view(store, whole);
        if store.of == Subject::Queue {
            view["consumers"] = self.consumers_of(store).map(self::view).collect();
        }
        view
    }

    pub fn consumers_of(&self, queue: &Store) -> impl Iterator<Item = &Consumer> {
        self.consumers.iter().filter(move |consumer| consumer.queue == queue.id)
    }

    /// The name of the queue whose messages a consumer gets.
    pub fn queue_of(&self, consumer: &Consumer) -> Option<&str> {
        let queue = self.stores.iter().find(|store| store.of == Subject::Queue && store.id == consumer.queue);
        queue.map(|queue| queue.name.as_str())
    }

    /// Consumers of queues and Workers that are there no longer go with them.
    pub fn forget_consumers(&mut self) {
        let (stores, scripts) = (&self.stores, &self.scripts);
        self.consumers.retain(|consumer| {
            stores.iter().any(|store| store.of == Subject::Queue && store.id == consumer.queue)
                && consumer.script.as_ref().is_none_or(|script| scripts.contains_key(script))
        });
    }
}

impl Consumer {
    pub fn of_nobody(maker: Maker) -> Self {
        Self {
            id: String::new(),
            queue: String::new(),
            script: None,
            dead_letter_queue: None,
            settings: json!({}),
            maker,
        }
    }

    /// How messages are delivered, with Cloudflare's default where nothing was said.
    pub fn complete(&self) -> Value {
        let mut complete = json!({
            "batch_size": 10, "max_wait_time_ms": 5_000, "max_concurrency": null, "max_retries": 3, "retry_delay": 0,
        });
        for (name, value) in self.settings.as_object().into_iter().flatten() {
            complete[name] = value.clone();
        }
        complete
    }
}

fn view(consumer: &Consumer) -> Value {
    let mut view = json!({
        "consumer_id": consumer.id,
        "type": if consumer.script.is_some() { "worker" } else { "http_pull" },
        "settings": consumer.settings,
    });
    if let Some(script) = &consumer.script {
        view["script_name"] = json!(script);
    }
    if let Some(queue) = &consumer.dead_letter_queue {
        view["dead_letter_queue"] = json!(queue);
    }
    view
}
