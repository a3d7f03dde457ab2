import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { COMMANDS } from "../../js/cli/commands/index.js";
import { FLAGS } from "../../js/cli/flags.js";
import { CANARIES } from "../canaries/index.js";
import { fakeEngine, planOf, resultOf } from "./fake-engine.js";
import { answering, createInterrupt, directoryWith, run } from "./harness.js";

const VALID = { ok: { ok: true, diagnostics: [], manifests: [{}] } };
const MANIFEST = "kind: CloudflareWorker # keep me\nkey: hello/v1.js\n";
const SIGNED_IN = { CLOUDFLARE_API_TOKEN: CANARIES.apiToken };

/** An apply that tells its events as the engine does. */
function applying(result = resultOf()) {
  return (_sources, _creds, _options, host) => {
    host.onEvent({ type: "diagnostic", severity: "warning", code: "CFD0150", message: "an oddity" });
    host.onEvent({ type: "change", address: "script:hello", action: "create", reason: "not found", fields: [] });
    host.onEvent({ type: "plan", ...result.plan.summary, fingerprint: result.plan.fingerprint });
    host.onEvent({ type: "start", address: "script:hello" });
    host.onEvent({ type: "wait", address: "script:hello", why: "rate limited", seconds: 2 });
    host.onEvent({ type: "done", address: "script:hello", ms: 1900 });
    return { ok: result };
  };
}

const optionsOf = (engine, name) => engine.calls.find((call) => call.name === name).args[2];

async function inDirectory(argv, answers, given = {}) {
  const cwd = await directoryWith({ "worker.yaml": MANIFEST, "index.js": "export default {}", ...given.files });
  const engine = fakeEngine({ validate: VALID, ...answers });
  return { ...(await run(argv, { cwd, engine, env: SIGNED_IN, ...given })), engine, cwd };
}

test("off a terminal apply goes ahead: talk on stderr, URLs on stdout, no escape sequence", async () => {
  const { exit, stdout, stderr, engine } = await inDirectory(["worker.yaml"], { apply: applying() });
  assert.equal(exit, 0);
  assert.equal(stdout, "https://hello.example.com/\n");
  assert.match(
    stderr,
    /^warning\[CFD0150\]: an oddity\n\n {2}\+ create {2}script {2}hello\n[\s\S]*\nPlan b3f1c09ab3f1c09a\n/,
  );
  assert.match(stderr, / {2}wait {2}script {3}hello rate limited, again in 2 s\n/);
  assert.match(stderr, / {2}ok {4}script {3}hello created +1\.9 s\n/);
  assert.match(
    stderr,
    /Done in \d+\.\d s: 1 created\.\nSee: {3}https:\/\/dash\.example\.com\/hello\nUndo: {2}cfworker-deploy destroy worker\.yaml\n$/,
  );
  assert.doesNotMatch(stdout + stderr, /\p{Cc}(?<!\n)/u);
  assert.deepEqual(
    engine.calls.filter(({ name }) => name === "plan" || name === "apply").map(({ name }) => name),
    ["apply"],
  );
  const { allowDeletes, timeoutMs, today } = optionsOf(engine, "apply");
  assert.deepEqual([allowDeletes, timeoutMs], [false, 600_000]);
  assert.match(today, /^\d{4}-\d\d-\d\d$/);
});

test("flags reach the engine as options", async () => {
  const argv = [
    "apply",
    "worker.yaml",
    "--yes",
    "--prune",
    "--take",
    "script:a",
    "--take",
    "route:b/*",
    "--set",
    "spec.a=b=c",
    "--expect",
    "f1",
    "--timeout",
    "90s",
    "--adopt",
  ];
  const { engine } = await inDirectory(argv, { apply: applying() });
  const { allowDeletes, prune, take, set, expect, timeoutMs, adopt } = optionsOf(engine, "apply");
  assert.deepEqual(
    { allowDeletes, prune, take, set, expect, timeoutMs, adopt },
    {
      allowDeletes: true,
      prune: true,
      take: ["script:a", "route:b/*"],
      set: [["spec.a", "b=c"]],
      expect: "f1",
      timeoutMs: 90_000,
      adopt: ["*"],
    },
  );
});

