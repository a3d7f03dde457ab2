/** `rollback` and `promote`: the plan, the question, and what is printed at the end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { planOf, resultOf } from "./fake-engine.js";
import { inDirectory, optionsOf } from "./faked-run.js";

const CHANGE = {
  address: "script:hello",
  kind: "script",
  action: "update",
  why: "rolled-back",
  reason: "an earlier version goes live again",
  needs: [],
  fields: [{ path: "version", old: 3, new: 2, secret: false, later: false }],
};
const PLAN = planOf({
  manifests: [{ id: "i", label: "l", account: "a", address: "script:hello", script: "hello" }],
  changes: [CHANGE],
  reverts: ["script:hello"],
  needsYes: ["script:hello"],
  summary: { create: 0, update: 1, replace: 0, delete: 0, adopt: 0, noop: 0, reads: 5, writes: 1 },
});
const undo = { command: "rollback", to: "3", set: [], leaves: [] };
/** Answers the plan to who only wants that. */
const answering = (_sources, _creds, { dryRun }) => ({ ok: dryRun ? PLAN : resultOf({ plan: PLAN, undo }) });

test("--dry-run prints the plan and asks for nothing else", async () => {
  const { exit, stdout, engine } = await inDirectory(["rollback", "worker.yaml", "--dry-run"], { rollback: answering });
  assert.equal(exit, 0);
  assert.match(stdout, /~ update.*hello\n *an earlier version goes live again\n *version {2}3 -> 2/s);
  assert.match(stdout, /goes back {2}script:hello to an earlier version/);
  assert.deepEqual(
    engine.calls.map(({ name, args }) => [name, args[2].dryRun]),
    [["rollback", true]],
  );
});

test("the version goes to the engine as it was typed, --yes as the yes, and the undo is printed", async () => {
  const { exit, stderr, engine } = await inDirectory(["rollback", "worker.yaml", "2", "--yes"], {
    rollback: answering,
  });
  const { to, allowDeletes } = optionsOf(engine, "rollback");
  assert.deepEqual([exit, to, allowDeletes], [0, "2", true]);
  assert.match(stderr, /Undo: {2}cfworker-deploy rollback worker\.yaml 3\n/);
});

test("without a version none is passed on, and without a terminal nobody is asked", async () => {
  const { engine } = await inDirectory(["rollback", "worker.yaml"], { rollback: answering });
  const options = optionsOf(engine, "rollback");
  assert.deepEqual([Object.hasOwn(options, "to"), options.allowDeletes], [false, false]);
});

test("promote takes several manifests, and prints what is done", async () => {
  const { exit, stderr, engine } = await inDirectory(["promote", "worker.yaml", "--expect", "b3f1c09ab3f1c09a"], {
    promote: answering,
  });
  assert.deepEqual([exit, optionsOf(engine, "promote").expect], [0, "b3f1c09ab3f1c09a"]);
  assert.match(stderr, /Done in .*: 1 updated\./);
});
