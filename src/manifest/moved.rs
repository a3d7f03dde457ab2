//! Keys of earlier or neighbouring schemas, and where their meaning lives now.

/// What to write instead of a key that was valid elsewhere; `parent` is a path without indexes.
pub(super) fn instead(parent: &str, key: &str) -> Option<&'static str> {
    let known = MOVED.iter().find(|(known_parent, known_key, _)| *known_parent == parent && *known_key == key);
    known.map(|(_, _, help)| *help)
}

#[rustfmt::skip]
const MOVED: &[(&str, &str, &str)] = &[
    ("", "name", "use `metadata.name`"),
    ("", "account_id", "use `spec.account_id`"),
    ("metadata", "version", "leave it out; versions are Cloudflare's"),
    ("metadata", "namespace", "use `metadata.org` and `metadata.env`"),
    ("spec", "name", "use `worker_name`"),
    ("spec", "script_name", "use `worker_name`"),
    ("spec", "script_source", "use `script_bundle: {bucket, path}`"),
    ("spec", "bundle", "use `script_bundle: {bucket, path}`"),
    ("spec", "content", "put the code into R2 (`cfworker-deploy publish`) and use `script_bundle: {bucket, path}`"),
    ("spec", "main", "use `main_module`"),
    ("spec", "env_vars", "use `env.variables`"),
    ("spec", "variables", "use `env.variables`"),
    ("spec", "vars", "use `env.variables`"),
    ("spec", "secrets", "use `env.secrets`"),
    ("spec", "kv_namespaces", "use `kv_bindings`"),
    ("spec", "zone_id", "use `dns.zone_id`"),
    ("spec", "hostname", "use `dns.hostname`"),
    ("spec", "route_pattern", "use `dns.route_pattern`"),
    ("spec", "route", "use `dns.route_pattern`"),
    ("spec", "routes", "use `dns.route_patterns`"),
    ("spec", "wrangler", "a manifest replaces the wrangler file"),
    ("spec.dns", "domain", "use `zone: example.com`, or leave it out"),
    ("spec.dns", "zone_name", "use `zone`"),
    ("spec.dns", "routes", "use `route_patterns`"),
    ("spec.dns", "proxied", "leave it out; the record of a Worker is always proxied"),
    ("spec.dns", "ttl", "leave it out; a proxied record has the automatic TTL"),
    ("spec.env", "vars", "use `variables`"),
    ("spec.kv_bindings", "id", "use `namespace_id`"),
    ("spec.kv_bindings", "value", "use `namespace_id`"),
    ("spec.script", "bucket", "use `bundle: {bucket, path}`"),
    ("spec.script", "path", "use `bundle: {bucket, path}`"),
    ("spec.script.bundle", "key", "use `path`"),
    ("spec.script_bundle", "key", "use `path`"),
];