test("a bare --adopt leaves the next word alone, an address belongs to it", async () => {
  const bare = await inDirectory(["--adopt", "worker.yaml"], { apply: applying() });
  assert.deepEqual(optionsOf(bare.engine, "apply").adopt, ["*"]);
  const named = await inDirectory(["--adopt", "record:a.example.com", "worker.yaml"], { apply: applying() });
  assert.deepEqual(optionsOf(named.engine, "apply").adopt, ["record:a.example.com"]);
});

test("NDJSON starts with version, ends with result, and tells every event once", async () => {
  const { exit, events, stderr } = await inDirectory(["worker.yaml", "--json"], { apply: applying() });
  assert.equal(exit, 0);
  assert.deepEqual(
    events.map(({ type }) => type),
    ["version", "diagnostic", "change", "plan", "start", "wait", "done", "result"],
  );
  assert.deepEqual(events[0], { type: "version", ui: "1.0", tool: "1.2.3" });
  assert.deepEqual(events.at(-1), {
    type: "result",
    exit: 0,
    outputs: resultOf().outputs,
    done: ["script:hello"],
    not_done: [],
    unknown: [],
  });
  assert.equal(stderr, "");
});

test("a failure in NDJSON: findings that were told are not told again, the result has all lists", async () => {
  const finding = { severity: "error", code: "CFD0601", message: "no answer", help: "again" };
  const failing = (_sources, _creds, _options, host) => {
    host.onEvent({ type: "diagnostic", ...finding });
    return {
      error: {
        ...finding,
        exitCode: 3,
        diagnostics: [finding],
        done: ["script:a"],
        notDone: ["route:b"],
        unknown: ["record:c"],
      },
    };
  };
  const { exit, events } = await inDirectory(["worker.yaml", "--json"], { apply: failing });
  assert.equal(exit, 3);
  assert.deepEqual(
    events.map(({ type }) => type),
    ["version", "diagnostic", "result"],
  );
  assert.deepEqual(events[2], {
    type: "result",
    exit: 3,
    outputs: {},
    done: ["script:a"],
    not_done: ["route:b"],
    unknown: ["record:c"],
  });
});

test("bad usage with --json is NDJSON too", async () => {
  for (const argv of [
    ["plan", "--json", "--nope", "x.yaml"],
    ["plan", "--json", "absent.yaml"],
  ]) {
    const { exit, events } = await run(argv);
    assert.equal(exit, 64);
    assert.deepEqual(
      events.map(({ type }) => type),
      ["version", "diagnostic", "result"],
    );
    assert.equal(events[2].exit, 64);
  }
});

test("on a terminal: plan, one question, apply of exactly what was shown", async () => {
  const given = { tty: true, stdin: answering("y") };
  const { exit, stderr, engine } = await inDirectory(
    ["worker.yaml"],
    { plan: { ok: planOf() }, apply: applying() },
    given,
  );
  assert.equal(exit, 0);
  assert.equal(stderr.match(/^Plan /gm).length, 1);
  assert.match(stderr, /Apply 1 change\? \[y\/N\]/);
  const { expect, allowDeletes } = optionsOf(engine, "apply");
  assert.deepEqual([expect, allowDeletes], ["b3f1c09ab3f1c09a", true]);
});

test("on a terminal a plan that was refused is not made again: what stood in the way may be gone, unseen", async () => {
  const conflict = {
    severity: "error",
    code: "CFD0501",
    message: "not ours",
    help: "go on with `--adopt script:hello`",
  };
  const resolve = ["--adopt script:hello"];
  const refused = planOf({ exitCode: 5, diagnostics: [conflict], resolve });
  const other = planOf({ fingerprint: "0" });
  const saved = { "plan.json": JSON.stringify(planOf()) };
  for (const [argv, plan, told] of [
    [["worker.yaml"], refused, /error\[CFD0501\]: not ours\n[\s\S]*\nGo on: .* worker\.yaml --adopt script:hello\n/],
    [["destroy", "worker.yaml"], refused, /error\[CFD0501\]: not ours/],
    [["worker.yaml", "--expect", "b3f1c09ab3f1c09a"], other, /error\[CFD0511\]: the plan is 0 now/],
    [["destroy", "worker.yaml", "--expect", "b3f1c09ab3f1c09a"], other, /error\[CFD0511\]: the plan is 0 now/],
    [["worker.yaml", "--plan", "plan.json"], other, /error\[CFD0511\]: the plan is 0 now/],
  ]) {
    const writes = [];
    const destroy = (_sources, _creds, { dryRun }) => (dryRun ? { ok: plan } : writes.push("destroy"));
    const answers = { plan: { ok: plan }, apply: () => writes.push("apply"), destroy };
    const ended = await inDirectory(argv, answers, { tty: true, stdin: answering("y"), files: saved });
    const stderr = stripVTControlCharacters(ended.stderr);
    assert.equal(ended.exit, 5, argv.join(" "));
    assert.match(stderr, /^Plan /m, "the plan is shown");
    assert.match(stderr, told);
    assert.doesNotMatch(stderr, /\[y\/N\]/);
    assert.deepEqual(writes, []);
  }
});

