/** js/answers.d.ts has the types that schema/answers.schema.json says. `UPDATE_DOCS=1` rewrites it. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { answerTypes } from "../../tools/docs/answer-types.js";

const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const read = (path) => readFileSync(root(path), "utf8");
const TYPES = root("js/answers.d.ts");
const SCHEMA = JSON.parse(read("schema/answers.schema.json"));

const exported = (text) => [...text.matchAll(/^export (?:type|interface) (\w+)/gm)].map(([, name]) => name);

test("js/answers.d.ts is what the schema says", async () => {
  const types = await answerTypes(SCHEMA);
  if (process.env.UPDATE_DOCS) writeFileSync(TYPES, types);
  assert.equal(readFileSync(TYPES, "utf8"), types);
});

test("js/answers.d.ts exports each type of the schema, with each member", () => {
  const text = readFileSync(TYPES, "utf8");
  assert.deepEqual(exported(text).sort(), Object.keys(SCHEMA.definitions).sort());
  for (const [name, { properties = {} }] of Object.entries(SCHEMA.definitions)) {
    const [, body] = new RegExp(`^export interface ${name} \\{\n([^]*?)^\\}`, "m").exec(text) ?? [];
    const members = [...(body ?? "").matchAll(/^ {2}(\w+)\??:/gm)].map(([, member]) => member);
    assert.deepEqual(members.sort(), Object.keys(properties).sort(), name);
  }
});

test("codes, reasons and actions are unions of the engine's own words", () => {
  const words = (name) =>
    SCHEMA.definitions[name].enum ?? SCHEMA.definitions[name].oneOf.map(({ const: word }) => word);
  assert.deepEqual(words("Code"), Object.keys(JSON.parse(read("src/diagnostic/codes.json"))).sort());
  const reasons = [...read("src/plan/reason.rs").matchAll(/^ {4}\w+(?:\(\w+: String\))? = "([a-z-]+)":/gm)];
  assert.ok(reasons.length > 30, "the reasons were read");
  assert.deepEqual(
    words("Why"),
    reasons.map(([, word]) => word),
  );
  assert.deepEqual(words("Action"), ["create", "update", "replace", "delete", "adopt", "no-op"]);
});

test("js/index.d.ts holds the signatures of calls alone", () => {
  const declared = [...read("js/index.d.ts").matchAll(/^export (?!(?:function|type \*|\{))(.*)/gm)];
  assert.deepEqual(declared, []);
});

test("what the calls answer is written nowhere by hand", () => {
  const byHand = exported(["index", "arguments", "errors"].map((name) => read(`js/${name}.d.ts`)).join(""));
  const made = Object.keys(SCHEMA.definitions);
  assert.deepEqual(
    byHand.filter((name) => made.includes(name)),
    [],
  );
});
