/** `history`: text for people, one JSON value for programs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inDirectory } from "./faked-run.js";

const HISTORY = { workers: { hello: { account: "a", script: "hello", ours: true, versions: [] } } };

test("history prints the versions as text, and as one JSON value with --json", async () => {
  const text = await inDirectory(["history", "worker.yaml"], { history: { ok: HISTORY } });
  assert.deepEqual([text.exit, text.stdout], [0, "hello  (account a)\n\n"]);
  const json = await inDirectory(["history", "worker.yaml", "--json"], { history: { ok: HISTORY } });
  assert.deepEqual(JSON.parse(json.stdout), HISTORY);
});

test("that no Worker of the manifests is there is said on standard error, and is no failure", async () => {
  const none = await inDirectory(["history", "worker.yaml"], { history: { ok: { workers: {} } } });
  assert.deepEqual([none.exit, none.stdout, none.stderr], [0, "", "No Worker of these manifests is there.\n"]);
});
