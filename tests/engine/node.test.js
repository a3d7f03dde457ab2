import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createEngine } from "../../js/engine.js";
import { createGlue } from "../../target/probe/glue.js";
import { noteUse } from "../canaries/index.js";
import { cases } from "./cases.js";
import { startServer } from "./server.js";

const wasm = new URL("../../target/probe/engine_bg.wasm", import.meta.url);
let server;
before(async () => {
  server = await startServer();
});
after(() => server.close());

// node:test fails a test that leaves an unhandled rejection or an uncaught exception behind.
for (const [name, run] of Object.entries(cases)) {
  test(`in Node: ${name}`, () => {
    const engine = createEngine({ createGlue, module: () => new WebAssembly.Module(readFileSync(wasm)) });
    return run({ engine, url: server.url });
  });
}

test("the module is asked for once, and again only if that failed", async () => {
  let asked = 0;
  const module = async () => {
    asked += 1;
    if (asked === 1) throw new Error("offline");
    return WebAssembly.compile(readFileSync(wasm));
  };
  const engine = createEngine({ createGlue, module });
  await assert.rejects(engine.call("echo", "a", {}), /offline/);
  await Promise.all([engine.call("echo", "b", {}), engine.call("echo", "c", {})]);
  assert.equal(asked, 2);
});

test("a bare process with one trap of each kind goes on and ends by itself", async () => {
  const script = fileURLToPath(new URL("./bare-process.js", import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, server.url], { timeout: 30_000 });
  assert.equal(stdout, "8 traps, then: answer to GET\n");
  assert.equal(stderr, "");
  noteUse("panic", 1);
});
