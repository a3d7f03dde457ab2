/** docs/manifest.md: every key of a manifest, block by block, as the schema has them, with an example of each. */

import { EXAMPLES } from "./manifest-examples.js";

const ROOT = "the document";

/** The kind whose page tells what all kinds have in common. */
const FIRST = "CloudflareWorker";

/**
 * @param {object} schema of manifests, as editors get it
 * @returns {string} the page
 */
export function manifestPage(schema) {
  const blocks = blocksOf(schema);
  const titles = new Map(blocks.map(({ name, title }) => [name, title]));
  const page = { titles, definitions: schema.definitions };
  return [INTRODUCTION, ...blocks.map((block) => section(block, page)), bindings(schema), references(schema)].join(
    "\n",
  );
}

/** The names of all blocks that the page has, in its order. @param {object} schema */
export function blockNames(schema) {
  return blocksOf(schema).map(({ name }) => name);
}

/** The kinds, in the order of the schema. @param {object} schema */
export const kindsIn = (schema) => schema.properties.kind.enum;

const INTRODUCTION = `# The manifest

Every key that a manifest may have: of a \`CloudflareWorker\` first, then what the other kinds have under \`spec\`. This page is generated from the schema that editors get
(\`cfworker-deploy schema\`): \`npm run docs\`. Every document has \`apiVersion\`, \`kind\`, \`metadata\` and \`spec\`. A file may
hold several documents, divided by \`---\`, and one run may take several files. Keys may be written in snake_case or in camelCase, \`account_id\` or \`accountId\`; a key that is not here is
refused with the nearest one that is. Text that looks like a number or like \`true\` has to be quoted.
`;

/** What each type of binding says beside its name and type. */
function bindings({ bindings }) {
  const rows = bindings.map((about) => `| \`${about.type}\` | ${saysOf(about)} |`);
  return [BINDINGS, ["| type | says |", "| --- | --- |", ...rows, ""].join("\n")].join("\n");
}

/** The keys that an entry of a type takes. */
export function saysOf({ members }) {
  const said = ({ name, takes, required, refers }) =>
    `\`${name}\`: ${takes}${refers ? " or a reference" : ""}${required ? ", required" : ""}`;
  const [one, others] = [true, false].map((due) => members.filter(({ alternative }) => alternative === due).map(said));
  const keys = [...(one.length === 0 ? [] : [`exactly one of ${one.join(" or ")}`]), ...others];
  return keys.join("; ") || "nothing";
}

const BINDINGS = `## Types of bindings

What an entry of \`bindings\` says beside \`name\` and \`type\`. A type that is not here is sent as it is written, with a warning.
What each key means is told where Cloudflare tells of the binding: <https://developers.cloudflare.com/workers/runtime-apis/bindings/>.
`;

/** Which fields may name another resource. */
function references({ references }) {
  const outputs = ({ kind, outputs }) => `\`${kind}\`: ${outputs.map((output) => `\`${output}\``).join(", ")}`;
  const rows = references.map(({ document, field, takes }) => {
    const [path, ...rest] = field.split(" ");
    return `| \`${document}\` | ${[`\`${path}\``, ...rest].join(" ")} | ${takes.map(outputs).join("; ")} |`;
  });
  return [REFERENCES, ["| document | field | takes |", "| --- | --- | --- |", ...rows, ""].join("\n")].join("\n");
}

const REFERENCES = `## References to other resources

These fields take an output of another resource in place of a text, as
\`value_from: {kind: KIND, name: NAME, field_path: status.outputs.FIELD}\` or as the text
\`$cloudflare-KIND/NAME/status.outputs.FIELD\`, with the kind in small letters: \`$cloudflare-r2-bucket/media/status.outputs.bucket_url\`. A field that takes one
kind and one output needs neither \`kind\` nor \`field_path\`. An entry of \`bindings\` has \`value_from\` beside its name and type, or in place of the member's value.

The value comes from a file of outputs (\`--outputs FILE\`) where it has one; then from the document of the same run that has the name, which is made first where its id is not known before;
then from the account, where exactly one resource must have the name. A zone is named as the dashboard lists it, such as \`example.com\`. What is found nowhere is a finding, and nothing is sent.
A variable with the name of another Worker waits for nobody.
`;

/** Blocks that stand in many places have a name of their own. */
const OF_MANY_PLACES = { ValueOrFrom: "Reference", ValueFrom: "`value_from`" };

