//! A check-up as text: what is fine, what is not, what no read can prove.

use serde::Deserialize;
use serde_json::Value;

use super::{Paint, Style, view};

#[derive(Deserialize)]
struct View {
    checks: Vec<Check>,
    #[serde(default)]
    missing: Vec<String>,
    #[serde(default)]
    unproven: Vec<String>,
    #[serde(default)]
    link: String,
    #[serde(default, rename = "exitCode")]
    exit_code: u8,
}

#[derive(Deserialize)]
struct Check {
    name: String,
    ok: bool,
    detail: String,
    help: Option<String>,
}

/// Renders a check-up. Text that is none gives nothing.
pub fn checkup(checkup: &Value, style: &Style) -> String {
    let Some(view): Option<View> = view(checkup) else { return String::new() };
    let paint = Paint::new(style);
    let mut text = String::new();
    for check in &view.checks {
        let mark = if check.ok { paint.green("ok") } else { paint.red("NO") };
        let (name, detail) = (paint.plain(&check.name), paint.plain(&check.detail));
        let gap = if check.ok { " " } else { "\n      " };
        text.push_str(&format!("  {mark}  {name}:{gap}{detail}\n"));
        if let Some(help) = &check.help {
            text.push_str(&format!("      help: {}\n", paint.plain(help)));
        }
    }
    if !view.missing.is_empty() {
        text.push_str(&format!("\nThe token lacks for certain: {}\n", paint.plain(&view.missing.join(", "))));
    }
    if !view.unproven.is_empty() {
        text.push_str(&format!("\nNeeded, and not provable by reading: {}\n", paint.plain(&view.unproven.join(", "))));
    }
    // With any other failure another token would not help.
    if view.exit_code == 4 {
        text.push_str(&format!("A token with all of it: {}\n", paint.plain(&view.link)));
    }
    let failed = view.checks.iter().filter(|check| !check.ok).count();
    let closing = match failed {
        0 => "Everything that reads can tell is fine.".to_owned(),
        1 => "1 check failed. Nothing was changed.".to_owned(),
        many => format!("{many} checks failed. Nothing was changed."),
    };
    text.push_str(&format!("\n{closing}\n"));
    text
}
