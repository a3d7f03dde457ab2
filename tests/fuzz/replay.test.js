/** The committed corpora through the engine as it is shipped: in Node all of them, in workerd a part. No trap, no hang. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { createApi } from "../../js/index.js";
import { TARGETS, use } from "./replay.js";
import { inputsIn, MANIFEST, replay } from "./replaying.js";

/** In workerd waits are real: inputs of these cause none. */
const WITHOUT_WAITS = ["manifests", "references", "patterns", "edits", "bundles", "plans", "marks"];

test("each target has a corpus", () => {
  for (const target of Object.keys(TARGETS))
    assert.ok(inputsIn().filter((input) => input.target === target).length > 5);
});

test("in Node", async () => {
  assert.deepEqual(await replay(inputsIn()), []);
});

test("a trap would be seen, and so would an error of another kind", async () => {
  const answer = (error) => ({ call: () => Promise.reject(error) });
  const trap = Object.assign(new Error("unreachable"), { name: "EngineTrap" });
  for (const error of [trap, new TypeError("of no kind")]) {
    const api = createApi(answer(error));
    assert.notDeepEqual(await use(api, "manifests", Buffer.from("a: b"), MANIFEST), []);
  }
});

test("a secret or a control character in a text would be seen", async () => {
  for (const text of ["cnry-replayed-secret-5f3a9c20", "\u001b[2J"]) {
    const api = { ...createApi({}), renderPlan: async () => text };
    assert.equal((await use(api, "plans", Buffer.from("{}"), MANIFEST)).length, 1);
  }
});

describe("in workerd", () => {
  let folder;
  let worker;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "cfworker-deploy-replay-"));
    worker = await startWorker(folder);
  });
  after(async () => {
    await worker.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const target of WITHOUT_WAITS) {
    test(target, async () => {
      const inputs = inputsIn().filter((input) => input.target === target);
      for (const { path } of inputs) {
        const headers = { target, manifest: encodeURIComponent(MANIFEST) };
        const answer = await worker.dispatchFetch("http://x/", { method: "POST", headers, body: readFileSync(path) });
        assert.deepEqual([path, await answer.json()], [path, []]);
      }
    });
  }
});

async function startWorker(outdir) {
  const here = (path) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));
  const entry = join(outdir, "entry.js");
  writeFileSync(
    entry,
    `import * as api from ${here("../../pkg/js/entrypoints/workerd.js")};
    import { use } from ${here("./replay.js")};
    export default {
      async fetch(request) {
        const { target, manifest } = Object.fromEntries(request.headers);
        const bytes = new Uint8Array(await request.arrayBuffer());
        return Response.json(await use(api, target, bytes, decodeURIComponent(manifest)));
      },
    };`,
  );
  await build({
    entryPoints: [entry],
    outdir: join(outdir, "built"),
    entryNames: "index",
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    loader: { ".wasm": "copy" },
    logLevel: "warning",
  });
  return new Miniflare({
    scriptPath: join(outdir, "built", "index.js"),
    modules: true,
    modulesRoot: join(outdir, "built"),
    modulesRules: [{ type: "CompiledWasm", include: ["**/*.wasm"] }],
    compatibilityDate: "2026-07-01",
  });
}