/** A block is a mapping with keys of its own; each is told where it is first used, and called after that place. */
function blocksOf(schema) {
  const { definitions } = schema;
  const blocks = [];
  const visit = (name, node, path, title) => {
    if (blocks.some((block) => block.name === name)) return;
    if (node.properties) blocks.push({ name, node, title: OF_MANY_PLACES[name] ?? title });
    for (const [key, value] of Object.entries(node.properties ?? {})) {
      if (value.doNotSuggest) continue;
      const below = path === ROOT ? key : `${path}.${key}`;
      if (value.properties) visit(below, value, below, `\`${below}\``);
      // The values of a map, where each is a mapping with keys of its own.
      for (const inner of referencesIn(value.additionalProperties || {}).filter((one) => definitions[one].properties))
        visit(inner, definitions[inner], `${below}.NAME`, `\`${below}.NAME\``);
      for (const inner of referencesIn(value)) {
        const at = below + (value.items ? "[]" : "");
        visit(inner, definitions[inner], at, `\`${at}\``);
      }
    }
    for (const inner of referencesIn({ anyOf: node.anyOf })) visit(inner, definitions[inner], path, title);
  };
  for (const kind of kindsIn(schema)) {
    if (kind === FIRST) visit(ROOT, definitions[kind], ROOT, "The document");
    else visit(kind, specOf(definitions[kind]), `${kind}: spec`, `\`${kind}\``);
  }
  return blocks;
}

/** What a kind has under `spec`, with the description of the kind. */
const specOf = ({ description, properties }) => ({ ...properties.spec, description });

/** Names of the definitions that a value may be one of. */
function referencesIn({ $ref, anyOf = [], allOf = [], items = {} }) {
  const own = $ref === undefined ? [] : [$ref.replace("#/definitions/", "")];
  return [
    ...own,
    ...[...anyOf, ...allOf].flatMap(referencesIn),
    ...(items.$ref || items.anyOf ? referencesIn(items) : []),
  ];
}

function section({ name, node, title }, page) {
  // A key of two spellings is required in either.
  const either = (node.allOf ?? []).flatMap(({ anyOf = [] }) => anyOf.slice(0, 1));
  const required = new Set([node, ...either].flatMap((one) => one.required ?? []));
  const rows = Object.entries(node.properties)
    .filter(([, value]) => !value.doNotSuggest)
    .map(
      ([key, value]) =>
        `| \`${key}\` | ${typeOf(key, value, page)}${required.has(key) ? ", required" : ""} | ${told(value)} |`,
    );
  return [
    `## ${title}\n`,
    `${oneLine(node.description ?? "")}\n`,
    ["| key | value | |", "| --- | --- | --- |", ...rows, ""].join("\n"),
    ["```yaml", EXAMPLES[name]?.trim(), "```", ""].join("\n"),
  ].join("\n");
}

const told = ({ description = "" }) => oneLine(description).replaceAll("|", "\\|");
const oneLine = (text) => text.replaceAll(/\s+/g, " ").trim();

/** What a value may be, in words; a block is named by the section that tells it. */
function typeOf(key, value, page) {
  const kinds = value.properties ? referenced(key, page) : [...new Set(kindsOf(value, page))];
  return kinds.length > 0 ? kinds.join(" or ") : "anything";
}

function kindsOf({ $ref, type, enum: words, const: word, anyOf, allOf, oneOf, items, additionalProperties }, page) {
  if (word !== undefined) return [`\`${word}\``];
  if (words) return words.filter((one) => one !== null).map((one) => `\`${one}\``);
  if ($ref) return referenced($ref.replace("#/definitions/", ""), page);
  const choices = [anyOf, allOf, oneOf].find(Boolean);
  if (choices) return choices.flatMap((choice) => kindsOf(choice, page));
  return [type].flat().flatMap((name) => kindOf(name, { items, additionalProperties }, page));
}

/** A block is told in its own section; any other definition is told where it is used. */
function referenced(name, { titles, definitions }) {
  if (!titles.has(name)) return kindsOf(definitions[name], { titles, definitions });
  return [`[${titles.get(name)}](#${anchorOf(titles.get(name))})`];
}

function kindOf(name, { items, additionalProperties }, page) {
  switch (name) {
    case "string":
      return ["text"];
    case "boolean":
      return ["true or false"];
    case "integer":
      return ["a whole number"];
    case "number":
      return ["a number"];
    case "array":
      return [`a list of ${kindsOf(items ?? {}, page).join(" or ")}`];
    case "object":
      if (!additionalProperties) return ["a mapping"];
      return [`a mapping of names to ${kindsOf(additionalProperties, page).join(" or ")}`];
    default:
      return []; // Nothing at all, which counts as left out.
  }
}

/** As GitHub makes one of a heading. */
const anchorOf = (title) =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9_ -]/g, "")
    .replaceAll(" ", "-");
