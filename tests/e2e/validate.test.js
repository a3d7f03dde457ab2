/** Bad manifests: all findings at once, each with its place; hostile ones refused by name within a second. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { validate } from "../../pkg/js/entrypoints/node.js";
import { startCli } from "../cli/deploying.js";

const TEN_MISTAKES = `apiVersion: cloudflare.project-planton.org/v2
kind: CloudflareWorker
metadata:
  name: shop
  nmae: twice
spec:
  account_id: "123"
  script:
    name: Shop
    bundle:
      bucket: bundles
      path: ../index.js
  dns:
    enabled: maybe
    zone_id: "77c6a34cf87dd1e8b497dc895bf5ea1b"
    hostname: -api.example.com
  compatibility_date: "2024-13-99"
  env:
    variables:
      RATE_LIMIT: 1000
      RATE_LIMIT: "1000"
  kv_bindings:
    - name: not-a-name
      field_path: 77c6a34cf87dd1e8b497dc895bf5ea1b
`;
/** Line and column of each mistake. */
const PLACES = ["1:13", "5:3", "7:15", "9:11", "12:13", "14:14", "16:15", "17:23", "20:19", "21:7", "23:13"];

describe("a manifest with ten mistakes and one more", () => {
  const folder = mkdtempSync(join(tmpdir(), "cfworker-deploy-validate-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "worker.yaml"), TEN_MISTAKES);

  test("the JavaScript call finds all of them", async () => {
    const { ok, diagnostics } = await validate(TEN_MISTAKES);
    assert.equal(ok, false);
    assert.deepEqual(places(diagnostics), PLACES);
    for (const finding of diagnostics) assert.match(finding.code, /^CFD0[12]\d\d$/);
  });

  test("the command line shows all of them and exits with 65", async () => {
    const { exit: code, stdout, stderr } = await startCli(folder, ["validate", "worker.yaml"]).ended;
    assert.equal(code, 65);
    const text = stdout + stderr;
    for (const place of PLACES) assert.ok(text.includes(`worker.yaml:${place}`), `${place} is missing in\n${text}`);
  });

  test("as events for programs, too", async () => {
    const { exit: code, stdout } = await startCli(folder, ["validate", "worker.yaml", "--json"]).ended;
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.equal(code, 65);
    assert.deepEqual(places(events.filter(({ type }) => type === "diagnostic")), PLACES);
    assert.deepEqual([events[0].type, events.at(-1).type, events.at(-1).exit], ["version", "result", 65]);
  });

  const places = (findings) =>
    findings.filter(({ severity }) => severity === "error").map(({ line, column }) => `${line}:${column}`);
});

const VALID = `apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata: {name: shop}
spec:
  account_id: "074755a78d8e8f77c119a90a125e8a06"
  worker_name: shop
  script_bundle: {bucket: bundles, path: shop.js}
`;
const bomb = () => {
  let text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (let level = 1; level < 10; level += 1) {
    const alias = Array(9)
      .fill(`*a${level - 1}`)
      .join(", ");
    text += `a${level}: &a${level} [${alias}]\n`;
  }
  return text;
};

/** What is given, and the verdict. */
const INPUTS = {
  "byte order mark": ["\ufeff".concat(VALID), true],
  "CRLF line ends": [VALID.replaceAll("\n", "\r\n"), true],
  "a YAML bomb": [bomb(), false],
  "200 KB of opening brackets": ["[".repeat(200_000), false],
  "200 KB of nested flow mappings": ["{a: ".repeat(50_000), false],
  "200 KB of bracket pairs": [`${"[".repeat(100_000)}${"]".repeat(100_000)}`, false],
  "2 MB of text": [`${VALID}# ${"x".repeat(2_000_000)}\n`, false],
  "a NUL": [VALID.replace("shop.js", "sh\0op.js"), false],
  "a merge key": [VALID.replace("spec:\n", "spec:\n  <<: {a: b}\n"), false],
  "a custom tag": [VALID.replace("worker_name: shop", "worker_name: !secret shop"), false],
  "UTF-16 read as UTF-8": [Buffer.from(VALID, "utf16le").toString("utf8"), false],
  "a bidirectional override": [VALID.replace("name: shop", "name: sh\u202eop"), false],
};
const LIMIT_MS = 1000;

describe("hostile and odd input in Node", () => {
  for (const [name, [text, ok]] of Object.entries(INPUTS)) {
    test(name, async () => {
      const started = performance.now();
      const answer = await validate(text);
      const took = performance.now() - started;
      assert.equal(answer.ok, ok, JSON.stringify(answer.diagnostics.slice(0, 2)));
      assert.ok(took < LIMIT_MS, `${took} ms`);
    });
  }
});

test("the same verdicts in workerd", async () => {
  const worker = await miniflare();
  try {
    for (const [name, [text, ok]] of Object.entries(INPUTS)) {
      const started = performance.now();
      const answer = await worker.dispatchFetch("http://x/", { method: "POST", body: JSON.stringify(text) });
      assert.equal((await answer.json()).ok, ok, name);
      assert.ok(performance.now() - started < LIMIT_MS, name);
    }
  } finally {
    await worker.dispose();
  }
});

async function miniflare() {
  const root = fileURLToPath(new URL("../../pkg", import.meta.url));
  const contents = `import { validate } from "./js/entrypoints/workerd.js";
export default { fetch: async (request) => Response.json(await validate(await request.json())) };`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    format: "esm",
    external: ["*.wasm"],
    write: false,
  });
  const script = outputFiles[0].text.replace(/"[^"]*engine_bg\.wasm"/, '"./engine_bg.wasm"');
  return new Miniflare({
    compatibilityDate: "2026-07-01",
    modulesRoot: root,
    modules: [
      { type: "ESModule", path: join(root, "index.mjs"), contents: script },
      { type: "CompiledWasm", path: join(root, "engine_bg.wasm"), contents: readWasm(root) },
    ],
  });
}

function readWasm(root) {
  return readFileSync(join(root, "wasm", "engine_bg.wasm"));
}
