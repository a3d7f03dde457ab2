//! Binding types without a behaviour of their own, one row each: what the manifest says, what an upload sends and what
//! the account shows.
//!
//! <https://developers.cloudflare.com/workers/configuration/multipart-upload-metadata/#bindings>

use super::row::{Member, Row};

/// All rows, by Cloudflare's words.
pub const ROWS: &[Row] = &[
    Row::of("agent_memory", &[Member::text("namespace").required()]),
    Row::of("ai", &[Member::switch("staging")]),
    Row::of("ai_search", &[Member::text("instance_name").required(), Member::text("namespace")]),
    Row::of("ai_search_namespace", &[Member::text("namespace").required()]),
    Row::of("analytics_engine", &[Member::text("dataset").required()]),
    Row::of("artifacts", &[Member::text("namespace").required()]),
    Row::of("browser", &[]),
    // wrangler sends `id`, Cloudflare's own libraries call it `database_id`; the account shows either.
    Row::of("d1", &[Member::uuid("database_id").sent_as("id").required().id_of("CloudflareD1Database", "database_id")]),
    Row::of("dispatch_namespace", &[Member::text("namespace").required(), Member::anything("outbound")]),
    // Without a script it is a class of the Worker itself.
    Row::of(
        DURABLE_OBJECT,
        &[
            Member::text("class_name").required(),
            Member::text("script_name").name_of("CloudflareWorker", "script_id"),
            Member::text("environment").by_default("production"),
            Member::text("dispatch_namespace"),
        ],
    ),
    Row::of("flagship", &[Member::text("app_id").required()]),
    Row::of("hyperdrive", &[Member::text("id").required()]),
    Row::of("images", &[]),
    Row::of("json", &[Member::anything("json").required()]),
    Row::of("k2", &[Member::text("stream").required()]),
    Row::of(
        KV_NAMESPACE,
        &[Member::hexadecimal("namespace_id").required().id_of("CloudflareKvNamespace", "namespace_id")],
    ),
    Row::of("logfwdr", &[Member::text("destination").required()]),
    Row::of("media", &[]),
    Row::of("messaging", &[Member::text("namespace").required()]),
    Row::of("mtls_certificate", &[Member::text("certificate_id").required()]),
    Row::of("pipelines", &[Member::text("pipeline").alternative(), Member::text("stream").alternative()]),
    Row::of(
        "queue",
        &[
            Member::text("queue_name").required().name_of("CloudflareQueue", "queue_name"),
            Member::number("delivery_delay"),
        ],
    ),
    Row::of(
        "r2_bucket",
        &[
            Member::text("bucket_name").required().name_of("CloudflareR2Bucket", "bucket_name"),
            Member::text("jurisdiction"),
        ],
    ),
    Row::of("ratelimit", &[Member::text("namespace_id").required(), Member::anything("simple").required()]),
    Row::of("secrets_store_secret", &[Member::text("store_id").required(), Member::text("secret_name").required()]),
    Row::of(
        "send_email",
        &[
            Member::text("destination_address"),
            Member::texts("allowed_destination_addresses"),
            Member::texts("allowed_sender_addresses"),
        ],
    ),
    Row::of(
        "service",
        &[
            Member::text("service").required().name_of("CloudflareWorker", "script_id"),
            Member::text("environment").by_default("production"),
            Member::text("entrypoint"),
            Member::anything("props"),
            Member::anything("cross_account_grant"),
        ],
    ),
    Row::of("stream", &[]),
    Row::of("vectorize", &[Member::text("index_name").required()]),
    Row::of("version_metadata", &[]),
    Row::of(
        "vpc_network",
        &[Member::text("network_id").alternative(), Member::text("tunnel_id").alternative(), Member::text("identity")],
    ),
    Row::of("vpc_service", &[Member::text("service_id").required()]),
    Row::of("websearch", &[]),
    Row::of("worker_loader", &[]),
    // As above: one of the Worker itself is made by a request of its own.
    Row::of(
        WORKFLOW,
        &[
            Member::text("workflow_name").required(),
            Member::text("class_name"),
            Member::text("script_name").name_of("CloudflareWorker", "script_id"),
        ],
    ),
];

/// The type of a binding to a class of Durable Objects.
pub const DURABLE_OBJECT: &str = "durable_object_namespace";

/// The type of a binding to a Workflow.
pub const WORKFLOW: &str = "workflow";

/// The type of an entry of `kv_bindings`.
pub const KV_NAMESPACE: &str = "kv_namespace";

/// Types that are written elsewhere in a manifest, or nowhere: each with the way out.
pub const ELSEWHERE: &[(&str, &str)] = &[
    ("plain_text", "write it under `env.variables`"),
    ("secret_text", "write it under `env.secrets`"),
    ("secret_key", "this release does not keep keys; `env.secrets` holds their text"),
    ("inherit", "leave it out: what a manifest does not name, and did not set, stays as it is"),
    ("assets", "write it as `assets.binding`"),
    ("wasm_module", "a module of the bundle brings it"),
    ("text_blob", "a module of the bundle brings it"),
    ("data_blob", "a module of the bundle brings it"),
];

/// The row of a type.
pub fn row(type_name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.word == type_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_one_row_and_each_member_one_name() {
        for pair in ROWS.windows(2) {
            assert!(pair[0].word < pair[1].word, "{} {}", pair[0].word, pair[1].word);
        }
        for row in ROWS {
            let mut names: Vec<&str> = row.members.iter().flat_map(Member::names).collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all, "{}", row.word);
            assert!(!names.iter().any(|name| ["name", "type", "value_from"].contains(name)), "{}", row.word);
            assert!(row.members.iter().filter(|member| member.refers.is_some()).count() <= 1, "{}", row.word);
        }
    }

    #[test]
    fn a_type_that_is_written_elsewhere_has_no_row() {
        assert!(ELSEWHERE.iter().all(|(word, _)| row(word).is_none()));
    }
}
