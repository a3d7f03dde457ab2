//! A bundle's file names more of the Worker that it was made for than its code. The manifest says all of that itself:
//! what it lacks is told, with the lines to add, so that nothing is lost without a word.

use serde_json::{Map, Value, json};

use crate::bundle::{AskedBinding, Asks, Modules};
use crate::diagnostic::{Code, Diagnostic, plain};
use crate::resource::DesiredScript;
use crate::setting::{Setting, without_nulls};

/// Longest list that a finding prints; a bundle may name a hundred variables.
const MOST_SHOWN: usize = 4_000;

/// What the bundle asks for and the manifest lacks, and names that both give.
pub(super) fn findings(modules: &Modules, script: &DesiredScript) -> Vec<Diagnostic> {
    let mut findings: Vec<_> = twice(modules, script).into_iter().collect();
    findings.extend(lacking(&modules.asks, script));
    findings
}

/// Cloudflare refuses an upload that names a binding twice.
fn twice(modules: &Modules, script: &DesiredScript) -> Option<Diagnostic> {
    let twice = modules.bindings.iter().find(|binding| is_named(script, &binding.name))?;
    let message = format!(
        "the manifest names `{}`, which is a part of the code in the bundle of `{}` ({})",
        plain(&twice.name, 100),
        script.name,
        twice.type_name
    );
    Some(Diagnostic::error(Code::DuplicateBinding, message).with_help("give the one in the manifest another name"))
}

/// What can be added to the manifest, and what can't be stated there yet.
#[derive(Default)]
struct Lacking {
    spec: Map<String, Value>,
    names: Vec<String>,
    beyond: Vec<String>,
}

fn lacking(asks: &Asks, script: &DesiredScript) -> Option<Diagnostic> {
    let mut lacking = Lacking::default();
    for binding in asks.bindings.iter().filter(|binding| !is_named(script, &binding.name)) {
        lacking.binding(binding);
    }
    lacking.compatibility(asks, script);
    lacking.beyond.extend(asks.others.iter().map(|name| format!("`{}`", plain(name, 60))));
    lacking.finding(&script.name)
}

impl Lacking {
    fn binding(&mut self, binding: &AskedBinding) {
        let AskedBinding { name, type_name, fields } = binding;
        let shown = format!("`{}`", plain(name, 100));
        let field = |key: &str| fields.get(key).and_then(Value::as_str);
        match (type_name.as_str(), field("text"), field("namespace_id")) {
            ("plain_text", Some(text), _) => self.env("variables", name, text),
            // Whatever value the file holds stays in it.
            ("secret_text", ..) => self.env("secrets", name, &format!("${{{name}}}")),
            ("kv_namespace", _, Some(id)) => {
                if let Value::Array(list) = self.spec.entry("kv_bindings").or_insert_with(|| json!([])) {
                    list.push(json!({ "name": name, "namespace_id": id }));
                }
            }
            _ => return self.beyond.push(format!("{shown} ({})", plain(type_name, 60))),
        }
        self.names.push(shown);
    }

    fn env(&mut self, group: &str, name: &str, text: &str) {
        let env = self.spec.entry("env").or_insert_with(|| json!({}));
        if let Some(env) = env.as_object_mut()
            && let Value::Object(group) = env.entry(group).or_insert_with(|| json!({}))
        {
            group.insert(name.to_owned(), text.into());
        }
    }

    fn compatibility(&mut self, asks: &Asks, script: &DesiredScript) {
        if let (Some(date), None) = (&asks.compatibility_date, &script.compatibility_date) {
            self.add("compatibility_date", json!(date));
        }
        let stated = &script.compatibility_flags;
        let more: Vec<_> = asks.compatibility_flags.iter().filter(|flag| !stated.contains(flag)).collect();
        if !more.is_empty() {
            let all: Vec<_> = stated.iter().chain(more).collect();
            self.add("compatibility_flags", json!(all));
        }
        if let (Some(asked @ Value::Object(_)), None) =
            (&asks.observability, script.settings.value(Setting::Observability))
        {
            let said = without_nulls(&Setting::Observability.row(), asked);
            if let Some(said) = said.filter(|said| said.get("enabled").is_some()) {
                self.add("observability", said);
            }
        }
    }

    fn add(&mut self, key: &str, value: Value) {
        self.names.push(format!("`{key}`"));
        self.spec.insert(key.to_owned(), value);
    }

    fn finding(self, script: &str) -> Option<Diagnostic> {
        let Self { spec, names, beyond } = self;
        if names.is_empty() && beyond.is_empty() {
            return None;
        }
        let mut message =
            format!("the bundle of `{script}` was made for a Worker that has more than the manifest says");
        if !names.is_empty() {
            message.push_str(&format!(": {}", names.join(", ")));
        }
        if !beyond.is_empty() {
            message.push_str(&format!("; no manifest can say yet: {}", beyond.join(", ")));
        }
        let finding = Diagnostic::warning(Code::BundleNeedsMore, plain(&message, MOST_SHOWN));
        Some(finding.with_help(match names.is_empty() {
            true => "only the code is deployed; a Worker that needs the rest will fail when it runs".to_owned(),
            false => format!(
                "add this to `spec`, in this form or as lines: {}",
                plain(&Value::Object(spec).to_string(), MOST_SHOWN)
            ),
        }))
    }
}

