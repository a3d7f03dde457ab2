import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { cases } from "./cases.js";
import { startServer } from "./server.js";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
let server;
let runtime;
let messages = "";

before(async () => {
  server = await startServer();
  const bundle = await build({
    entryPoints: [path("./worker.js")],
    bundle: true,
    write: false,
    format: "esm",
    external: ["node:*", "*.wasm"],
  });
  runtime = new Miniflare({
    modules: [
      { type: "ESModule", path: "/tests/engine/worker.js", contents: bundle.outputFiles[0].text },
      {
        type: "CompiledWasm",
        path: "/target/probe/engine_bg.wasm",
        contents: readFileSync(path("../../target/probe/engine_bg.wasm")),
      },
    ],
    modulesRoot: "/",
    compatibilityDate: "2026-07-30",
    compatibilityFlags: ["nodejs_compat"],
    handleRuntimeStdio: (_, stderr) => stderr.on("data", (chunk) => (messages += chunk)),
  });
  await runtime.ready;
});
after(async () => {
  await runtime.dispose();
  await server.close();
});

for (const name of Object.keys(cases)) {
  test(`in workerd: ${name}`, async () => {
    const body = JSON.stringify({ name, url: server.url });
    const response = await runtime.dispatchFetch("http://worker/", { method: "POST", body });
    assert.deepEqual(await response.json(), { strays: [] });
  });
}

test("workerd saw no uncaught exception", () => {
  assert.doesNotMatch(messages, /uncaught/i);
});
