//! wrangler's lists of bindings, one row each: the type in a manifest, and what each member comes to.

use crate::manifest::tree::Node;

use super::tree::{entries, entry, items, list, mapping, member};

/// A list of bindings.
pub(super) struct Binding {
    /// The key under `spec` that takes the entries.
    pub into: &'static str,
    /// Type of the binding; nothing where the list says it.
    pub word: Option<&'static str>,
    /// What each member comes to.
    pub members: &'static [(&'static str, Member)],
    /// What wrangler makes where no id is given.
    pub made: Option<Made>,
}

/// A store that is made, or found by its name, where a binding names none.
pub(super) struct Made {
    /// The member that would name it.
    pub member: &'static str,
    /// Its kind of document.
    pub kind: &'static str,
    /// What the document calls it.
    pub name: &'static str,
    /// wrangler's member that says how it is called; absent: after the Worker and the binding.
    pub called: Option<&'static str>,
    /// Its output that is the member's value.
    pub output: &'static str,
}

/// What a member of a binding comes to.
pub(super) enum Member {
    /// A member of that name, as it stands.
    As(&'static str),
    /// Nothing: a deployment does not depend on it.
    Aside,
    /// Nothing, and the run ends: the Worker would be another one. Why.
    Lost(&'static str),
    /// This text alone; another one ends the run. Why.
    Only(&'static str, &'static str),
    /// A member of that name, with what is made of the value.
    By(&'static str, fn(&Node) -> Node),
}

use Member::{As, Aside, By, Lost, Only};

/// Type of the binding that a variable is which is no text, and the member that holds its value.
pub(super) const JSON: &str = "json";

/// Under `bindings`, with the members that all of them have.
const fn of(word: &'static str, members: &'static [(&'static str, Member)]) -> Binding {
    Binding { into: "bindings", word: Some(word), members, made: None }
}

/// The same, of stores that are made where none is named.
const fn of_made(word: &'static str, members: &'static [(&'static str, Member)], made: Made) -> Binding {
    Binding { made: Some(made), ..of(word, members) }
}

const NAMED: (&str, Member) = ("binding", As("name"));
const REMOTE: (&str, Member) = ("remote", Aside);

pub(super) const KV_NAMESPACE: Binding = Binding {
    into: "kv_bindings",
    word: None,
    members: &[NAMED, ("id", As("namespace_id")), ("preview_id", Aside), REMOTE],
    made: Some(Made {
        member: "namespace_id",
        kind: "CloudflareKvNamespace",
        name: "namespace_name",
        called: None,
        output: "namespace_id",
    }),
};
pub(super) const AGENT_MEMORY: Binding = of("agent_memory", &[NAMED, ("namespace", As("namespace")), REMOTE]);
pub(super) const AI: Binding = of("ai", &[NAMED, ("staging", As("staging")), REMOTE]);
pub(super) const AI_SEARCH: Binding = of("ai_search", &[NAMED, ("instance_name", As("instance_name")), REMOTE]);
pub(super) const AI_SEARCH_NAMESPACE: Binding =
    of("ai_search_namespace", &[NAMED, ("namespace", As("namespace")), REMOTE]);
pub(super) const ANALYTICS: Binding = of("analytics", &[NAMED, REMOTE]);
pub(super) const ANALYTICS_ENGINE: Binding = of("analytics_engine", &[NAMED, ("dataset", As("dataset")), REMOTE]);
pub(super) const ARTIFACTS: Binding = of("artifacts", &[NAMED, ("namespace", As("namespace")), REMOTE]);
pub(super) const BROWSER: Binding = of("browser", &[NAMED, REMOTE]);
pub(super) const D1: Binding = of_made(
    "d1",
    &[
        NAMED,
        ("database_id", As("database_id")),
        ("database_name", Aside),
        ("jurisdiction", Aside),
        ("preview_database_id", Aside),
        ("migrations_table", Aside),
        ("migrations_dir", Aside),
        ("migrations_pattern", Aside),
        ("database_internal_env", Lost("it is for Cloudflare's own Workers")),
        REMOTE,
    ],
    Made {
        member: "database_id",
        kind: "CloudflareD1Database",
        name: "database_name",
        called: Some("database_name"),
        output: "database_id",
    },
);
pub(super) const DISPATCH_NAMESPACE: Binding =
    of("dispatch_namespace", &[NAMED, ("namespace", As("namespace")), ("outbound", By("outbound", outbound)), REMOTE]);
pub(super) const DURABLE_OBJECT: Binding = of(
    "durable_object_namespace",
    &[
        ("name", As("name")),
        ("class_name", As("class_name")),
        ("script_name", As("script_name")),
        ("environment", As("environment")),
    ],
);
pub(super) const FLAGSHIP: Binding = of("flagship", &[NAMED, ("app_id", As("app_id")), REMOTE]);
pub(super) const HYPERDRIVE: Binding =
    of("hyperdrive", &[NAMED, ("id", As("id")), ("localConnectionString", Aside), REMOTE]);
pub(super) const IMAGES: Binding = of("images", &[NAMED, REMOTE]);
pub(super) const K2: Binding = of("k2", &[NAMED, ("stream", As("stream")), REMOTE]);
pub(super) const LOGFWDR: Binding = of("logfwdr", &[("name", As("name")), ("destination", As("destination"))]);
pub(super) const MEDIA: Binding = of("media", &[NAMED, REMOTE]);
pub(super) const MTLS_CERTIFICATE: Binding =
    of("mtls_certificate", &[NAMED, ("certificate_id", As("certificate_id")), REMOTE]);
pub(super) const PIPELINE: Binding =
    of("pipelines", &[NAMED, ("stream", As("stream")), ("pipeline", As("pipeline")), REMOTE]);
pub(super) const QUEUE: Binding = of_made(
    "queue",
    &[NAMED, ("queue", As("queue_name")), ("delivery_delay", As("delivery_delay")), REMOTE],
    Made { member: "queue_name", kind: "CloudflareQueue", name: "queue_name", called: None, output: "queue_name" },
);
pub(super) const QUEUE_CONSUMER: Binding = Binding {
    into: "queue_consumers",
    word: None,
    members: &[
        ("queue", As("queue")),
        ("type", Only("worker", "who pulls messages over HTTP is no Worker")),
        ("max_batch_size", As("max_batch_size")),
        ("max_batch_timeout", As("max_batch_timeout")),
        ("max_retries", As("max_retries")),
        ("dead_letter_queue", As("dead_letter_queue")),
        ("max_concurrency", As("max_concurrency")),
        ("visibility_timeout_ms", Lost("it is for those who pull messages over HTTP")),
        ("retry_delay", As("retry_delay")),
    ],
    made: None,
};
pub(super) const R2_BUCKET: Binding = of_made(
    "r2_bucket",
    &[
        NAMED,
        ("bucket_name", As("bucket_name")),
        ("jurisdiction", As("jurisdiction")),
        ("preview_bucket_name", Aside),
        ("local_dev", Aside),
        REMOTE,
    ],
    Made {
        member: "bucket_name",
        kind: "CloudflareR2Bucket",
        name: "bucket_name",
        called: None,
        output: "bucket_name",
    },
);
pub(super) const RATE_LIMIT: Binding =
    of("ratelimit", &[("name", As("name")), ("namespace_id", As("namespace_id")), ("simple", As("simple"))]);
pub(super) const SECRETS_STORE_SECRET: Binding =
    of("secrets_store_secret", &[NAMED, ("store_id", As("store_id")), ("secret_name", As("secret_name"))]);
pub(super) const SEND_EMAIL: Binding = of(
    "send_email",
    &[
        ("name", As("name")),
        ("destination_address", As("destination_address")),
        ("allowed_destination_addresses", As("allowed_destination_addresses")),
        ("allowed_sender_addresses", As("allowed_sender_addresses")),
        REMOTE,
    ],
);
pub(super) const SERVICE: Binding = of(
    "service",
    &[
        NAMED,
        ("service", As("service")),
        ("environment", As("environment")),
        ("entrypoint", As("entrypoint")),
        ("props", As("props")),
        REMOTE,
    ],
);
pub(super) const STREAM: Binding = of("stream", &[NAMED, REMOTE]);
pub(super) const UNSAFE_HELLO_WORLD: Binding = of("unsafe_hello_world", &[NAMED, ("enable_timer", As("enable_timer"))]);
pub(super) const VECTORIZE: Binding = of("vectorize", &[NAMED, ("index_name", As("index_name")), REMOTE]);
pub(super) const VERSION_METADATA: Binding = of("version_metadata", &[NAMED]);
pub(super) const VPC_NETWORK: Binding =
    of("vpc_network", &[NAMED, ("tunnel_id", As("tunnel_id")), ("network_id", As("network_id")), REMOTE]);
pub(super) const VPC_SERVICE: Binding = of("vpc_service", &[NAMED, ("service_id", As("service_id")), REMOTE]);
pub(super) const WORKER_LOADER: Binding = of("worker_loader", &[NAMED]);
pub(super) const WORKFLOW: Binding = of(
    "workflow",
    &[
        NAMED,
        ("name", As("workflow_name")),
        ("class_name", As("class_name")),
        ("script_name", As("script_name")),
        ("limits", Lost("limits of a workflow are not set")),
        ("concurrency", Lost("the concurrency of a workflow is not set")),
        ("schedules", Lost("schedules of a workflow are not set")),
        ("default_retention", Lost("the retention of a workflow is not set")),
        ("jurisdiction", Lost("the jurisdiction of a workflow is not set")),
    ],
);

/// The Worker that sees what the dispatched ones send, as Cloudflare's API takes it.
fn outbound(given: &Node) -> Node {
    let of_worker = entries(given).iter().filter(|entry| entry.key.text != "parameters").cloned().collect();
    let mut members = vec![entry("worker", given.span, mapping(of_worker, given.span))];
    if let Some(parameters) = member(given, "parameters") {
        let named = |name: &Node| mapping(vec![entry("name", name.span, name.clone())], name.span);
        let all = items(&parameters.value).iter().map(named).collect();
        members.push(entry("params", parameters.key.span, list(all, parameters.value.span)));
    }
    mapping(members, given.span)
}