fn is_named(script: &DesiredScript, name: &str) -> bool {
    script.bindings.iter().any(|binding| binding.name() == name)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::{Value, json};

    use super::findings;
    use crate::bundle::{self, Modules, Stated};
    use crate::diagnostic::{Code, Diagnostic};
    use crate::kinds;
    use crate::manifest::{ReadOptions, Source};
    use crate::resource::DesiredScript;

    fn bundle(metadata: &Value) -> Modules {
        let part = |name: &str, kind: &str, text: &str| {
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n{text}\r\n")
        };
        let file = [
            part("metadata", "application/json", &metadata.to_string()),
            part("a.js", "application/javascript+module", "export default {}"),
            part("blob", "text/plain", "text"),
            "--b--\r\n".into(),
        ];
        bundle::read(Bytes::from(file.concat()), Stated::default()).expect("a bundle").0
    }

    fn script(spec: &Value) -> DesiredScript {
        let mut spec = spec.clone();
        spec["account_id"] = json!("0".repeat(32));
        spec["worker_name"] = json!("app");
        spec["script_bundle"] = json!({ "bucket": "code", "path": "a.js" });
        let api_version = "cloudflare.project-planton.org/v1";
        let manifest = json!({
            "apiVersion": api_version, "kind": "CloudflareWorker", "metadata": { "name": "a" }, "spec": spec,
        });
        let source = Source { name: "a.yaml".into(), text: manifest.to_string() };
        let read = kinds::read(&[source], &ReadOptions::default());
        read.desired.manifests.into_iter().next().unwrap_or_else(|| panic!("{:?}", read.diagnostics)).script
    }

    fn asked(metadata: Value, spec: &Value) -> Vec<Diagnostic> {
        findings(&bundle(&metadata), &script(spec))
    }

    fn wrangler() -> Value {
        json!({
            "main_module": "a.js",
            "compatibility_date": "2026-01-01",
            "compatibility_flags": ["nodejs_compat", "global_navigator"],
            "observability": { "enabled": true, "head_sampling_rate": 0.5, "logs": { "enabled": true } },
            "bindings": [
                { "name": "MODE", "type": "plain_text", "text": "prod: # yes" },
                { "name": "TOKEN", "type": "secret_text", "text": "canary-in-the-file" },
                { "name": "CACHE", "type": "kv_namespace", "namespace_id": "0123456789abcdef0123456789abcdef" },
                { "name": "BUCKET", "type": "r2_bucket", "bucket_name": "b" },
            ],
            "migrations": { "new_tag": "v1" },
        })
    }

    #[test]
    fn what_the_manifest_lacks_is_one_finding_that_prints_the_yaml_to_add() {
        let findings = asked(wrangler(), &json!({}));
        let [finding] = findings.as_slice() else { panic!("{findings:?}") };
        assert_eq!(finding.code, Code::BundleNeedsMore);
        for name in ["MODE", "TOKEN", "CACHE", "BUCKET", "migrations", "compatibility_date", "observability"] {
            assert!(finding.message.contains(&format!("`{name}`")), "{name}: {}", finding.message);
        }
        let help = finding.help.as_deref().expect("a way out");
        assert!(!format!("{finding:?}").contains("canary"), "a value of a secret stays in the file");
        let (_, yaml) = help.split_once(": ").expect("what to add");
        // What it prints is what the finding wants: with it, the manifest lacks nothing that it can say.
        let spec: Value = serde_json::from_str(yaml).expect("JSON, which is YAML too");
        let left = asked(wrangler(), &spec);
        assert_eq!(left.len(), 1);
        assert!(
            left[0].message.ends_with("no manifest can say yet: `BUCKET` (r2_bucket), `migrations`"),
            "{}",
            left[0].message
        );
    }

    #[test]
    fn what_the_manifest_says_in_its_own_way_is_not_told() {
        let metadata = json!({
            "main_module": "a.js",
            "compatibility_date": "2025-01-01",
            "compatibility_flags": ["nodejs_compat"],
            "bindings": [{ "name": "MODE", "type": "json", "json": { "a": 1 } }],
            "keep_bindings": ["secret_text"],
            "annotations": { "workers/message": "m" },
        });
        let spec = json!({ "compatibility_date": "2026-01-01", "env": { "variables": { "MODE": "own" } } });
        assert_eq!(asked(metadata, &spec), []);
    }

    #[test]
    fn a_name_that_is_a_part_of_the_code_and_in_the_manifest_too_is_an_error() {
        let metadata = json!({
            "main_module": "a.js",
            "bindings": [{ "name": "TEXT", "type": "text_blob", "part": "blob" }],
        });
        assert_eq!(asked(metadata.clone(), &json!({})), []);
        let findings = asked(metadata, &json!({ "env": { "variables": { "TEXT": "x" } } }));
        assert!(findings.iter().any(|finding| finding.code == Code::DuplicateBinding && finding.is_error()));
    }
}
