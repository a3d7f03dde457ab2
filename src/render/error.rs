//! An error as text: findings with their lines, what is done and what is not, the next command.

use serde::Deserialize;
use serde_json::Value;

use super::{Paint, Style, diagnostics};
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
    let Ok(view) = View::deserialize(error) else { return String::new() };
    let paint = Paint::new(style);
    let mut text = String::new();
    let errors = view.diagnostics.iter().filter(|finding| finding.is_error()).count();
    if errors == 0 {
        text.push_str(&format!("{}: {}\n", paint.red(&format!("error[{}]", view.code)), paint.plain(&view.message)));
    }
    text.push_str(&diagnostics(sources, &view.diagnostics, style));
    push_settled(&mut text, &view, &paint);
    if let Some(help) = help(&view, errors) {
        let lines: Vec<String> = help.lines().map(|line| paint.plain(line)).collect();
        text.push_str(&format!("\n{}\n", lines.join("\n")));
    }
    text.push_str(&format!("\n{}\n", closing(&view, errors)));
    text
}

fn push_settled(text: &mut String, view: &View, paint: &Paint) {
    let wrote = !view.done.is_empty() || !view.unknown.is_empty();
    let lists = [("done", &view.done), ("not done", &view.not_done), ("unknown", &view.unknown)];
    for (word, addresses) in lists.into_iter().filter(|(_, addresses)| wrote && !addresses.is_empty()) {
        text.push_str(&format!("\n  {word:<9} {}", paint.plain(&addresses.join(", "))));
    }
    if wrote {
        text.push('\n');
    }
}

/// The error's own help, where no finding says the same.
fn help(view: &View, errors: usize) -> Option<String> {
    let help = view.help.as_ref()?;
    let said = view.diagnostics.iter().any(|finding| finding.help.as_ref() == Some(help));
    (errors == 0 || !said).then(|| help.clone())
}

fn closing(view: &View, errors: usize) -> String {
    let count = match errors {
        0 | 1 => "1 error".to_owned(),
        many => format!("{many} errors"),
    };
    let state = match view.exit_code {
        3 | 130 | 143 => "Nothing needs cleaning up: run the same command again, it looks before it writes.",
        65 => "Nothing was sent to Cloudflare.",
        _ => "Nothing was changed.",
    };
    format!("{count}. {state}   cfworker-deploy explain {}", view.code)
}
