//! Keys of earlier or neighbouring schemas of a Worker, and where their meaning lives now.

use crate::manifest::Moved;

/// Keys of a Worker.
#[rustfmt::skip]
pub(super) const OF_WORKER: &[Moved] = &[
    ("spec", "name", Some("worker_name"), "use `worker_name`"),
    ("spec", "script_name", Some("worker_name"), "use `worker_name`"),
    ("spec", "script_source", Some("script_bundle"), "use `script_bundle: {bucket, path}`"),
    ("spec", "bundle", Some("script_bundle"), "use `script_bundle: {bucket, path}`"),
    ("spec", "content", Some("script_bundle"), "put the code into R2 (`cfworker-deploy publish`) and use `script_bundle: {bucket, path}`"),
    ("spec", "main", Some("main_module"), "use `main_module`"),
    ("spec", "env_vars", Some("env"), "use `env.variables`"),
    ("spec", "variables", Some("env"), "use `env.variables`"),
    ("spec", "vars", Some("env"), "use `env.variables`"),
    ("spec", "secrets", Some("env"), "use `env.secrets`"),
    ("spec", "kv_namespaces", Some("kv_bindings"), "use `kv_bindings`"),
    ("spec", "zone_id", Some("dns"), "use `dns.zone_id`"),
    ("spec", "hostname", Some("dns"), "use `dns.hostname`"),
    ("spec", "hostnames", Some("dns"), "use `dns.hostnames`"),
    ("spec", "route_pattern", Some("dns"), "use `dns.route_pattern`"),
    ("spec", "route", Some("dns"), "use `dns.route_pattern`"),
    ("spec", "routes", Some("dns"), "use `dns.route_patterns`"),
    ("spec", "containers", None, "leave it out and deploy its image with `wrangler containers`; what the live Worker has of containers stays"),
    ("spec", "email", None, "leave it out; which addresses lead to a Worker is set in the zone, under Email Routing"),
    ("spec", "email_routes", None, "leave it out; which addresses lead to a Worker is set in the zone, under Email Routing"),
    ("spec", "wrangler", None, "a manifest replaces the wrangler file"),
    ("spec.dns", "domain", Some("zone"), "use `zone: example.com`, or leave it out"),
    ("spec.dns", "zone_name", Some("zone"), "use `zone`"),
    ("spec.dns", "routes", Some("route_patterns"), "use `route_patterns`"),
    ("spec.dns", "proxied", None, "leave it out; the record of a Worker is always proxied"),
    ("spec.dns", "ttl", None, "leave it out; a proxied record has the automatic TTL"),
    ("spec.env", "vars", Some("variables"), "use `variables`"),
    ("spec.kv_bindings", "id", Some("namespace_id"), "use `namespace_id`"),
    ("spec.kv_bindings", "value", Some("namespace_id"), "use `namespace_id`"),
    ("spec.script", "bucket", Some("bundle"), "use `bundle: {bucket, path}`"),
    ("spec.script", "path", Some("bundle"), "use `bundle: {bucket, path}`"),
    ("spec.script.bundle", "key", Some("path"), "use `path`"),
    ("spec.script_bundle", "key", Some("path"), "use `path`"),
];

#[cfg(test)]
mod tests {
    use super::OF_WORKER;

    #[test]
    fn the_key_that_was_meant_is_one_that_the_help_names() {
        for (parent, key, meant, help) in OF_WORKER {
            let names = |meant: &str| ['`', ':', '.'].iter().any(|end| help.contains(&format!("`{meant}{end}")));
            assert!(meant.is_none_or(names), "{parent}.{key}: {help}");
        }
    }
}