test("no is no: exit 1 and no apply", async () => {
  for (const answer of ["n", "", "maybe"]) {
    const given = { tty: true, stdin: answering(answer) };
    const { exit, stderr, engine } = await inDirectory(["worker.yaml"], { plan: { ok: planOf() } }, given);
    assert.equal(exit, 1);
    assert.match(stderr, /the answer was no/);
    assert.equal(
      engine.calls.some(({ name }) => name === "apply"),
      false,
    );
  }
});

test("nothing to change: no question", async () => {
  const summary = { create: 0, update: 0, replace: 0, delete: 0, adopt: 0, noop: 3, reads: 5, writes: 0 };
  const plan = planOf({ changes: [], summary });
  const { exit, stderr } = await inDirectory(
    ["worker.yaml"],
    { plan: { ok: plan }, apply: { ok: resultOf({ plan, done: [] }) } },
    { tty: true },
  );
  assert.equal(exit, 0);
  assert.doesNotMatch(stderr, /Done in/);
  assert.doesNotMatch(stderr, /\[y\/N\]/);
});

test("CI on a terminal is not asked", async () => {
  const { exit, engine } = await inDirectory(
    ["worker.yaml"],
    { apply: applying() },
    { tty: true, env: { ...SIGNED_IN, CI: "true" } },
  );
  assert.equal(exit, 0);
  assert.equal(optionsOf(engine, "apply").allowDeletes, false);
});

test("colour: on a terminal, never with NO_COLOR or TERM=dumb, by force elsewhere", async () => {
  const colorOf = async (tty, env) => {
    const [change] = planOf().changes;
    const long = { path: "a", old: null, new: "x".repeat(200), secret: false, later: false };
    const plan = planOf({ changes: [{ ...change, fields: [long] }] });
    const { stdout } = await inDirectory(["plan", "worker.yaml"], { plan: { ok: plan } }, { tty, env });
    const lines = stripVTControlCharacters(stdout).split("\n");
    return { color: stdout.includes("\u001b["), longest: Math.max(...lines.map((line) => line.length)) };
  };
  assert.deepEqual(await colorOf(true, {}), { color: true, longest: 99 });
  assert.deepEqual(await colorOf(false, {}), { color: false, longest: 79 });
  assert.equal((await colorOf(true, { NO_COLOR: "1" })).color, false);
  assert.equal((await colorOf(true, { TERM: "dumb" })).color, false);
  assert.equal((await colorOf(false, { FORCE_COLOR: "1" })).color, true);
  assert.equal((await colorOf(true, { FORCE_COLOR: "0" })).color, false);
});

test("an interruption ends with its own code, and the same report", async () => {
  for (const code of [130, 143]) {
    const interrupt = createInterrupt();
    const stopped = (_sources, _creds, _options, host) => {
      interrupt.trigger(code);
      assert.equal(host.signal.aborted, true);
      return {
        error: {
          code: "CFD0602",
          exitCode: 130,
          message: "interrupted",
          diagnostics: [],
          done: ["script:a"],
          notDone: ["route:b"],
          unknown: [],
        },
      };
    };
    const { exit, events } = await inDirectory(["worker.yaml", "--json"], { apply: stopped }, { interrupt });
    assert.equal(exit, code);
    assert.deepEqual(
      [events.at(-1).exit, events.at(-1).done, events.at(-1).not_done],
      [code, ["script:a"], ["route:b"]],
    );
  }
});

