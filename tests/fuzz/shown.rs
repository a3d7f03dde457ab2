//! What holds for everything that people get to see.

use cfworker_deploy::diagnostic::{Code, Diagnostic};
use cfworker_deploy::error::Error;
use cfworker_deploy::manifest::{Source, source_lines};

/// Credentials of the targets: they must show nowhere.
pub const TOKEN: &str = "canary-token-7d41c9e05b";
pub const SECRET_KEY: &str = "canary-s3-key-91be44f2";
pub const SECRET: &str = "canary-secret-5f3a9c20";

/// Nothing in it is obeyed by a terminal, and no credential is in it.
pub fn checked(text: &str) {
    assert!(!text.contains(|character: char| character.is_control() && character != '\n'), "{text:?}");
    hides(text);
}

/// No credential is in it.
pub fn hides(text: &str) {
    for secret in [TOKEN, SECRET_KEY, SECRET] {
        assert!(!text.contains(secret), "a secret shows: {text}");
    }
}

/// A finding in its JSON form, and its source line as people see it; `replay.js` lays whole texts out.
pub fn checked_findings(sources: &[Source], findings: &[Diagnostic]) {
    let json = serde_json::to_string(findings).expect("JSON");
    hides(&json);
    checked_lines(sources, findings);
}

/// The source lines of findings, which are marked inside.
pub fn checked_lines(sources: &[Source], findings: &[Diagnostic]) -> String {
    let places: Vec<_> = findings.iter().filter_map(|finding| finding.place.clone()).take(20).collect();
    let mut shown = String::new();
    for line in source_lines(sources, &places, 80).into_iter().flatten() {
        let units = line.text.encode_utf16().count();
        assert!(line.start <= line.end && line.end <= units, "{line:?}");
        assert!(line.text.chars().count() <= 80, "{line:?}");
        shown.push_str(&line.text);
        shown.push('\n');
    }
    checked(&shown);
    shown
}

/// An error in its JSON form, and the source lines of its findings.
pub fn checked_error(sources: &[Source], error: &Error) {
    assert_ne!(error.code, Code::Internal, "{error:?}");
    let json = serde_json::to_value(error).expect("JSON");
    hides(&json.to_string());
    checked_findings(sources, &error.diagnostics);
}
