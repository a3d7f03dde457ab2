//! An error as text: findings with their lines, what is done and what is not, the next command.

use serde::Deserialize;
use serde_json::Value;

use super::{Paint, Style, diagnostics, view};
use crate::diagnostic::Diagnostic;
use crate::manifest::Source;

/// What the text needs of an error.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct View {
    code: String,
    message: String,
    help: Option<String>,
    #[serde(default)]
    exit_code: u8,
    #[serde(default)]
    diagnostics: Vec<Diagnostic>,
    #[serde(default)]
    done: Vec<String>,
    #[serde(default)]
    not_done: Vec<String>,
    #[serde(default)]
    unknown: Vec<String>,
}

/// Renders an error. Text that is not an error gives nothing.
pub fn error(sources: &[Source], error: &Value, style: &Style) -> String {
    let Some(view): Option<View> = view(error) else { return String::new() };
    let paint = Paint::new(style);
    let mut text = String::new();
    let errors = view.diagnostics.iter().filter(|finding| finding.is_error()).count();
    if errors == 0 {
        text.push_str(&format!("{}: {}\n", paint.red(&format!("error[{}]", view.code)), paint.plain(&view.message)));
    }
    text.push_str(&diagnostics(sources, &view.diagnostics, style));
    if view.has_begun() {
        push_settled(&mut text, &view, &paint);
    }
    let lines: Vec<String> = help(&view, errors).iter().map(|line| paint.plain(line)).collect();
    if !lines.is_empty() {
        text.push_str(&format!("\n{}\n", lines.join("\n")));
    }
    text.push_str(&format!("\n{}\n", closing(&view, errors)));
    text
}

impl View {
    /// The run stopped on its way, so single changes are worth telling.
    fn has_begun(&self) -> bool {
        matches!(self.exit_code, 3 | 130 | 143) && self.is_settled()
    }

    fn is_interrupted(&self) -> bool {
        matches!(self.exit_code, 130 | 143)
    }

    /// There is something to tell about single changes.
    fn is_settled(&self) -> bool {
        [&self.done, &self.not_done, &self.unknown].into_iter().any(|addresses| !addresses.is_empty())
    }
}

/// What is done, one address a line. An address of several writes is finished with the last of them.
fn push_settled(text: &mut String, view: &View, paint: &Paint) {
    for (word, addresses) in [("done", &view.done), ("not finished", &view.not_done), ("unknown", &view.unknown)] {
        for (index, address) in addresses.iter().enumerate() {
            let (gap, word) = if index == 0 { ("\n", word) } else { ("", "") };
            text.push_str(&format!("{gap}  {word:<12}  {}\n", paint.plain(address)));
        }
    }
}

/// Lines of the error's own help, without what a finding or the last line says already.
fn help(view: &View, errors: usize) -> Vec<&str> {
    let Some(help) = &view.help else { return Vec::new() };
    let said = view.diagnostics.iter().any(|finding| finding.help.as_ref() == Some(help));
    if said && errors > 0 {
        return Vec::new();
    }
    // What has begun ends with a line that says how to go on.
    help.lines().skip(usize::from(view.has_begun())).collect()
}

fn closing(view: &View, errors: usize) -> String {
    let state = state(view);
    if view.is_interrupted() {
        return state.to_owned();
    }
    let count = match errors {
        0 | 1 => "1 error".to_owned(),
        many => format!("{many} errors"),
    };
    format!("{count}. {state}   cfworker-deploy explain {}", view.code)
}

/// How things stand now.
fn state(view: &View) -> &'static str {
    if view.has_begun() {
        return "Nothing needs cleaning up: run the same command again.";
    }
    if view.exit_code != 65 {
        return if view.done.is_empty() { "Nothing was changed." } else { "Everything was applied." };
    }
    // Findings about the text itself stop a run before its first request; those about references may need one.
    // A finding about the text has a place in it.
    let is_offline =
        |finding: &Diagnostic| finding.is_error() && finding.code.family() == "01" && finding.place.is_some();
    let offline = view.diagnostics.iter().any(is_offline);
    if offline { "Nothing was sent to Cloudflare." } else { "Nothing was changed." }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Style, error};

    fn text(exit: u8, code: &str, lists: [&[&str]; 3]) -> String {
        let [done, not_done, unknown] = lists;
        let view = json!({
            "code": code, "message": "it failed", "exitCode": exit, "help": "try again", "diagnostics": [],
            "done": done, "notDone": not_done, "unknown": unknown,
        });
        error(&[], &view, &Style::default())
    }

    #[test]
    fn what_began_is_told_change_by_change() {
        let lists: [&[&str]; 3] = [&["script:a"], &["record:a.b", "route:a.b/*"], &["route:c/*"]];
        let body = "\n  done          script:a\n\n  not finished  record:a.b\n                route:a.b/*\n\n  unknown       route:c/*\n";
        let again = "\nNothing needs cleaning up: run the same command again.\n";
        assert_eq!(text(130, "CFD0608", lists), format!("error[CFD0608]: it failed\n{body}{again}"));
        let ends = "run the same command again.   cfworker-deploy explain CFD0602\n";
        assert!(text(3, "CFD0602", lists).ends_with(ends));
    }

    #[test]
    fn how_things_stand_is_never_a_guess() {
        let nothing: [&[&str]; 3] = [&[], &[], &[]];
        assert!(text(130, "CFD0608", nothing).ends_with("\nNothing was changed.\n"));
        assert!(text(65, "CFD0209", nothing).contains("1 error. Nothing was changed.   "));
        let after_reads = json!({
            "code": "CFD0136", "message": "it failed", "exitCode": 65,
            "diagnostics": [{ "severity": "error", "code": "CFD0136", "message": "it failed" }],
        });
        assert!(error(&[], &after_reads, &Style::default()).contains("1 error. Nothing was changed.   "));
        assert!(text(5, "CFD0525", [&["script:a"], &[], &[]]).contains("1 error. Everything was applied.   "));
    }
}