test("a misspelt command is exit 64 with the nearest one, a missing file is a missing file", async () => {
  const misspelt = await run(["plna", "worker.yaml"]);
  assert.equal(misspelt.exit, 64);
  assert.match(misspelt.stderr, /unknown command `plna`\n {2}help: did you mean plan\?/);
  for (const path of ["absent.yaml", "./absent", "dir/absent"]) {
    const missing = await run([path]);
    assert.equal(missing.exit, 64);
    assert.match(missing.stderr, /there is no such file/);
  }
});

test("a file without a dot is a manifest when it exists, - is standard input", async () => {
  const file = await inDirectory(["manifest"], { apply: applying() }, { files: { manifest: "a: 1" } });
  assert.deepEqual(JSON.parse(file.engine.calls[0].args[0]), [{ name: "manifest", text: "a: 1" }]);
  const stdin = await inDirectory(["-"], { apply: applying() }, { stdin: "b: 2" });
  assert.deepEqual(JSON.parse(stdin.engine.calls[0].args[0]), [{ name: "<stdin>", text: "b: 2" }]);
  const twice = await inDirectory(["-", "--secrets-file", "-"], {}, { stdin: "b: 2" });
  assert.equal(twice.exit, 64);
});

test("text that is not UTF-8 is exit 65, said by name", async () => {
  const files = { "utf16.yaml": Buffer.from("\ufeffkind: x", "utf16le"), "latin.yaml": Buffer.from([0x6b, 0xe9]) };
  const utf16 = await inDirectory(["utf16.yaml"], {}, { files });
  assert.equal(utf16.exit, 65);
  assert.match(utf16.stderr, /`utf16\.yaml` is UTF-16 text/);
  assert.equal((await inDirectory(["latin.yaml"], {}, { files })).exit, 65);
});

test("plan: text on stdout, findings on stderr, exit codes", async () => {
  const warning = { severity: "warning", code: "CFD0150", message: "an oddity" };
  const clean = await inDirectory(["plan", "worker.yaml", "--out", "plan.json"], {
    plan: { ok: planOf({ diagnostics: [warning] }) },
  });
  assert.deepEqual([clean.exit, clean.stderr], [0, "warning[CFD0150]: an oddity\n"]);
  assert.match(clean.stdout, /^Plan b3f1c09ab3f1c09a$/m);
  assert.equal(JSON.parse(await readFile(join(clean.cwd, "plan.json"))).fingerprint, "b3f1c09ab3f1c09a");
  const detailed = ["plan", "worker.yaml", "--detailed-exitcode"];
  assert.equal((await inDirectory(detailed, { plan: { ok: planOf() } })).exit, 2);
  assert.equal((await inDirectory(detailed, { plan: { ok: planOf({ exitCode: 5 }) } })).exit, 5);
  assert.equal((await inDirectory(detailed, { plan: { ok: planOf({ summary: {} }) } })).exit, 0);
});

test("a plan with conflicts ends with the one command that solves them, as a shell reads it", async () => {
  const planned = planOf({ exitCode: 5, resolve: ["--take script:hello", "--adopt route:hello.example.com/*"] });
  const files = { "b c.yaml": MANIFEST };
  const argv = ["plan", "worker.yaml", "b c.yaml", "--set", "spec.dns.enabled=true"];
  const { exit, stderr } = await inDirectory(argv, { plan: { ok: planned } }, { files });
  assert.equal(exit, 5);
  assert.match(
    stderr,
    /^Go on: cfworker-deploy apply worker\.yaml 'b c\.yaml' --take script:hello --adopt 'route:hello\.example\.com\/\*' --set spec\.dns\.enabled=true$/m,
  );
});

test("a plan without credentials is offline, also when R2 keys are there", async () => {
  const { engine } = await inDirectory(
    ["plan", "worker.yaml"],
    { plan: { ok: planOf({ offline: true }) } },
    { env: { R2_ACCESS_KEY_ID: "x" } },
  );
  assert.equal(engine.calls[0].args[1], null);
});

