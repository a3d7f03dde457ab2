//! What holds for everything that people get to see.

use cfworker_deploy::diagnostic::{Code, Diagnostic};
use cfworker_deploy::error::Error;
use cfworker_deploy::manifest::{Finding, Look, Source, draw};

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

/// A finding in its JSON form, and as people see it.
pub fn checked_findings(sources: &[Source], findings: &[Diagnostic]) {
    let json = serde_json::to_string(findings).expect("JSON");
    hides(&json);
    checked_drawing(sources, findings);
}

/// Findings as people see them.
pub fn checked_drawing(sources: &[Source], findings: &[Diagnostic]) -> String {
    // As many as people are shown.
    let findings: Vec<_> = findings.iter().take(20).map(Finding::from).collect();
    let drawn = draw(sources, &findings, Look::default());
    assert_eq!(drawn.len(), findings.len());
    let shown = drawn.concat();
    checked(&shown);
    shown
}

/// An error in its JSON form, and its findings as people see them.
pub fn checked_error(sources: &[Source], error: &Error) {
    assert_ne!(error.code, Code::Internal, "{error:?}");
    let json = serde_json::to_value(error).expect("JSON");
    hides(&json.to_string());
    checked_findings(sources, &error.diagnostics);
}
