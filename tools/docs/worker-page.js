/** docs/what-a-worker-can-have.md: types of bindings, triggers and settings, each with its spec, an example, what Local Cloudflare does, and its test. */
import { hasLocalRuntime } from "../../js/local/runtime/bindings.js";
import { saysOf } from "./manifest-page.js";
import { OTHER_TESTS, ROWS } from "./worker-rows.js";

/** The spec that has an entry of each type, and the test that uses each. */
export const SPEC_OF_BINDINGS = "bindings-of-every-type";
const TEST_OF_BINDINGS = "tests/e2e/bindings-in-use.test.js";
const ABSENT = "no: says so when it is used";

/**
 * @param {object} schema of manifests, as editors get it
 * @param {Record<string, object>} examples an entry of `bindings` for each type
 * @returns {string} the page
 */
export function workerPage(schema, examples) {
  const bindings = schema.bindings.map((type) => bindingRow(type, examples[type.type]));
  const rows = (table) => Object.entries(ROWS).filter(([, row]) => row.table === table);
  return [
    INTRODUCTION,
    ...table("Types of bindings", [...bindings, ...rows("bindings").map(keyRow)]),
    ...table("Triggers", rows("triggers").map(keyRow)),
    ...table(
      "Settings",
      rows("settings").map((row) => keyRow(row, schema.settings)),
    ),
  ].join("\n");
}

/** The test that shows a type of binding in use. */
export const testOf = (type) =>
  OTHER_TESTS[type] ?? [
    TEST_OF_BINDINGS,
    hasLocalRuntime(type)
      ? "a binding of type ${type} is used"
      : "a binding of type ${type} says that only Cloudflare itself can answer for it",
  ];

function bindingRow(about, example) {
  const { type } = about;
  const local = hasLocalRuntime(type) ? "yes" : ABSENT;
  return [type, saysOf(about), SPEC_OF_BINDINGS, { bindings: [example] }, local, testOf(type)];
}

function keyRow([name, { says, spec, example, local, test }], settings = []) {
  const of = Array.isArray(settings) && settings.find(({ word }) => word === name)?.of;
  const when = { version: "; another value takes an upload", worker: "; changes without an upload" }[of] ?? "";
  return [name, says + when, spec, example, local, test];
}

function table(title, rows) {
  const head = ["word", "what the manifest says", "spec", "example", "runs in Local Cloudflare", "shown by"];
  const lines = rows.map(([word, says, spec, example, local, [file]]) => {
    const cells = [`\`${word}\``, says, `\`${spec}\``, `\`${flow(example)}\``, local, `\`${file}\``];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return [`## ${title}\n`, `| ${head.join(" | ")} |`, `|${" --- |".repeat(head.length)}`, ...lines, ""];
}

/** YAML in one line, which JSON is. */
const flow = (example) => Object.entries(example).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);

const INTRODUCTION = `# What a Worker can have

Everything that a manifest can give a Worker beside its code, made from the tables of the engine by \`npm run docs\`. Specs are
folders in \`tests/specs/manifest\`. What each key means is told in [the manifest](manifest.md).
`;
