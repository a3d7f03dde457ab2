//! A plan as text: every line reads without colour, the important one comes last.

use serde::Deserialize;

use crate::model::json_text;
use serde_json::Value;

use super::{Paint, Style, view};

/// What the text needs of a plan; any plan JSON of format 1 will do.
#[derive(Deserialize)]
struct View {
    #[serde(default)]
    offline: bool,
    #[serde(default)]
    fingerprint: String,
    manifests: Vec<Manifest>,
    changes: Vec<Change>,
    #[serde(default)]
    kept: Vec<Left>,
    #[serde(default)]
    orphans: Vec<Left>,
    #[serde(default)]
    unmanaged: Vec<Left>,
    #[serde(default)]
    summary: Summary,
    #[serde(default, rename = "exitCode")]
    exit_code: u8,
}

#[derive(Deserialize)]
struct Manifest {
    account: String,
    script: String,
    zone: Option<String>,
}

#[derive(Deserialize)]
struct Change {
    address: String,
    action: String,
    from: Option<String>,
    reason: String,
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct Field {
    path: String,
    old: Value,
    new: Value,
    secret: bool,
    later: bool,
}

#[derive(Deserialize)]
struct Left {
    address: String,
    path: Option<String>,
    reason: String,
}

#[derive(Deserialize, Default)]
struct Summary {
    #[serde(default)]
    reads: u64,
    #[serde(default)]
    writes: u64,
}

/// Reasons that say no more than their action.
const PLAIN_REASONS: [(&str, &str); 3] = [("create", "not found"), ("no-op", "unchanged"), ("delete", "destroyed")];

/// Renders a plan. Text that is not a plan gives nothing.
pub fn plan(plan: &Value, style: &Style) -> String {
    let Some(view): Option<View> = view(plan) else { return String::new() };
    let paint = Paint::new(style);
    let mut text = String::new();
    for manifest in &view.manifests {
        text.push_str(&paint.plain(&headline(manifest)));
        text.push('\n');
    }
    text.push('\n');
    for change in &view.changes {
        push_change(&mut text, change, &paint, style.width);
    }
    push_left(&mut text, &view, &paint);
    text.push_str(&closing(&view, &paint));
    text
}

fn headline(manifest: &Manifest) -> String {
    let account = match (manifest.account.get(..4), manifest.account.get(28..)) {
        (Some(start), Some(end)) => format!("{start}…{end}"),
        _ => manifest.account.clone(),
    };
    let zone = manifest.zone.as_ref().map(|zone| format!(", zone {zone}")).unwrap_or_default();
    format!("{}  (account {account}{zone})", manifest.script)
}

fn push_change(text: &mut String, change: &Change, paint: &Paint, width: usize) {
    let (kind, key) = change.address.split_once(':').unwrap_or((&change.address, ""));
    let sign = match change.action.as_str() {
        "create" => paint.green("+ create"),
        "update" => paint.yellow("~ update"),
        "replace" => paint.red("± replace"),
        "delete" => paint.red("- delete"),
        "adopt" => paint.yellow("~ adopt "),
        _ => paint.dim("= no-op "),
    };
    text.push_str(&format!("  {sign}  {:<6}  {}\n", paint.plain(kind), paint.plain(key)));
    let from = change.from.as_ref().map(|from| format!(" (from {from})")).unwrap_or_default();
    if !from.is_empty() || !PLAIN_REASONS.contains(&(change.action.as_str(), change.reason.as_str())) {
        text.push_str(&format!("             {}\n", paint.dim(&paint.plain(&format!("{}{from}", change.reason)))));
    }
    // The inventory holds hashes of the routes that follow, which tell a reader nothing.
    let told = |field: &&Field| change.action != "no-op" && field.path != "inventory";
    for field in change.fields.iter().filter(told) {
        push_field(text, field, paint, width);
    }
}

fn push_field(text: &mut String, field: &Field, paint: &Paint, width: usize) {
    let path = paint.plain(&field.path);
    let room = width.saturating_sub(15 + path.chars().count()).max(24);
    let value = match (&field.old, &field.new) {
        (_, Value::Null) if field.secret => "(secret) -> (removed)".to_owned(),
        _ if field.secret => "(secret)".to_owned(),
        (old, _) if field.later => format!("{} -> (known after apply)", shown(old, 0, room.saturating_sub(23))),
        (Value::Null, new) => shown(new, 0, room),
        (old, Value::Null) => format!("{} -> (removed)", shown(old, 0, room.saturating_sub(13))),
        (old, new) => {
            let whole = format!("{} -> {}", shown(old, 0, usize::MAX), shown(new, 0, usize::MAX));
            if whole.chars().count() > room {
                push_pair(text, &path, (old, new), paint, width);
                return;
            }
            whole
        }
    };
    text.push_str(&format!("             {path}  {}\n", paint.plain(&value)));
}

/// Both values on lines of their own, each cut around the first place where they differ.
fn push_pair(text: &mut String, path: &str, (old, new): (&Value, &Value), paint: &Paint, width: usize) {
    let ((_, one), (_, other)) = (units(old), units(new));
    let same = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
    let room = width.saturating_sub(18).max(24);
    let (old, new) = (paint.plain(&shown(old, same, room)), paint.plain(&shown(new, same, room)));
    text.push_str(&format!("             {path}\n               {old} ->\n               {new}\n"));
}

/// A value in at most `room` characters, with what stands at `at`; what is cut is told by its length.
fn shown(value: &Value, at: usize, room: usize) -> String {
    let (quote, units) = units(value);
    let width = |unit: &String| unit.chars().count();
    if units.iter().map(width).sum::<usize>() + 2 * quote.len() <= room {
        return format!("{quote}{}{quote}", units.concat());
    }
    let note = format!(" ({} characters)", units.len());
    let room = room.saturating_sub(note.len() + 2 * quote.len() + 2).max(1);
    // A third of the room for what stands before, so that one sees where it is.
    let (mut start, mut used) = (at.min(units.len()), 0);
    let back = |start: &mut usize, used: &mut usize, room: usize| {
        while let Some(before) = start.checked_sub(1) {
            let more = units.get(before).map_or(0, width);
            if *used + more > room {
                break;
            }
            (*start, *used) = (before, *used + more);
        }
    };
    back(&mut start, &mut used, room / 3);
    let mut end = at.min(units.len());
    while let Some(more) = units.get(end).map(width).filter(|more| used + more <= room) {
        (end, used) = (end + 1, used + more);
    }
    back(&mut start, &mut used, room);
    let mark = |cut: bool| if cut { "…" } else { "" };
    let part = units.get(start..end).unwrap_or_default().concat();
    format!("{quote}{}{part}{}{quote}{note}", mark(start > 0), mark(end < units.len()))
}

/// A value as the pieces that it may be cut between, and the quotes around them: a text is not cut inside an escape.
fn units(value: &Value) -> (&'static str, Vec<String>) {
    let characters = |text: String| text.chars().map(String::from).collect();
    match value {
        Value::Null => ("", characters("(absent)".into())),
        Value::String(text) => {
            let unit = |character: char| {
                let quoted = json_text(&Value::String(character.into()));
                quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
            };
            ("\"", text.chars().map(unit).collect())
        }
        other => ("", characters(json_text(other))),
    }
}

fn push_left(text: &mut String, view: &View, paint: &Paint) {
    for (word, list) in [("kept", &view.kept), ("orphan", &view.orphans), ("unmanaged", &view.unmanaged)] {
        for left in list {
            let path = left.path.as_ref().map(|path| format!(" {path}")).unwrap_or_default();
            let line = format!("{word:<9}  {}{path}: {}", left.address, left.reason);
            text.push_str(&format!("  {}\n", paint.dim(&paint.plain(&line))));
        }
    }
}

fn closing(view: &View, paint: &Paint) -> String {
    let count = |action: &str| view.changes.iter().filter(|change| change.action == action).count();
    let (create, update, delete) = (count("create"), count("update") + count("replace"), count("delete"));
    let adopt = count("adopt");
    if create + update + delete + adopt == 0 {
        let reads = if view.offline { String::new() } else { format!("   {} reads, 0 writes.", view.summary.reads) };
        // With an error nobody knows whether everything is.
        let state = match view.exit_code {
            0 => "Nothing to do: everything is as the manifest says.",
            _ => "Nothing is planned: there are errors.",
        };
        return format!("\n{state}{reads}\n");
    }
    let adopt = if adopt > 0 { format!(", {adopt} to adopt") } else { String::new() };
    let orphans =
        if view.orphans.is_empty() { String::new() } else { format!(", {} orphaned and kept", view.orphans.len()) };
    let requests = if view.offline {
        "   Offline: planned against an empty account.".to_owned()
    } else {
        let writes = if view.summary.writes == 1 { "write" } else { "writes" };
        format!("   {} reads, {} {writes}.", view.summary.reads, view.summary.writes)
    };
    format!(
        "\n{create} to create, {update} to update, {delete} to delete{adopt}{orphans}.{requests}\nPlan {}\n",
        paint.plain(&view.fingerprint)
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Style, plan};

    fn change(address: &str, action: &str, reason: &str, fields: Value) -> Value {
        json!({ "address": address, "action": action, "reason": reason, "fields": fields })
    }

    fn text(changes: &[Value]) -> String {
        let manifests =
            json!([{ "account": "0123456789abcdef0123456789abcdef", "script": "shop", "zone": "a.example" }]);
        let summary = json!({ "reads": 9, "writes": 1 });
        let value = json!({ "fingerprint": "f", "manifests": manifests, "changes": changes, "summary": summary });
        plan(&value, &Style::default())
    }

    fn field(path: &str, old: Value, new: Value) -> Value {
        json!({ "path": path, "old": old, "new": new, "secret": false, "later": false })
    }

    #[test]
    fn only_what_tells_something_is_shown() {
        let inventory = field("inventory", json!(["x"]), json!(["y"]));
        let changes = [
            change(
                "script:shop",
                "update",
                "code or configuration changed",
                json!([field("a", json!(1), json!(2)), inventory]),
            ),
            change("record:a.example", "create", "not found", json!([field("proxied", Value::Null, json!(true))])),
            change("route:a.example/*", "no-op", "unchanged", json!([])),
        ];
        let expected = "shop  (account 0123…cdef, zone a.example)

  ~ update  script  shop
             code or configuration changed
             a  1 -> 2
  + create  record  a.example
             proxied  true
  = no-op   route   a.example/*

1 to create, 1 to update, 0 to delete.   9 reads, 1 write.
Plan f
";
        assert_eq!(text(&changes), expected);
    }

    #[test]
    fn nothing_is_said_to_be_fine_beside_an_error() {
        let closing = |exit: u8| {
            let value = json!({ "manifests": [], "changes": [], "exitCode": exit, "summary": { "reads": 9 } });
            plan(&value, &Style::default())
        };
        assert!(closing(0).contains("Nothing to do: everything is as the manifest says.   9 reads"));
        assert!(closing(5).ends_with("\nNothing is planned: there are errors.   9 reads, 0 writes.\n"));
    }

    #[test]
    fn a_pair_that_needs_two_lines_shows_where_it_differs() {
        let url = |end: &str| format!("https://user:\"quoted\"@{}.example.com/{end}", "long-".repeat(20));
        let fields = [
            field("variables.URL", json!(url("v1/items")), json!(url("v2/items"))),
            field("variables.SHORT", json!("https://one.example.com/v1"), json!("https://one.example.com/v2")),
            field("flags", json!(["a", "x".repeat(90)]), json!(["b"])),
            field("gone", json!("y".repeat(90)), Value::Null),
        ];
        let expected = "             variables.URL
               \"…long-long-long-long-.example.com/v1/items\" (143 characters) ->
               \"…long-long-long-long-.example.com/v2/items\" (143 characters)
             variables.SHORT
               \"https://one.example.com/v1\" ->
               \"https://one.example.com/v2\"
";
        let text = text(&[change("script:shop", "update", "changed", json!(fields))]);
        assert!(text.contains(expected), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.lines().all(|line| line.matches('"').count() % 2 == 0 || line.contains("[\"")), "{text}");
    }

    #[test]
    fn a_line_keeps_to_its_width_and_foreign_text_is_inert() {
        let long = field("variables.LONG", json!("x".repeat(90)), json!(format!("\u{1b}[2J{}", "y".repeat(900))));
        let text = text(&[change("script:shop", "update", "changed", json!([long]))]);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains("…\" (90 characters) ->\n") && !text.contains('\u{1b}'), "{text}");
        let manifest = json!({ "account": "a", "script": "s\u{7}", "zone": "z\n" });
        let change = change("k\u{9b}:a", "create", "not found", json!([]));
        let value = json!({ "fingerprint": "\u{1b}c", "manifests": [manifest], "changes": [change] });
        let text = plan(&value, &Style::default());
        assert!(!text.contains(|character: char| character.is_control() && character != '\n'), "{text:?}");
    }
}
