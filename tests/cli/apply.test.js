/** What people and machines see of `apply`, before an engine that only answers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { planOf, resultOf } from "./fake-engine.js";
import { applying, inDirectory, optionsOf, SIGNED_IN } from "./faked-run.js";
import { answering, createInterrupt } from "./harness.js";

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

test("what is found while it writes, such as the way back of a database, is told once, before its change is done", async () => {
  const note = { severity: "note", code: "CFD0546", message: "stood at the bookmark x", help: "brings it back" };
  const apply = (sources, creds, options, host) => {
    const onEvent = (event) => {
      if (event.type === "done") host.onEvent({ type: "diagnostic", ...note });
      host.onEvent(event);
    };
    return applying(resultOf({ diagnostics: [note] }))(sources, creds, options, { ...host, onEvent });
  };
  const unasked = await inDirectory(["worker.yaml"], { apply });
  const asked = await inDirectory(
    ["worker.yaml"],
    { plan: { ok: planOf() }, apply },
    { tty: true, stdin: answering("y") },
  );
  for (const { exit, stderr } of [unasked, asked]) {
    const text = stripVTControlCharacters(stderr);
    assert.equal(exit, 0);
    assert.equal(text.match(/note\[CFD0546\]: stood at the bookmark x\n {2}help: brings it back\n/g)?.length, 1, text);
    assert.ok(text.indexOf("CFD0546") < text.indexOf("hello created"), text);
  }
});

test("a run that goes ahead unasked shows what it opens and what it lets be deleted by age", async () => {
  const apply = (sources, creds, options, host) => {
    const lists = { exposes: ["bucket:files"], expires: ["bucket:logs"] };
    const onEvent = (event) => host.onEvent(event.type === "plan" ? { ...event, ...lists } : event);
    return applying()(sources, creds, options, { ...host, onEvent });
  };
  const { stderr } = await inDirectory(["worker.yaml", "--yes"], { apply });
  assert.match(stderr, /\n {2}opens {6}bucket:files to everybody\n {2}expires {4}bucket:logs: /);
});

test("the undo says which stores it leaves", async () => {
  const leaves = [{ address: "kv:shop visits", was: null }];
  const apply = { ok: resultOf({ undo: { command: "destroy", set: [], leaves } }) };
  const { stderr } = await inDirectory(["worker.yaml"], { apply });
  assert.match(stderr, /Undo: {2}cfworker-deploy destroy worker\.yaml\n {7}\(left as it is: kv:shop visits\)\n$/);
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
    help: "deploy under another script name",
    resolve: { adopt: ["script:hello"] },
    loses: "version 2 of somebody's",
  };
  const { resolve } = conflict;
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
