/** docs/what-a-worker-can-have.md has each type of binding, trigger and setting with what shows it. `UPDATE_DOCS=1` rewrites it. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { load } from "js-yaml";
import { validate } from "../../pkg/js/entrypoints/node.js";
import { SPEC_OF_BINDINGS, testOf, workerPage } from "../../tools/docs/worker-page.js";
import { NO_ROW, ROWS } from "../../tools/docs/worker-rows.js";

const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const PAGE = root("docs/what-a-worker-can-have.md");
const SCHEMA = JSON.parse(readFileSync(root("schema/manifest.schema.json"), "utf8"));
const KEYS = Object.keys(SCHEMA.definitions.CloudflareWorker.properties.spec.properties);
const entries = load(readFileSync(root(`tests/specs/manifest/${SPEC_OF_BINDINGS}/worker.yaml`), "utf8")).spec.bindings;
/** The first entry of each type in the spec. */
const EXAMPLES = Object.fromEntries(entries.map((entry) => [entry.type, entry]).reverse());

test("the page is what the tables say", () => {
  const page = workerPage(SCHEMA, EXAMPLES);
  if (process.env.UPDATE_DOCS) writeFileSync(PAGE, page);
  assert.equal(readFileSync(PAGE, "utf8"), page);
});

test("each key of a Worker has a row, or a reason why it has none", () => {
  const told = [...Object.keys(ROWS).map((name) => name.split(".")[0]), ...Object.keys(NO_ROW)];
  const keys = KEYS.filter((key) => !/[A-Z]/.test(key));
  assert.deepEqual([...new Set(told)].toSorted(), keys.toSorted());
});

test("each setting of the engine's table has a row", () => {
  for (const { word } of SCHEMA.settings) assert.equal(ROWS[word]?.table, "settings", word);
});

test("each type of binding has an entry in the spec of all types", () => {
  for (const { type } of SCHEMA.bindings) assert.ok(EXAMPLES[type], type);
});

test("each row has a spec that states it", () => {
  for (const [name, { spec }] of Object.entries(ROWS)) {
    const folder = root(`tests/specs/manifest/${spec}`);
    const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
    const text = files.map((file) => readFileSync(`${folder}/${file}`, "utf8")).join("");
    const words = name.split(".").at(-1).split("_");
    const either = new RegExp(`\\b(${words.join("_")}|${words[0]}${words.slice(1).map(capital).join("")}):`);
    assert.match(text, either, `${name}: ${spec}`);
  }
});

test("each example is one that a manifest may have", async () => {
  const all = { ...Object.fromEntries(Object.entries(EXAMPLES).map(([type, entry]) => [type, { bindings: [entry] }])) };
  for (const [name, { example }] of Object.entries(ROWS)) all[name] = example;
  for (const [name, spec] of Object.entries(all).filter(([type]) => type !== "time_machine")) {
    const manifest = {
      apiVersion: "cloudflare.project-planton.org/v1",
      kind: "CloudflareWorker",
      metadata: { name: "api" },
      spec: { worker_name: "api", script_bundle: { bucket: "bundles", path: "api.js" }, ...spec },
    };
    const files = { "CloudflareWorker/api": { "/index.html": new Uint8Array(1) } };
    const { diagnostics } = await validate(JSON.stringify(manifest), { accountId: "0".repeat(32), assets: files });
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    assert.deepEqual(errors, [], name);
  }
});

test("each row names a test that is there", () => {
  const tests = SCHEMA.bindings.map(({ type }) => [type, testOf(type)]);
  for (const [name, { test }] of Object.entries(ROWS)) tests.push([name, test]);
  for (const [name, [file, title]] of tests) {
    assert.ok(existsSync(root(file)), `${name}: ${file}`);
    assert.ok(title.length > 0, `${name}: no test of ${file} is named`);
    assert.ok(readFileSync(root(file), "utf8").includes(title), `${name}: ${title}`);
  }
});

function capital(word) {
  return word[0].toUpperCase() + word.slice(1);
}
