//! The queues of a run's accounts: which one a manifest means, who has its messages, and who is to have them.

use std::collections::{BTreeMap, BTreeSet};

use crate::binding::{Input, Reference};
use crate::cloudflare::Segment;
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::referring::QUEUE;
use crate::model::marks::{self, QUEUES, ScriptMarks};
use crate::model::{Address, Output};
use crate::resource::{DesiredState, DesiredStore, LiveConsumer, LiveQueue, LiveState, LiveStore, QueueRef};

/// Account → name or id in it.
type OfAccounts<'a, T> = BTreeMap<&'a str, BTreeMap<&'a str, T>>;

/// A queue that a manifest names.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    pub name: String,
    pub id: Segment,
    /// The document of the run that describes it.
    pub of: Option<Address>,
}

/// What is known of the queues, indexed once a run.
#[derive(Default)]
pub(super) struct Queues<'a> {
    live: BTreeMap<&'a str, &'a BTreeMap<String, LiveQueue>>,
    by_id: OfAccounts<'a, &'a str>,
    by_script: OfAccounts<'a, Vec<(&'a str, &'a LiveConsumer)>>,
    /// The documents of queues, by their own name and by that of the queue.
    by_document: OfAccounts<'a, Described<'a>>,
    described: OfAccounts<'a, Described<'a>>,
    /// Name of a queue → the Workers of the run that want its messages.
    wanted: BTreeMap<&'a str, BTreeMap<String, BTreeSet<&'a str>>>,
    /// Script → hashes of the queues of which a Worker of the run is marked as a consumer.
    held: OfAccounts<'a, BTreeSet<String>>,
}

#[derive(Clone, Copy)]
struct Described<'a> {
    store: &'a DesiredStore,
    live: Option<&'a LiveStore>,
}

impl<'a> Queues<'a> {
    /// `destroys`: nobody wants anything any more.
    pub(super) fn of(desired: &'a DesiredState, live: &'a LiveState, destroys: bool) -> Self {
        let mut queues = Self::default();
        for (account, listed) in &live.queues {
            queues.add_live(account, &listed.queues);
        }
        for (index, store) in desired.stores.iter().enumerate().filter(|(_, store)| store.kind == QUEUE) {
            let described = Described { store, live: live.stores.get(index).and_then(Option::as_ref) };
            let account = store.identity.account.as_str();
            queues.by_document.entry(account).or_default().insert(&store.identity.name, described);
            queues.described.entry(account).or_default().insert(&store.address.key, described);
        }
        for (manifest, live) in desired.manifests.iter().zip(&live.manifests) {
            let (account, script) = (manifest.identity.account.as_str(), manifest.script.name.as_str());
            for consumer in manifest.consumers.iter().flatten().filter(|_| !destroys) {
                if let Ok(queue) = queues.find(account, &consumer.queue) {
                    let wanted = queues.wanted.entry(account).or_default();
                    wanted.entry(queue.name).or_default().insert(script);
                }
            }
            let tags = live.script.iter().map(|live| ScriptMarks::parse(&live.tags));
            let ours = tags.filter(|marks| marks.ids.contains(&manifest.identity.id()));
            let hashes = ours.filter_map(|marks| marks.inventory.get(QUEUES).cloned()).flatten();
            queues.held.entry(account).or_default().entry(script).or_default().extend(hashes);
        }
        queues
    }

    fn add_live(&mut self, account: &'a str, listed: &'a BTreeMap<String, LiveQueue>) {
        self.live.insert(account, listed);
        for (name, queue) in listed {
            self.by_id.entry(account).or_default().insert(&queue.id, name);
            for consumer in &queue.consumers {
                if let Some(script) = &consumer.script {
                    let of_account = self.by_script.entry(account).or_default();
                    of_account.entry(script).or_default().push((name, consumer));
                }
            }
        }
    }

