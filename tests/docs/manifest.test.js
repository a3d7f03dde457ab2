/**
 * docs/manifest.md tells every key of the schema, and its examples are read as what they show; js/manifest.d.ts has the
 * types that the schema says. `UPDATE_DOCS=1` rewrites both.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { validate } from "../../pkg/js/entrypoints/node.js";
import { EXAMPLES } from "../../tools/docs/manifest-examples.js";
import { blockNames, kindsIn, manifestPage } from "../../tools/docs/manifest-page.js";
import { manifestTypes, typeOf } from "../../tools/docs/manifest-types.js";

const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const PAGE = root("docs/manifest.md");
const TYPES = root("js/manifest.d.ts");
const SCHEMA = JSON.parse(readFileSync(root("schema/manifest.schema.json"), "utf8"));

test("docs/manifest.md is what the schema says, with an example of each block", () => {
  const page = manifestPage(SCHEMA);
  if (process.env.UPDATE_DOCS) writeFileSync(PAGE, page);
  assert.equal(readFileSync(PAGE, "utf8"), page);
  assert.deepEqual(Object.keys(EXAMPLES).sort(), blockNames(SCHEMA).sort());
});

test("no key of the schema is left out", () => {
  const page = readFileSync(PAGE, "utf8");
  const kinds = kindsIn(SCHEMA).map((kind) => SCHEMA.definitions[kind].properties);
  const inner = kinds.flatMap(({ metadata, spec }) => [metadata, spec]);
  const nodes = [...Object.values(SCHEMA.definitions), ...inner];
  const keys = nodes.flatMap(({ properties = {} }) => Object.entries(properties));
  const told = keys.filter(([, { doNotSuggest }]) => !doNotSuggest);
  assert.ok(told.length > 50, "the keys were read");
  for (const [key] of told) assert.ok(page.includes(`| \`${key}\` |`), key);
  for (const [, anchor] of page.matchAll(/\]\(#([^)]+)\)/g)) {
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, text]) =>
      text.toLowerCase().replaceAll(/[^a-z0-9_ -]/g, ""),
    );
    assert.ok(headings.map((text) => text.replaceAll(" ", "-")).includes(anchor), anchor);
  }
});

test("each type of binding is told with the keys that it takes", async () => {
  const [, page] = readFileSync(PAGE, "utf8").split("## Types of bindings\n");
  const known = [...SCHEMA.definitions.Binding.properties.type.description.matchAll(/`(\w+)`/g)].map(
    ([, word]) => word,
  );
  assert.ok(known.length > 30);
  for (const type of known) {
    const [, says] = new RegExp(`^\\| \`${type}\` \\| (.+) \\|$`, "m").exec(page) ?? [];
    assert.ok(says, type);
    // The engine asks for the keys that the page calls required.
    const spec = `spec:\n  bindings: [{name: X, type: ${type}}]\n`;
    const { diagnostics } = await validate(whole(spec), { accountId: "0".repeat(32) });
    const missing = diagnostics.map(({ message }) => /^`spec\.bindings\[0\]\.(\w+)` is missing$/.exec(message)?.[1]);
    const required = [...says.matchAll(/`(\w+)`: [^;]*, required/g)].map(([, name]) => name);
    assert.deepEqual(missing.filter(Boolean).sort(), required.sort(), type);
  }
});

test("every example is part of a manifest without an error or a warning", async () => {
  for (const [name, example] of Object.entries(EXAMPLES)) {
    const { ok, diagnostics } = await validate(whole(example.trim()), {
      accountId: "0".repeat(32),
      values: { "defaults/region": "weur" },
    });
    const told = diagnostics.filter(({ severity }) => severity !== "note");
    assert.deepEqual([ok, told], [true, []], name);
  }
});

/** The example with what every manifest has, where it does not have that itself. */
function whole(example) {
  if (example.startsWith("apiVersion")) return example;
  const head = "apiVersion: cloudflare.project-planton.org/v1\nkind: CloudflareWorker\n";
  const metadata = /^metadata:/m.test(example) ? "" : "metadata: {name: api}\n";
  const spec = /^spec:/m.test(example) ? "" : "spec:\n";
  const code = "  worker_name: api\n  script_bundle: {bucket: bundles, path: api/v1.js}\n";
  const isNamed = /^ {2}(script|worker_name):/m.test(example);
  return `${head}${metadata}${example}\n${spec}${isNamed ? "" : code}`;
}

test("js/manifest.d.ts is what the schema says", async () => {
  const types = await manifestTypes(SCHEMA);
  if (process.env.UPDATE_DOCS) writeFileSync(TYPES, types);
  assert.equal(readFileSync(TYPES, "utf8"), types);
});

test("js/manifest.d.ts exports a type for each kind and their union, and no block", () => {
  const exported = [...readFileSync(TYPES, "utf8").matchAll(/^export (?:type|interface) (\w+)/gm)].map(
    ([, name]) => name,
  );
  assert.deepEqual(exported.sort(), ["ManifestDocument", ...kindsIn(SCHEMA).map(typeOf)].sort());
});

test("a type of js/manifest.d.ts takes other keys only where the schema lets them through", () => {
  const blocks = [];
  JSON.stringify(SCHEMA.definitions, (_key, node) => {
    if (typeof node?.properties === "object" && node.type === "object") blocks.push(node);
    return node;
  });
  const open = blocks.filter(({ additionalProperties }) => additionalProperties !== false);
  assert.ok(blocks.length > 20 && open.length < 3, `${open.length} of ${blocks.length}`);
  assert.equal(readFileSync(TYPES, "utf8").match(/\[k: string\]: unknown/g)?.length ?? 0, open.length);
});

test("the schema that an example names for editors is there", () => {
  const folder = root("examples");
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".yaml"));
  const named = files.flatMap((name) => {
    const [, schema] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(readFileSync(join(folder, name), "utf8")) ?? [];
    return schema ? [{ name, schema: join(folder, dirname(name), schema) }] : [];
  });
  assert.ok(named.length >= 3);
  for (const { name, schema } of named) assert.ok(existsSync(schema), name);
});
