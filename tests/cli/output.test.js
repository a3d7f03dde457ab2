/** What reaches a terminal or a log: whatever a text holds, it does nothing there. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { describe, test } from "node:test";
import { createOutput, isShownExactly } from "../../js/cli/output.js";
import { noteSecret } from "../canaries/index.js";
import { printed, startCli } from "./deploying.js";
import { fakeEngine, planOf, resultOf } from "./fake-engine.js";
import { SIGNED_IN } from "./faked-run.js";
import { directoryWith, run } from "./harness.js";

const HOSTILE = "a\u001b]0;title\u0007\u001b[2Jb\0c\u202ed\u2066e\nf\u009bg\u2028h";
/** What a terminal obeys, but for line breaks and our own colours. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what is looked for
const OBEYED = /[\0-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

function output({ tty = false, env = {} } = {}) {
  const chunks = [];
  const stream = new Writable({
    write(chunk, _encoding, callback) {
      chunks.push(chunk);
      callback();
    },
  });
  const made = createOutput(Object.assign(stream, { isTTY: tty, columns: 80 }), env);
  return { ...made, text: () => Buffer.concat(chunks).toString() };
}

describe("one writer for each stream", () => {
  test("a line shows escapes, NUL, direction marks and line breaks, and obeys none", () => {
    const { line, text } = output({ tty: true });
    line(HOSTILE);
    assert.equal(text(), "a\\u{1b}]0;title\\u{7}\\u{1b}[2Jb\\u{0}c\\u{202e}d\\u{2066}e\\u{a}f\\u{9b}g\\u{2028}h\n");
  });

  test("of laid-out text only line breaks and our own colours pass, and those only where there is colour", () => {
    const colored = output({ tty: true });
    colored.block("\u001b[31mred\u001b[0m \u001b[1;94mblue\u001b[0m\n\u001b[8mhidden \u001b[41m \u001b[2K\u001b[1A");
    assert.equal(
      colored.text(),
      "\u001b[31mred\u001b[0m \u001b[1;94mblue\u001b[0m\n\\u{1b}[8mhidden \\u{1b}[41m \\u{1b}[2K\\u{1b}[1A\n",
    );
    const dull = output();
    dull.block("\u001b[31mred");
    assert.equal(dull.text(), "\\u{1b}[31mred\n");
  });

  test("JSON is the same value for whoever parses it, in letters that do nothing", () => {
    const { json, text } = output({ env: { GITHUB_ACTIONS: "true" } });
    const value = { [HOSTILE]: [HOSTILE, "##[error]x", "\ud800", "bücher 🎉"] };
    json(value);
    json(value, 2);
    const [line, ...indented] = text().split("\n");
    assert.deepEqual(JSON.parse(line), value);
    assert.deepEqual(JSON.parse(indented.join("\n")), value);
    assert.doesNotMatch(text(), OBEYED);
    assert.ok(text().includes("bücher 🎉") && !text().includes("##["));
  });

  test("on GitHub no line is a command of the workflow, elsewhere the text stays as it is", () => {
    const lines = ["::set-env name=A::b", "  ::error::x", "a ##[command]b", "a::b"];
    const there = output({ tty: true, env: { GITHUB_ACTIONS: "true" } });
    for (const line of lines) there.line(line);
    there.block(`\u001b[31m::stop-commands::x\n${lines.join("\n")}`);
    for (const line of there.text().split("\n")) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a colour hides no command
      assert.doesNotMatch(line.replaceAll(/\u001b\[\d+m/g, ""), /^\s*::|##\[/);
    }
    const here = output();
    for (const line of lines) here.line(line);
    assert.equal(here.text(), `${lines.join("\n")}\n`);
  });

  test("only what is shown letter by letter counts as shown", () => {
    for (const text of ["a b", "it's", "bücher", "a::b"]) assert.equal(isShownExactly(text), true, text);
    for (const text of ["a\nb", "a\u202eb", "a\0", "\ufffd", "a\u001b[31m", "##[x", "::x", "\u200b"]) {
      assert.equal(isShownExactly(text), false, JSON.stringify(text));
    }
  });
});

describe("a run prints nothing that a terminal obeys", () => {
  const finding = { severity: "warning", code: "CFD0150", message: HOSTILE, help: HOSTILE, file: HOSTILE };
  const place = { line: 1, column: 1, endLine: 1, endColumn: 2 };
  const diagnostics = [{ ...finding, ...place }];
  const field = { path: HOSTILE, old: HOSTILE, new: "x", secret: false, later: false };
  const change = { address: `script:${HOSTILE}`, kind: "script", action: "update", reason: HOSTILE };
  const changes = [{ ...change, needs: [], fields: [field] }];
  const left = [{ address: `route:${HOSTILE}`, reason: HOSTILE }];
  const manifests = [{ id: "1", label: HOSTILE, account: HOSTILE, script: HOSTILE, zone: HOSTILE, bundle: HOSTILE }];
  const plan = planOf({ changes, diagnostics, kept: left, orphans: left, unmanaged: left, manifests });
  const outputs = { [HOSTILE]: { [HOSTILE]: HOSTILE } };
  const urls = [`https://a.example.com/${HOSTILE}`];
  const result = resultOf({ plan, outputs, workers: { a: { urls } }, dashboard: urls, diagnostics });
  const applying = (_sources, _creds, _options, host) => {
    host.onEvent({ type: "change", ...changes[0] });
    host.onEvent({ type: "plan", ...plan.summary, fingerprint: HOSTILE, manifests });
    host.onEvent({ type: "start", address: change.address });
    host.onEvent({ type: "wait", address: change.address, why: HOSTILE, seconds: 1 });
    host.onEvent({ type: "done", address: change.address, ms: 1 });
    return { ok: result };
  };
  const refusal = { code: "CFD0502", exitCode: 5, message: HOSTILE, help: `${HOSTILE}\n${HOSTILE}`, diagnostics };
  const answers = {
    plan: { ok: { ...plan, exitCode: 0 } },
    apply: applying,
    outputs: { ok: { outputs, workers: {} } },
    validate: { ok: { ok: false, diagnostics, manifests: [] } },
    doctor: {
      ok: { checks: [{ name: HOSTILE, ok: false, detail: HOSTILE, help: HOSTILE }], link: HOSTILE, exitCode: 4 },
    },
    destroy: { error: { ...refusal, done: [HOSTILE], notDone: [HOSTILE], unknown: [HOSTILE], exitCode: 3 } },
    drawFindings: (_sources, findings) => ({ ok: findings.map(({ message }) => `${message}\n`) }),
  };
  // A newline is no file name of its own here: the harness reads the file by this name.
  const NAME = "a\u001b[31m\u202e.yaml";

  for (const command of ["plan", "apply", "outputs", "validate", "doctor", "destroy"]) {
    for (const more of [[], ["--json"]]) {
      test(`${[command, ...more].join(" ")}, whatever names and values hold`, async () => {
        const cwd = await directoryWith({ [NAME]: "kind: CloudflareWorker\n" });
        const env = { ...SIGNED_IN, GITHUB_ACTIONS: "true" };
        const yes = ["apply", "destroy"].includes(command) ? ["--yes"] : [];
        const { stdout, stderr } = await run([command, NAME, ...yes, ...more], {
          engine: fakeEngine(answers),
          cwd,
          env,
        });
        const text = stdout + stderr;
        assert.ok(text.includes("title"), `the hostile text is told: ${text}`);
        assert.doesNotMatch(text, OBEYED);
      });
    }
  }

  test("a file that is not there is named, and obeyed by nobody", async () => {
    const { exit, stderr } = await run([`plan`, "no\u001b[2J\u202e.yaml"]);
    assert.equal(exit, 64);
    assert.match(stderr, /no\\u\{1b\}\[2J\\u\{202e\}\.yaml/);
  });
});

test("what a Worker prints, and paths that are not served, do nothing to the terminal of `local`", async () => {
  const directory = await directoryWith({});
  const running = startCli(directory, ["local"], { env: { GITHUB_ACTIONS: "true" } });
  await printed(running, /Deploy to it/);
  const { api, token } = JSON.parse(await readFile(join(directory, ".cfworker-deploy", "local.json"), "utf8"));
  noteSecret("a token of `cfworker-deploy local`", token);
  const headers = { authorization: `Bearer ${token}` };
  await fetch(`${api}/no/such/##[command]path`.replaceAll("#", "%23"), { headers });
  await fetch(`${api}/no/such/%1b[2J%e2%80%ae`, { headers });
  await printed(running, /is not served[\s\S]*is not served/);
  running.child.kill("SIGTERM");
  const { stdout, stderr } = await running.ended;
  assert.doesNotMatch(stdout + stderr, OBEYED);
  assert.doesNotMatch(stdout + stderr, /##\[/);
});