    /// The queue of a name, as its account lists it.
    pub(super) fn listed(&self, account: &str, name: &str) -> Option<&'a LiveQueue> {
        self.live.get(account)?.get(name)
    }

    /// The queues whose messages a Worker gets.
    pub(super) fn consumed_by(&self, account: &str, script: &str) -> &[(&'a str, &'a LiveConsumer)] {
        at(&self.by_script, account, script).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether another Worker of the run is to have the messages that this one has.
    pub(super) fn is_wanted_by_another(&self, account: &str, queue: &str, script: &str) -> bool {
        self.wanting(account, queue).is_some_and(|scripts| scripts.iter().any(|other| *other != script))
    }

    /// Whether a Worker of the run was made the queue's consumer by us, and is not to be it any longer.
    pub(super) fn is_released(&self, account: &str, queue: &str, script: &str) -> bool {
        let wants = self.wanting(account, queue).is_some_and(|scripts| scripts.contains(script));
        !wants && at(&self.held, account, script).is_some_and(|held| held.contains(&marks::hash(queue)))
    }

    fn wanting(&self, account: &str, queue: &str) -> Option<&BTreeSet<&'a str>> {
        self.wanted.get(account)?.get(queue)
    }

    /// The queue that a field means: documents of the run come first, then the account.
    ///
    /// # Errors
    /// A finding that names the field.
    pub(super) fn find(&self, account: &str, queue: &QueueRef) -> Result<Queue, Diagnostic> {
        match &queue.named {
            Input::Reference(Reference { name, .. }) => {
                let by_document = at(&self.by_document, account, name).copied();
                self.named(account, name, by_document, queue)
            }
            // A document of the run may describe a queue whose name looks like an id.
            Input::Value(id) if is_id(id) && at(&self.described, account, id).is_none() => {
                self.with_id(account, id, queue)
            }
            Input::Value(name) => self.named(account, name, None, queue),
            Input::Late(output) => self.named(account, &output.of.key, None, queue),
        }
    }

    /// The name of a queue where messages go that failed: one of a plain name need not be there, Cloudflare makes it.
    ///
    /// # Errors
    /// As [`Queues::find`].
    pub(super) fn find_or_new(&self, account: &str, queue: &QueueRef) -> Result<Queue, Diagnostic> {
        match (&queue.named, self.find(account, queue)) {
            (Input::Value(name), Err(_)) if !is_id(name) => {
                Ok(Queue { name: name.clone(), id: Segment::Text(String::new()), of: None })
            }
            (_, found) => found,
        }
    }

    fn named(
        &self,
        account: &str,
        name: &str,
        by_document: Option<Described<'_>>,
        queue: &QueueRef,
    ) -> Result<Queue, Diagnostic> {
        if let Some(described) = by_document.or_else(|| at(&self.described, account, name).copied()) {
            return Ok(described.queue());
        }
        let Some(listed) = self.live.get(account) else { return Ok(unread(name)) };
        match listed.get(name) {
            Some(live) => Ok(Queue { name: name.to_owned(), id: Segment::Text(live.id.clone()), of: None }),
            None => Err(missing(format!("the account has no queue `{name}`"), queue)),
        }
    }

    fn with_id(&self, account: &str, id: &str, queue: &QueueRef) -> Result<Queue, Diagnostic> {
        if let Some(name) = at(&self.by_id, account, id) {
            let of = at(&self.described, account, name).map(|described| described.store.address.clone());
            return Ok(Queue { name: (*name).to_owned(), id: Segment::Text(id.to_owned()), of });
        }
        match self.live.contains_key(account) {
            // A name may look like an id.
            true => self
                .named(account, id, None, queue)
                .map_err(|_| missing(format!("the account has no queue with the id `{id}`"), queue)),
            false => Ok(unread(id)),
        }
    }
}

impl Described<'_> {
    fn queue(&self) -> Queue {
        let address = &self.store.address;
        let id = match self.live {
            Some(live) => Segment::Text(live.id.clone()),
            None => Segment::Late(Output {
                account: self.store.identity.account.clone(),
                of: address.clone(),
                name: "queue_id".into(),
            }),
        };
        Queue { name: address.key.clone(), id, of: Some(address.clone()) }
    }
}

fn at<'m, T>(of_accounts: &'m OfAccounts<'_, T>, account: &str, name: &str) -> Option<&'m T> {
    of_accounts.get(account)?.get(name)
}

/// A queue of an account that was not looked at: nothing is sent for it.
fn unread(name: &str) -> Queue {
    Queue { name: name.to_owned(), id: Segment::Text(String::new()), of: None }
}

fn missing(problem: String, queue: &QueueRef) -> Diagnostic {
    Diagnostic::error(Code::ReferenceUnresolved, problem)
        .with_help(format!("describe it by a document of kind `{QUEUE}`, or correct the name"))
        .on(queue.field.clone())
}

fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
