//! Manifests as folders: `*.yaml` and configurations of wrangler's in (by name), `findings.txt` and `desired.txt` out.
//!
//! `options.json` may hold `environment`, `overlays`, `today`, `accountId`, `values`, `set`, `allowEnv` and, as texts, `files` and `assets`; `rendered.txt`, where it stands, is the text for a
//! terminal, which `tests/render` compares. `UPDATE_SPECS=1` rewrites the expectations.

#![expect(clippy::expect_used, reason = "a test says what it expects by stopping")]
#![expect(clippy::disallowed_methods, reason = "tests read their specs from files")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use cfworker_deploy::diagnostic::{Code, Diagnostic, Place};
use cfworker_deploy::manifest::{Finding, Look, Read, ReadOptions, Source};
use cfworker_deploy::{engine, kinds};

#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Options {
    files: BTreeMap<String, BTreeMap<String, String>>,
    assets: BTreeMap<String, BTreeMap<String, String>>,
    today: Option<String>,
    account_id: Option<String>,
    values: BTreeMap<String, String>,
    set: Vec<(String, String)>,
    allow_env: Vec<String>,
    environment: Option<String>,
    overlays: BTreeMap<String, String>,
}

/// Endings of files that are sources.
const ENDINGS: [&str; 3] = ["yaml", "jsonc", "toml"];

impl Options {
    fn of(folder: &Path) -> Self {
        match fs::read(folder.join("options.json")) {
            Ok(bytes) => serde_json::from_slice(&bytes).expect("options"),
            Err(_) => Self::default(),
        }
    }
}

fn specs() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs/manifest");
    let mut folders: Vec<_> = fs::read_dir(root).expect("specs").map(|entry| entry.expect("an entry").path()).collect();
    folders.sort();
    folders
}

/// What an import makes is no source.
fn is_written(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("written."))
}

fn sources(folder: &Path) -> Vec<Source> {
    let files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let is_source =
        |file: &PathBuf| file.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known));
    let mut files: Vec<_> = files.filter(|file| is_source(file) && !is_written(file)).collect();
    files.sort();
    let source = |file: PathBuf| Source {
        name: file.file_name().expect("a name").to_string_lossy().into_owned(),
        text: fs::read_to_string(&file).expect("UTF-8"),
    };
    files.into_iter().map(source).collect()
}

fn read(folder: &Path) -> Read {
    let options = Options::of(folder);
    let options = ReadOptions {
        files: options.files,
        assets: options.assets.into_iter().map(contents).collect(),
        today: options.today,
        account_id: options.account_id,
        values: options.values,
        set: options.set,
        allow_env: options.allow_env,
        environment: options.environment,
        overlays: options.overlays,
        without_values: false,
        guesses: false,
    };
    kinds::read(&sources(folder), &options)
}

/// Files of static assets, as texts.
fn contents((name, files): (String, BTreeMap<String, String>)) -> (String, BTreeMap<String, Bytes>) {
    (name, files.into_iter().map(|(path, text)| (path, text.into())).collect())
}

fn line(finding: &Diagnostic) -> String {
    let severity = serde_json::to_value(finding.severity).expect("JSON");
    let place = finding.place.as_ref().expect("every finding of a manifest has a place");
    let mut line = format!(
        "{}:{}:{}-{}:{} {}[{}] {}",
        place.file,
        place.line,
        place.column,
        place.end_line,
        place.end_column,
        severity.as_str().expect("a word"),
        finding.code,
        finding.message
    );
    if let Some(path) = finding.path() {
        write!(line, "\n    at {path}").expect("a line");
    }
    for related in &finding.related {
        let Place { file, line: number, column, .. } = &related.place;
        write!(line, "\n    {}: {file}:{number}:{column}", related.label).expect("a line");
    }
    if let Some(help) = &finding.help {
        write!(line, "\n    help: {help}").expect("a line");
    }
    line + "\n"
}

