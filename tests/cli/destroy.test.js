/** `destroy` and `outputs`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { planOf, resultOf } from "./fake-engine.js";
import { applying, inDirectory, optionsOf } from "./faked-run.js";
import { answering } from "./harness.js";

test("destroy where nobody can answer goes ahead with --yes alone: without it the engine shows its plan and refuses", async () => {
  const error = {
    code: "CFD0510",
    exitCode: 1,
    message: "nobody said yes",
    diagnostics: [],
    resolve: { allowDeletes: true },
  };
  const refused = await inDirectory(["destroy", "worker.yaml"], { destroy: { error } });
  assert.equal(refused.exit, 1);
  assert.equal(optionsOf(refused.engine, "destroy").allowDeletes, false);
  assert.match(refused.stderr, /Go on: cfworker-deploy destroy worker\.yaml --yes/);
  const done = await inDirectory(["destroy", "worker.yaml", "--yes"], { destroy: applying() });
  assert.equal(done.exit, 0);
  const { allowDeletes, dryRun } = optionsOf(done.engine, "destroy");
  assert.deepEqual([allowDeletes, dryRun], [true, undefined]);
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