test("a saved plan: expected by its fingerprint, and what moved is listed", async () => {
  const files = { "plan.json": JSON.stringify(planOf()) };
  const argv = ["apply", "worker.yaml", "--plan", "plan.json"];
  const fits = await inDirectory(argv, { apply: applying() }, { files });
  assert.equal(optionsOf(fits.engine, "apply").expect, "b3f1c09ab3f1c09a");
  const refused = {
    error: {
      code: "CFD0505",
      exitCode: 5,
      message: "the plan moved",
      diagnostics: [],
      done: [],
      notDone: [],
      unknown: [],
    },
  };
  const changes = [{ address: "script:hello", kind: "script", action: "update", reason: "", needs: [], fields: [] }];
  const moved = await inDirectory(
    argv,
    { apply: refused, plan: { ok: planOf({ fingerprint: "0", changes }) } },
    { files },
  );
  assert.equal(moved.exit, 5);
  assert.match(moved.stderr, /moved since the plan was saved: script:hello/);
  assert.equal((await inDirectory(["apply", "worker.yaml", "--plan", "worker.yaml"], {}, { files })).exit, 64);
});

test("validate: findings and exit 65, nothing sent", async () => {
  const diagnostics = [
    { severity: "error", code: "CFD0102", message: "unknown key", file: "worker.yaml", line: 1, column: 1 },
  ];
  const answers = { validate: { ok: { ok: false, diagnostics, manifests: [] } } };
  const text = await inDirectory(["validate", "worker.yaml"], answers);
  assert.deepEqual([text.exit, text.stdout], [65, ""]);
  assert.equal(text.stderr, "error[CFD0102]: unknown key\n\n1 error. Nothing was sent to Cloudflare.\n");
  const { exit, events } = await inDirectory(["validate", "worker.yaml", "--json"], answers);
  assert.equal(exit, 65);
  assert.deepEqual(events[1], { type: "diagnostic", ...diagnostics[0] });
  assert.equal(events.at(-1).type, "result");
});

test("destroy where nobody can answer needs --yes, before anything is read", async () => {
  const refused = await inDirectory(["destroy", "worker.yaml"], {});
  assert.deepEqual([refused.exit, refused.engine.calls.length], [64, 0]);
  assert.match(refused.stderr, /add `--yes`/);
  const done = await inDirectory(["destroy", "worker.yaml", "--yes"], { destroy: applying() });
  assert.equal(done.exit, 0);
  const { allowDeletes, dryRun } = optionsOf(done.engine, "destroy");
  assert.deepEqual([allowDeletes, dryRun], [true, undefined]);
});

test("--delete-data with an address that is no store is exit 64: nothing is deleted in the belief that data goes too", async () => {
  const argv = ["destroy", "worker.yaml", "--yes", "--delete-data", "kv:cache"];
  const { exit, stderr, engine } = await inDirectory(argv, { destroy: applying() });
  assert.equal(exit, 64);
  assert.match(
    stderr,
    /`kv:cache` names no store that `destroy` could delete\n {2}help: no kind of store can be deleted yet/,
  );
  assert.deepEqual(engine.calls, []);
});

test("destroy on a terminal shows its plan and asks", async () => {
  const destroying = (_sources, _creds, options) => ({ ok: options.dryRun ? planOf() : resultOf() });
  const { exit, stderr, engine } = await inDirectory(
    ["destroy", "worker.yaml"],
    { destroy: destroying },
    { tty: true, stdin: answering("yes") },
  );
  assert.equal(exit, 0);
  assert.match(stderr, /Delete 1 resource\? \[y\/N\]/);
  assert.equal(engine.calls.filter(({ name }) => name === "destroy").at(-1).args[2].expect, "b3f1c09ab3f1c09a");
});

test("outputs: lines, or exactly the JSON that --outputs reads", async () => {
  const outputs = { "CloudflareWorker/hello": { script_id: "hello", urls: ["https://a/", "https://b/"] } };
  const lines = await inDirectory(["outputs", "worker.yaml"], { outputs: { ok: { outputs, workers: {} } } });
  assert.equal(
    lines.stdout,
    "CloudflareWorker/hello.script_id = hello\nCloudflareWorker/hello.urls = https://a/\nCloudflareWorker/hello.urls = https://b/\n",
  );
  const json = await inDirectory(["outputs", "worker.yaml", "--json"], { outputs: { ok: { outputs, workers: {} } } });
  assert.deepEqual(JSON.parse(json.stdout), outputs);
  const read = await inDirectory(
    ["worker.yaml", "--outputs", "o.json"],
    { apply: applying() },
    { files: { "o.json": json.stdout } },
  );
  assert.deepEqual(optionsOf(read.engine, "apply").outputs, outputs);
});