#[test]
fn manifests_are_read_as_specified() {
    let update = std::env::var_os("UPDATE_SPECS").is_some();
    let mut failures = String::new();
    for folder in specs() {
        let read = read(&folder);
        let findings: String = read.diagnostics.iter().map(line).collect();
        let workers = read.desired.manifests.iter().map(|manifest| format!("{manifest:#?}\n"));
        let stores = read.desired.stores.iter().map(|store| format!("{store:#?}\n"));
        let desired: String = workers.chain(stores).collect();
        for (file, actual) in [("findings.txt", findings), ("desired.txt", desired)] {
            compare(&folder.join(file), &actual, update, &mut failures);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Natively as `tests/render` expects them of the package.
#[test]
fn findings_are_drawn_as_specified() {
    let drawn = specs().into_iter().filter_map(|folder| {
        let expected = fs::read_to_string(folder.join("rendered.txt")).ok()?;
        let findings: Vec<Finding> = read(&folder).diagnostics.iter().take(20).map(Finding::from).collect();
        Some((folder.clone(), expected, kinds::draw(&sources(&folder), &findings, Look::default()).join("\n")))
    });
    for (folder, expected, actual) in drawn {
        let expected = expected.split("\n… and ").next().unwrap_or_default();
        assert_eq!(expected, actual, "{}", folder.display());
    }
}

/// Those of an overlay within it, and those that open something while a Worker is developed.
#[test]
fn no_secret_of_a_configuration_of_wranglers_is_drawn() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs/manifest/wrangler-secrets-are-not-shown");
    let findings: Vec<Finding> = read(&folder).diagnostics.iter().map(Finding::from).collect();
    let drawn = kinds::draw(&sources(&folder), &findings, Look { color: false, width: 200 }).join("\n");
    assert!(drawn.contains("localConnectionString") && !drawn.contains("hunter"), "{drawn}");
}

fn compare(path: &Path, actual: &str, update: bool, failures: &mut String) {
    if update {
        fs::write(path, actual).expect("written");
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected != actual {
        writeln!(failures, "{}:\n--- expected\n{expected}\n+++ actual\n{actual}", path.display()).expect("a line");
    }
}

/// `written.ENVIRONMENT.yaml` is what an import makes of the configuration of a folder, and reads as it does.
#[test]
fn configurations_are_written_as_specified() {
    let update = std::env::var_os("UPDATE_SPECS").is_some();
    let mut failures = String::new();
    for folder in specs() {
        let options = Options::of(&folder);
        let overlays = options.overlays.clone();
        let account_id = options.account_id.clone();
        let asked = serde_json::json!({ "overlays": overlays, "accountId": account_id, "today": options.today });
        let imported = engine::import(&sources(&folder), &serde_json::from_value(asked).expect("options"));
        for manifest in &imported.manifests {
            let name = format!("written.{}.yaml", manifest.environment.as_deref().unwrap_or("top"));
            compare(&folder.join(&name), &manifest.text, update, &mut failures);
            let read = kinds::read(
                &[Source { name, text: manifest.text.clone() }],
                &ReadOptions { account_id: account_id.clone(), ..ReadOptions::default() },
            );
            let errors: Vec<_> = read.diagnostics.iter().filter(|finding| finding.is_error()).collect();
            assert!(errors.is_empty(), "{}: {errors:?}\n{}", folder.display(), manifest.text);
            let environment = manifest.environment.clone();
            let asked = ReadOptions {
                environment,
                overlays: overlays.clone(),
                account_id: account_id.clone(),
                ..ReadOptions::default()
            };
            let stated = kinds::read(&sources(&folder), &asked);
            if !stated.diagnostics.iter().any(Diagnostic::is_error) {
                assert_eq!(read.desired.manifests, stated.desired.manifests, "{}", folder.display());
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Every code of reading has a spec that shows it; the engine's own failures can't be shown.
#[test]
fn every_code_is_shown_by_a_spec() {
    let seen: Vec<Code> =
        specs().iter().flat_map(|folder| read(folder).diagnostics).map(|finding| finding.code).collect();
    // Told by later steps: resolving secrets at apply, references beside the account.
    let elsewhere = [Code::MissingSecret, Code::ReferenceUnresolved];
    let missing: Vec<_> = Code::ALL
        .iter()
        .filter(|code| code.as_str().starts_with("CFD01") || code.as_str().starts_with("CFD020"))
        .filter(|code| !seen.contains(code) && !elsewhere.contains(code))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// What the seed and the later schema call valid has not even a warning.
#[test]
fn upstream_manifests_are_quiet() {
    for folder in specs() {
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        if name.starts_with("seed-") || name.starts_with("later-") {
            assert_eq!(read(&folder).diagnostics, [], "{name}");
            assert_eq!(read(&folder).desired.manifests.len(), 1, "{name}");
        }
    }
}
