/** `--json`: events on standard output. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { resultOf } from "./fake-engine.js";
import { applying, inDirectory } from "./faked-run.js";
import { run } from "./harness.js";

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
