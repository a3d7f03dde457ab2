//! Hostile files: the right verdict. How soon it comes is told by `npm run bench`; here only a hang would show.

#![expect(clippy::expect_used, reason = "a test says what it expects by stopping")]

use cfworker_deploy::diagnostic::Code;
use cfworker_deploy::kinds::read;
use cfworker_deploy::manifest::{Finding, Look, Read, ReadOptions, Source, draw};

fn shown(text: String) -> Read {
    let sources = [Source { name: "a.yaml".into(), text }];
    let read = read(&sources, &ReadOptions::default());
    // As many as people are shown.
    let findings: Vec<_> = read.diagnostics.iter().take(20).map(Finding::from).collect();
    draw(&sources, &findings, Look::default());
    read
}

fn verdict(text: String) -> Code {
    shown(text).diagnostics.first().expect("a finding").code
}

/// A quarter of what a file may hold: what grows faster than its input shows already.
fn flood(piece: &str) -> String {
    piece.repeat((1 << 18) / piece.len())
}

#[test]
fn floods_are_stopped() {
    for piece in
        ["[", "{", "- ", "? ", "[{", "{a: ", "a: [", "&a [", "!a [", "[[],", "- - -\n", "[\n", "{\n a:", "\"a\": {"]
    {
        let code = verdict(flood(piece));
        assert!(matches!(code, Code::Limit | Code::Syntax | Code::Unsupported), "{piece}: {code}");
    }
    assert_eq!(verdict("[".repeat(200_000)), Code::Limit);
    assert_eq!(verdict("[".repeat(100_000) + &"]".repeat(100_000)), Code::Limit);
    shown("- \"a\"\n".repeat((1 << 20) / 6));
    assert_eq!(verdict("a: b\n".repeat(400_000)), Code::Limit);
}

#[test]
fn bombs_are_stopped() {
    let levels: String = ('b'..='k')
        .map(|level| {
            let inner = char::from(level as u8 - 1);
            format!(
                "{level}: &{level} [*{inner},*{inner},*{inner},*{inner},*{inner},*{inner},*{inner},*{inner},*{inner}]\n"
            )
        })
        .collect();
    assert_eq!(verdict(format!("a: &a [x,x,x,x,x,x,x,x,x]\n{levels}")), Code::Limit);
    let deep: String = (0..60).map(|level| format!("a{}: &a{} [*a{level}]\n", level + 1, level + 1)).collect();
    assert_eq!(verdict(format!("a0: &a0 x\n{deep}")), Code::Limit);
    assert_eq!(verdict("a: &a [*a]\n".into()), Code::Syntax);
}

/// Many findings on one line, which is the whole file, with as many secrets as a document may hold in it.
#[test]
fn secrets_are_masked_soon() {
    let members = |count: usize, value: &dyn Fn(usize) -> String| -> String {
        (0..count).map(|number| format!("K{number}: {}, ", value(number))).collect()
    };
    let file = |secrets: String, variables: String| {
        format!("{{kind: CloudflareWorker, spec: {{env: {{secrets: {{{secrets}}}, variables: {{{variables}}}}}}}}}")
    };
    let unquoted = |number: usize| number.to_string();
    let distinct = members(3_000, &|number| format!("secret-{number}"));
    shown(file(distinct, members(1_500, &unquoted)));
    let equal = members(3_000, &|_| "aaaaaaaaaaaaaaaaaaaaaaaa".into());
    shown(file(equal, members(1_500, &unquoted)));
    let long = |letter: &str, last: &str| format!("A: {}{last}", letter.repeat(200_000));
    shown(file(long("a", "b"), long("a", "") + ", B: 1"));
    shown(file(long("a", ""), long("a", "a") + ", B: 1"));
}

#[test]
fn large_files_are_read() {
    for piece in [
        "a",
        "a: b\n",
        "a b ",
        "# c\n",
        "\n",
        "'a' ",
        "\"\\u202e\" ",
        "\u{202e}",
        "- a\n",
        "a,",
        "---\n",
        "a\n---\n",
        "\t",
        "&a ",
        "\r\n",
        "é",
        "%",
        "|\n a\n",
    ] {
        shown(flood(piece));
    }
    let wide =
        |head: &str, piece: &str, tail: &str| format!("{head}{}{tail}", piece.repeat(((1 << 18) - 100) / piece.len()));
    for (head, piece, tail) in [
        ("a: \"", "a", "\""),
        ("a: '", "''", "'"),
        ("{", "a", ": 1}"),
        ("[", "{},", "]"),
        ("{\"kind\": \"CloudflareWorker\", \"spec\": {", "\"x\": 1, ", "}}"),
        ("kind: CloudflareWorker\nspec:\n  env:\n    variables:\n", "      A: 1\n", ""),
        ("kind: ", "CloudflareWorker", ""),
    ] {
        shown(wide(head, piece, tail));
    }
    let many: String = (0..4_000).map(|index| format!("      VARIABLE_{index}: \u{202e}value\n")).collect();
    shown(format!("kind: CloudflareWorker\nspec:\n  env:\n    variables:\n{many}"));
    let documents = "apiVersion: cloudflare.project-planton.org/v1\nkind: CloudflareWorker\nmetadata: {name: NAME}\nspec: {account_id: 074755a78d8e8f77c119a90a125e8a06, worker_name: NAME, script_bundle: {bucket: code, path: a.js}}\n---\n";
    let fleet = (0..1_000).map(|index| documents.replace("NAME", &format!("w{index}"))).collect();
    let fleet = shown(fleet);
    assert_eq!((fleet.desired.manifests.len(), fleet.diagnostics.as_slice()), (1_000, &[][..]));
}