const publishing = (bytes, target) => ({
  ok: { ...target, sha256: "ab".repeat(32), bytes: bytes.length, etag: "e", existed: false },
});

test("publish: verbatim target, key and sha256 on stdout", async () => {
  const { exit, stdout, engine } = await inDirectory(["publish", "index.js", "r2://bundles/a b/%20?x=1.js"], {
    publish: publishing,
  });
  assert.equal(exit, 0);
  assert.equal(stdout, `r2://bundles/a b/%20?x=1.js\nsha256 ${"ab".repeat(32)}\n`);
  const [bytes, target, creds] = engine.calls[0].args;
  assert.equal(Buffer.from(bytes).toString(), "export default {}");
  assert.deepEqual(target, { bucket: "bundles", key: "a b/%20?x=1.js" });
  assert.equal(creds.apiToken, CANARIES.apiToken);
});

test("publish: targets that can't be are exit 64", async () => {
  for (const url of ["r2://bundles", "r2://bundles/", "s3://a/b", "bundles/a.js", "r2:///a"]) {
    assert.equal((await inDirectory(["publish", "index.js", url], { publish: publishing })).exit, 64, url);
  }
  const full = await inDirectory(["publish", "index.js", "r2://b/a.js", "--version", "v1"], { publish: publishing });
  assert.equal(full.exit, 64);
  const folder = await inDirectory(["publish", "index.js", "r2://b/a/", "--version", "v1"], { publish: publishing });
  assert.deepEqual(folder.engine.calls[0].args[1], { bucket: "b", key: "a/", version: "v1" });
});

const TARGET = {
  document: 0,
  file: "worker.yaml",
  account: "acc",
  bucket: "bundles",
  key: "hello/v1.js",
  path: "spec.script_bundle.path",
  script: "hello",
};
const NO_PIN = { code: "CFD0207", exitCode: 65, message: "the manifest has no value at `spec.script_bundle.sha256`" };
const rewriting = (text, _document, path, value) =>
  path === TARGET.path ? { ok: text.replace("hello/v1.js", value) } : { error: NO_PIN };

