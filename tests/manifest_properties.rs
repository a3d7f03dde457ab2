//! Laws of the manifest reader on one manifest with something wrong in it; texts of every sort are in `tests/fuzz`.

use cfworker_deploy::diagnostic::any_error;
use cfworker_deploy::kinds::read;
use cfworker_deploy::manifest::{self, Finding, Look, ReadOptions, Source, draw, set_value};
use proptest::prelude::*;

/// A secret that must not show.
const CANARY: &str = "canary-5f3a9c";

const MANIFEST: &str = r#"apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata: # who
  name: "git-webhooks-receiver"
  org: planton-cloud
spec:
  account_id: 074755a78d8e8f77c119a90a125e8a06
  script:
    name: git-webhooks-receiver
    bundle: {bucket: code, path: 'git-webhooks-receiver/v1.js'}
  dns: &dns
    enabled: true
    hostname: git-webhooks.planton.live
    route_patterns: [git-webhooks.planton.live/*]
  compatibility_date: 2024-09-23
  kv_bindings:
    - name: CACHE
      field_path: $cloudflare-kv-namespace/my-cache/status.outputs.namespace_id
  env:
    variables:
      TEMPORAL_NAMESPACE: default
      TEXT: |
        several
        lines
    secrets:
      API_KEY: canary-5f3a9c
"#;

fn sources(text: &str) -> Vec<Source> {
    vec![Source { name: "a.yaml".into(), text: text.into() }]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happens to the lines above the secrets, no finding shows the value, nor does its source line.
    #[test]
    fn a_broken_manifest_keeps_its_secrets(line in 0..24_usize, kept in any::<proptest::sample::Index>(), inserted in "[-\\[\\]{}:,&*!|>'\"#%?a-z0-9 ]{0,6}") {
        let mut lines: Vec<String> = MANIFEST.split('\n').map(str::to_owned).collect();
        let characters: Vec<char> = lines[line].chars().collect();
        let (front, back) = characters.split_at(kept.index(characters.len() + 1));
        lines[line] = front.iter().chain(&inserted.chars().collect::<Vec<_>>()).chain(back).collect();
        let text = lines.join("\n");
        let read = read(&sources(&text), &ReadOptions::default());
        let told = serde_json::to_string(&read.diagnostics).expect("JSON");
        prop_assert!(!told.contains(CANARY), "{}", told);
        let findings: Vec<_> = read.diagnostics.iter().map(Finding::from).collect();
        let drawn = draw(&sources(&text), &findings, Look { color: false, width: 200 }).join("\n");
        prop_assert!(!drawn.contains(CANARY), "{}", drawn);
        let desired = format!("{:?}", read.desired);
        prop_assert!(!desired.contains(CANARY), "{}", desired);
    }

    /// One value changes, comments and all other values stay.
    #[test]
    fn one_value_is_rewritten(
        path in proptest::sample::select(&["spec.script.bundle.path", "metadata.name", "metadata.org", "spec.env.variables.TEXT", "spec.kv_bindings[0].name", "spec.dns.route_patterns[0]"][..]),
        value in "\\PC{0,40}|[-\\[\\]{}:,&*!|>'\"#%@`?a-z0-9 \n]{0,12}",
    ) {
        let Ok(edited) = set_value(MANIFEST, 0, path, &value) else { return Ok(()) };
        prop_assert!(edited.contains("metadata: # who\n"));
        let back = set_value(&edited, 0, path, "back").expect("written again");
        let direct = set_value(MANIFEST, 0, path, "back").expect("written");
        prop_assert_eq!(unquoted(&back), unquoted(&direct));
    }
}

/// The style of quotes may have changed on the way.
fn unquoted(text: &str) -> String {
    text.replace("\"back\"", "back").replace("'back'", "back")
}

#[test]
fn the_manifest_of_these_tests_is_valid() {
    assert!(!any_error(&read(&sources(MANIFEST), &ReadOptions::default()).diagnostics));
    assert!(manifest::secret_text(MANIFEST).is_some_and(|secrets| secrets.texts == [CANARY]));
}
