/** The installed package gives the same answers in every runtime. */
import assert from "node:assert/strict";
import { createReadStream, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { before, test } from "node:test";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { HOSTS, INSTALLED, NUMBERS, node, PROJECT, SHARED, write } from "./project.js";

const { version } = JSON.parse(readFileSync(join(INSTALLED, "package.json"), "utf8"));
let expected;

before(() => {
  write("shared.js", SHARED);
  const program = `import * as api from "cfworker-deploy"; import { answers } from "./shared.js";
    console.log(JSON.stringify(await answers(api)));`;
  expected = JSON.parse(node(write("esm.js", program)));
});

test("Node: import", () => {
  assert.deepEqual([expected.version, expected.parallel], [version, [version, version, version]]);
  assert.equal(expected.schema, "http://json-schema.org/draft-07/schema#");
  assert.match(expected.explained[0], /^CFD0101: .+\n\n.+\n$/);
  assert.deepEqual(expected.explained, [expected.explained[0], expected.explained[0], true]);
  assert.equal(expected.bad.ok, false);
  assert.ok(expected.bad.codes.length > 0);
  assert.match(expected.rendered, /^3 \| metadata: \{nam: x\}\n {2}\| {12}\^\^\^$/m);
  assert.match(expected.picture, /^<svg .*<g class="node create" data-address="script:a">/s);
  assert.deepEqual(expected.unknown, [true, 65]);
  for (const name of ["apply", "destroy", "explain", "outputs", "plan", "publish", "schema", "validate", "version"]) {
    assert.ok(expected.names.includes(name), name);
  }
});

test("hosts become A-labels, or are refused", () => {
  assert.deepEqual(
    expected.hosts,
    Object.entries(HOSTS).map(([name, host]) => [name, host ?? ["CFD0124"]]),
  );
});

test("numbers are read as YAML means them", () => {
  assert.deepEqual(expected.numbers, Object.entries(NUMBERS));
});

test("Node: require", () => {
  const program = `const api = require("cfworker-deploy"); const { answers } = require("./shared.js");
    answers(api).then((result) => console.log(JSON.stringify(result)));`;
  const { names, ...answers } = JSON.parse(node("--no-warnings", write("required.cjs", program)));
  assert.deepEqual({ ...answers, names: names.filter((name) => name !== "__esModule") }, expected);
});

test("workerd", async () => {
  const program = `import * as api from "cfworker-deploy"; import { answers } from "./shared.js";
    export default { async fetch() { return Response.json(await answers(api)); } };`;
  const outdir = join(PROJECT, "worker");
  await build({
    entryPoints: { index: write("worker-entry.js", program) },
    outdir,
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    loader: { ".wasm": "copy" },
    logLevel: "warning",
  });
  assert.equal(readdirSync(outdir).filter((name) => name.endsWith(".wasm")).length, 1);
  const runtime = new Miniflare({
    scriptPath: join(outdir, "index.js"),
    modules: true,
    modulesRoot: outdir,
    modulesRules: [{ type: "CompiledWasm", include: ["**/*.wasm"] }],
    compatibilityDate: "2025-11-01",
  });
  try {
    const response = await runtime.dispatchFetch("http://worker/");
    assert.deepEqual(await response.json(), expected);
  } finally {
    await runtime.dispose();
  }
});

test("a bundle for browsers, with the engine downloaded", async () => {
  const server = createServer((request, response) => {
    createReadStream(join(INSTALLED, request.url))
      .on("error", () => response.writeHead(404).end())
      .pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const base = `http://127.0.0.1:${server.address().port}/js/entrypoints/browser.js`;
    const program = `import * as api from "cfworker-deploy"; import { answers } from "./shared.js";
      export const result = answers(api);`;
    const outdir = join(PROJECT, "browser");
    const define = { "import.meta.url": JSON.stringify(base) };
    const entryPoints = [write("browser-entry.js", program)];
    const { metafile } = await build({
      entryPoints,
      outdir,
      define,
      bundle: true,
      splitting: true,
      metafile: true,
      format: "esm",
      platform: "browser",
      logLevel: "warning",
      absWorkingDir: PROJECT,
    });
    const entry = "browser/browser-entry.js";
    for (const path of loadedWith(entry, metafile)) {
      assert.doesNotMatch(readFileSync(join(PROJECT, path), "utf8"), /node:|\brequire\(|process\.|Buffer\./, path);
    }
    assert.deepEqual(JSON.parse(JSON.stringify(await (await import(join(PROJECT, entry))).result)), expected);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

/** What a page loads before any finding is shown. */
function loadedWith(path, { outputs }, seen = new Set([path])) {
  for (const { path: next, kind } of outputs[path].imports) {
    if (kind !== "import-statement" || seen.has(next)) continue;
    seen.add(next);
    loadedWith(next, { outputs }, seen);
  }
  return seen;
}