test("apply --bundle publishes beside the old bundle, rewrites the path, applies that text", async () => {
  const answers = { bundleTargets: { ok: [TARGET] }, publish: publishing, setValue: rewriting, apply: applying() };
  const argv = ["worker.yaml", "--bundle", "index.js"];
  const { exit, cwd, engine } = await inDirectory(argv, answers);
  assert.equal(exit, 0);
  const text = await readFile(join(cwd, "worker.yaml"), "utf8");
  assert.match(text, /^kind: CloudflareWorker # keep me\nkey: hello\/[0-9a-f]{12}\.js\n$/);
  assert.equal(JSON.parse(engine.calls.find(({ name }) => name === "apply").args[0])[0].text, text);
  const order = engine.calls.map(({ name }) => name);
  assert.deepEqual(order, ["validate", "bundleTargets", "setValue", "setValue", "publish", "apply"]);
  const { key, accountId } = engine.calls.find(({ name }) => name === "publish").args[1];
  assert.ok(text.includes(key));
  assert.equal(accountId, "acc");
});

test("apply --bundle: several bundles, none, standard input are exit 64 with nothing published", async () => {
  for (const [targets, path] of [
    [[TARGET, TARGET], "worker.yaml"],
    [[], "worker.yaml"],
    [[{ ...TARGET, file: "<stdin>" }], "-"],
  ]) {
    const { exit, engine } = await inDirectory(
      [path, "--bundle", "index.js"],
      { bundleTargets: { ok: targets } },
      { stdin: MANIFEST },
    );
    assert.equal(exit, 64);
    assert.equal(
      engine.calls.some(({ name }) => name === "publish"),
      false,
    );
  }
});

test("a failure after publishing keeps its code; once the run has begun the bundle is done and the file names it", async () => {
  const error = {
    code: "CFD0401",
    exitCode: 4,
    message: "no",
    diagnostics: [],
    notDone: ["script:hello"],
    unknown: [],
  };
  const failing = (exitCode, events) => (_sources, _creds, _options, host) => {
    for (const event of events) host.onEvent(event);
    return { error: { ...error, exitCode, done: [] } };
  };
  const answers = { bundleTargets: { ok: [TARGET] }, publish: publishing, setValue: rewriting };
  const argv = ["worker.yaml", "--bundle", "index.js", "--json"];
  const refused = await inDirectory(argv, { ...answers, apply: failing(4, []) });
  assert.equal(refused.exit, 4);
  assert.equal(refused.events.find(({ type }) => type === "published").existed, false);
  assert.deepEqual(refused.events.at(-1).done, []);
  assert.equal(await readFile(join(refused.cwd, "worker.yaml"), "utf8"), MANIFEST);

  const begun = [{ type: "start", address: "script:hello" }];
  const { exit, events, cwd } = await inDirectory(argv, { ...answers, apply: failing(3, begun) });
  assert.equal(exit, 3);
  assert.match(events.at(-1).done[0], /^r2:\/\/bundles\/hello\/[0-9a-f]{12}\.js$/);
  assert.match(await readFile(join(cwd, "worker.yaml"), "utf8"), /key: hello\/[0-9a-f]{12}\.js/);
  assert.equal((await stat(join(cwd, "worker.yaml"))).mode & 0o200, 0o200);
});

test("publish --manifest points the manifest at the new key", async () => {
  const answers = {
    bundleTargets: { ok: [TARGET, { ...TARGET, bucket: "other" }] },
    publish: publishing,
    setValue: rewriting,
  };
  const { exit, cwd } = await inDirectory(
    ["publish", "index.js", "r2://bundles/hello/v2.js", "--manifest", "worker.yaml"],
    answers,
  );
  assert.equal(exit, 0);
  assert.match(await readFile(join(cwd, "worker.yaml"), "utf8"), /# keep me\nkey: hello\/v2\.js/);
});

test("schema and explain print data; an unknown code is exit 64", async () => {
  const codes = { CFD0101: { title: "a title", explanation: "What it means." } };
  const texts = { schema: async () => ({ $schema: "a" }), codes: async () => codes };
  const ask = (...argv) => inDirectory(argv, {}, { texts });
  const schema = await ask("schema");
  assert.equal(schema.stdout, '{"$schema":"a"}\n');
  const explained = await ask("explain", "CFD0101");
  assert.equal(explained.stdout, "CFD0101: a title\n\nWhat it means.\n");
  assert.equal((await ask("explain", "cfd0101")).stdout, explained.stdout);
  assert.deepEqual([...schema.engine.calls, ...explained.engine.calls], [], "the engine is not asked");
  const { exit, stderr } = await ask("explain", "CFD9999");
  assert.equal(exit, 64);
  assert.match(stderr, /there is no code `CFD9999`/);
});

test("--local without a Local Cloudflare is exit 64 with the command that starts it", async () => {
  const { exit, stderr } = await inDirectory(["worker.yaml", "--local"], {});
  assert.equal(exit, 64);
  assert.match(stderr, /start it: cfworker-deploy local/);
});

test("help fits a screen, examples come first, and every flag is on a command that exists", async () => {
  const names = COMMANDS.map(({ name }) => name);
  for (const { flag, on, text } of FLAGS) {
    assert.ok(
      on.every((name) => names.includes(name)),
      flag,
    );
    assert.ok(text.length <= 60, `${flag}: ${text}`);
  }
  for (const argv of [["--help"], ...names.map((name) => [name, "--help"])]) {
    const { exit, stdout, stderr } = await run(argv);
    assert.deepEqual([exit, stderr], [0, ""]);
    assert.match(stdout, /^Examples:\n {2}cfworker-deploy/);
    assert.ok(stdout.split("\n").length <= 36, `${argv}: ${stdout.split("\n").length} lines`);
    for (const line of stdout.split("\n")) assert.ok(line.length <= 80, line);
  }
});

test("a manifest named twice is read once", async () => {
  const { engine } = await inDirectory(["worker.yaml", "worker.yaml"], { apply: applying() });
  assert.equal(JSON.parse(engine.calls[0].args[0]).length, 1);
});

test("what nobody expected still ends with a report", async () => {
  const broken = () => {
    throw new Error("boom");
  };
  const { exit, events } = await inDirectory(["worker.yaml", "--json"], { apply: broken });
  assert.equal(exit, 1);
  assert.deepEqual([events[1].code, events.at(-1).type], ["CFD0901", "result"]);
});
