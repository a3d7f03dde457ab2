//! wrangler's keys, one row each: which environments have them, and what they come to.
//!
//! `tests/wrangler/keys.json` lists the keys that wrangler's own schema knows; a test holds this table to it.

use super::bindings::{self as of, Binding};
use super::rules::{self, Rule};

/// A key of the configuration.
pub(super) struct Key {
    /// Its name.
    pub name: &'static str,
    /// Which environments have it.
    pub scope: Scope,
    /// What it comes to.
    pub goes: Goes,
}

/// Which environments have a key that stands at the top level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// All that do not state it themselves.
    Inherited,
    /// Those that state it themselves.
    Own,
    /// It is the same for all and stands at the top level alone.
    Top,
}

/// What a key comes to.
pub(super) enum Goes {
    /// This path under `spec`, as it stands.
    To(&'static [&'static str]),
    /// A binding.
    One(&'static Binding),
    /// A list of bindings, or of other entries.
    Each(&'static Binding),
    /// Each member by itself.
    Parts(&'static [(&'static str, Goes)]),
    /// What a rule makes of it.
    By(Rule),
    /// Nothing: a deployment of what was built does not depend on it. Why, for the docs.
    Aside(#[cfg_attr(not(test), expect(dead_code, reason = "for the docs"))] &'static str),
    /// Nothing, and it is told: the Worker works without it. Why.
    Left(&'static str),
    /// Nothing, and the run ends: the Worker would be another one. Why.
    Lost(&'static str),
}

use Goes::{Aside, By, Each, Left, Lost, One, Parts, To};

const DEVELOPMENT: &str = "only for development";
const BUILD: &str = "says how the code is built; what is deployed is built already";
const LEGACY_BLOB: &str = "the bundle that wrangler builds brings it as a module";

const fn inherited(name: &'static str, goes: Goes) -> Key {
    Key { name, scope: Scope::Inherited, goes }
}

const fn own(name: &'static str, goes: Goes) -> Key {
    Key { name, scope: Scope::Own, goes }
}

const fn top(name: &'static str, goes: Goes) -> Key {
    Key { name, scope: Scope::Top, goes }
}

/// All keys, in the order in which a manifest shows what they come to.
pub(super) const KEYS: &[Key] = &[
    top("$schema", Aside("for editors")),
    inherited("account_id", To(&["account_id"])),
    inherited("name", Aside("read with the environment")),
    inherited("main", By(rules::main)),
    inherited("compatibility_date", To(&["compatibility_date"])),
    inherited("compatibility_flags", To(&["compatibility_flags"])),
    own("vars", By(rules::vars)),
    own("secrets", Parts(&[("required", By(rules::required_secrets))])),
    own("kv_namespaces", Each(&of::KV_NAMESPACE)),
    own("agent_memory", Each(&of::AGENT_MEMORY)),
    own("ai", One(&of::AI)),
    own("ai_search", Each(&of::AI_SEARCH)),
    own("ai_search_namespaces", Each(&of::AI_SEARCH_NAMESPACE)),
    own("analytics", One(&of::ANALYTICS)),
    own("analytics_engine_datasets", Each(&of::ANALYTICS_ENGINE)),
    own("artifacts", Each(&of::ARTIFACTS)),
    own("browser", One(&of::BROWSER)),
    own("d1_databases", Each(&of::D1)),
    own("dispatch_namespaces", Each(&of::DISPATCH_NAMESPACE)),
    own(
        "durable_objects",
        Parts(&[
            ("bindings", Each(&of::DURABLE_OBJECT)),
            ("code_update_strategy", Left("when running objects get new code is left to Cloudflare")),
        ]),
    ),
    own("flagship", Each(&of::FLAGSHIP)),
    own("hyperdrive", Each(&of::HYPERDRIVE)),
    own("images", One(&of::IMAGES)),
    own("k2", Each(&of::K2)),
    inherited("logfwdr", Parts(&[("bindings", Each(&of::LOGFWDR))])),
    own("media", One(&of::MEDIA)),
    own("mtls_certificates", Each(&of::MTLS_CERTIFICATE)),
    own("pipelines", Each(&of::PIPELINE)),
    own("queues", Parts(&[("producers", Each(&of::QUEUE)), ("consumers", Each(&of::QUEUE_CONSUMER))])),
    own("r2_buckets", Each(&of::R2_BUCKET)),
    own("ratelimits", Each(&of::RATE_LIMIT)),
    own("secrets_store_secrets", Each(&of::SECRETS_STORE_SECRET)),
    own("send_email", Each(&of::SEND_EMAIL)),
    own("services", Each(&of::SERVICE)),
    own("stream", One(&of::STREAM)),
    own("vectorize", Each(&of::VECTORIZE)),
    own("version_metadata", One(&of::VERSION_METADATA)),
    own("vpc_networks", Each(&of::VPC_NETWORK)),
    own("vpc_services", Each(&of::VPC_SERVICE)),
    own("worker_loaders", Each(&of::WORKER_LOADER)),
    own("workflows", Each(&of::WORKFLOW)),
    own("unsafe_hello_world", Each(&of::UNSAFE_HELLO_WORLD)),
    own(
        "unsafe",
        Parts(&[
            ("bindings", By(rules::unsafe_bindings)),
            ("metadata", Lost("members of an upload that this release does not know can't be sent")),
            ("capnp", Lost("schemas of Cap'n Proto can't be sent")),
        ]),
    ),
    inherited("migrations", To(&["migrations"])),
    inherited("exports", To(&["exports"])),
    inherited(
        "assets",
        Parts(&[
            ("directory", To(&["assets", "directory"])),
            ("binding", To(&["assets", "binding"])),
            ("html_handling", To(&["assets", "html_handling"])),
            ("not_found_handling", To(&["assets", "not_found_handling"])),
            ("run_worker_first", To(&["assets", "run_worker_first"])),
            ("base_path", Lost("files are served from the root of a host alone")),
        ]),
    ),
    inherited("route", Aside("read with `routes`")),
    inherited("routes", Aside("read with the environment")),
    inherited("workers_dev", Aside("read with `routes`")),
    inherited("preview_urls", Aside("read with `workers_dev`")),
    inherited(
        "triggers",
        Parts(&[("crons", To(&["schedules"])), ("events", Lost("events of Artifacts can't be subscribed to"))]),
    ),
    inherited("observability", To(&["observability"])),
    inherited("placement", To(&["placement"])),
    inherited("limits", To(&["limits"])),
    inherited("logpush", To(&["logpush"])),
    inherited("cache", To(&["cache_options"])),
    own("tail_consumers", To(&["tail_consumers"])),
    own("streaming_tail_consumers", To(&["streaming_tail_consumers"])),
    own("containers", Lost("images of containers are not built or sent")),
    own("cloudchamber", Left("says what containers get, and containers are not deployed")),
    own("connect", Lost("sockets other than HTTP can't be listened on")),
    top("addresses", Left("routes of e-mail are not made; Cloudflare's dashboard makes them")),
    inherited("access", Parts(&[("dev", Aside(DEVELOPMENT))])),
    inherited("compliance_region", Lost("the region of compliance is that of the credentials and their endpoint")),
    inherited("first_party_worker", Left("for Cloudflare's own Workers")),
    inherited("previews", Aside("says what `wrangler preview` deploys")),
    top("keep_vars", By(rules::keep_vars)),
    top("site", Lost("Workers Sites is replaced by `assets`")),
    top("pages_build_output_dir", Lost("a project of Cloudflare Pages is no Worker")),
    top("wasm_modules", Aside(LEGACY_BLOB)),
    top("text_blobs", Aside(LEGACY_BLOB)),
    top("data_blobs", Aside(LEGACY_BLOB)),
    inherited("find_additional_modules", Aside(BUILD)),
    inherited("preserve_file_names", Aside(BUILD)),
    inherited("base_dir", Aside(BUILD)),
    inherited("tsconfig", Aside(BUILD)),
    inherited("jsx_factory", Aside(BUILD)),
    inherited("jsx_fragment", Aside(BUILD)),
    inherited("rules", Aside(BUILD)),
    inherited("build", Aside(BUILD)),
    inherited("no_bundle", Aside(BUILD)),
    inherited("minify", Aside(BUILD)),
    inherited("keep_names", Aside(BUILD)),
    inherited("upload_source_maps", Aside(BUILD)),
    inherited("python_modules", Aside(BUILD)),
    own("define", Aside(BUILD)),
    top("alias", Aside(BUILD)),
    top("dev", Aside(DEVELOPMENT)),
    top("send_metrics", Aside("says what wrangler tells about itself")),
    top("dependencies_instrumentation", Aside("says what wrangler tells about the project")),
    top("env", Aside("the environments")),
    // Keys of earlier releases of wrangler, which it still meets and tells.
    inherited("usage_model", Left("Cloudflare bills all Workers by one model")),
    top("legacy_env", Left("environments are Workers of their own")),
    top("type", Left("how code is built is wrangler's affair")),
    top("webpack_config", Left("how code is built is wrangler's affair")),
    inherited("zone_id", Left("each route names its zone, or it is found by its host")),
    inherited("node_compat", Lost("wrangler refuses it too; add `nodejs_compat` to `compatibility_flags`")),
];

/// The row of a key.
pub(super) fn key(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}
