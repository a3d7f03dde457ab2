//! Lists of queues → who gets the messages of each.

use std::collections::BTreeMap;

use crate::cloudflare::queues::{self, Consumer, Queue};
use crate::refresh::Known;
use crate::resource::{ConsumerSettings, LiveConsumer, LiveQueue, LiveQueues};

/// The queues of each account that was asked for them.
pub(super) fn live<'a>(accounts: impl Iterator<Item = &'a str>, known: &Known) -> BTreeMap<String, LiveQueues> {
    let mut lists: BTreeMap<String, LiveQueues> = BTreeMap::new();
    for account in accounts {
        if !lists.contains_key(account)
            && let Some(list) = known.get(&queues::list(account))
        {
            let queues = list.entries.iter().filter_map(Queue::of);
            let queues = queues.map(|Queue { id, name, consumers }| {
                (name, LiveQueue { id, consumers: consumers.iter().map(consumer).collect() })
            });
            lists.insert(account.to_owned(), LiveQueues { queues: queues.collect(), read_at: list.read_at });
        }
    }
    lists
}

fn consumer(live: &Consumer) -> LiveConsumer {
    LiveConsumer {
        id: live.id.clone(),
        script: live.worker().map(str::to_owned),
        dead_letter_queue: live.dead_letter_queue.clone().filter(|name| !name.is_empty()),
        settings: ConsumerSettings {
            batch_size: live.settings.batch_size,
            max_wait_time_ms: live.settings.max_wait_time_ms,
            max_concurrency: live.settings.max_concurrency,
            max_retries: live.settings.max_retries,
            retry_delay: live.settings.retry_delay,
        },
    }
}
