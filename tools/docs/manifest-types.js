/** js/manifest.d.ts: the types of manifests, as the schema has them. */

import { compile } from "json-schema-to-typescript";
import { kindsIn } from "./manifest-page.js";

const BANNER = "// Made from schema/manifest.schema.json: `npm run docs`.";

/** What any document of a manifest is. */
const ANY = "ManifestDocument";

/** `WorkerManifest` of `CloudflareWorker`. @param {string} kind */
export const typeOf = (kind) => `${kind.replace(/^Cloudflare/, "")}Manifest`;

/**
 * @param {object} schema of manifests, as editors get it
 * @returns {Promise<string>} a module that exports a type for each kind, and the union of them
 */
export async function manifestTypes(schema) {
  const kinds = kindsIn(schema);
  const definitions = Object.entries(schema.definitions).map(([name, definition]) => {
    const { title, ...closed } = asType(definition);
    return [kinds.includes(name) ? typeOf(name) : name, closed];
  });
  const root = {
    description: "A document of a manifest, as an object.",
    anyOf: kinds.map((kind) => ({ $ref: `#/definitions/${typeOf(kind)}` })),
    definitions: Object.fromEntries(definitions),
  };
  const text = await compile(root, ANY, { bannerComment: BANNER, style: { printWidth: 120 } });
  return `${exporting([ANY, ...kinds.map(typeOf)], text)}\nexport {};\n`;
}

/**
 * A schema without what no type can say: that one of several keys is due, such as one of a key's two spellings. A type
 * that demanded it would let any key through, and misspelt ones are found by the set of keys being closed.
 */
function asType(schema) {
  if (Array.isArray(schema)) return schema.map(asType);
  if (typeof schema !== "object" || schema === null) return schema;
  const { anyOf, allOf, ...rest } = schema;
  const kept = { ...rest };
  if (anyOf && !anyOf.every(isDemand)) kept.anyOf = anyOf;
  if (allOf && !allOf.every((part) => part.anyOf?.every(isDemand))) kept.allOf = allOf;
  const converted = Object.fromEntries(Object.entries(kept).map(([keyword, value]) => [keyword, asType(value)]));
  return isAnything(converted) ? { ...converted, tsType: "unknown" } : converted;
}

const isDemand = (choice) => Object.keys(choice).join() === "required";

const isAnything = (schema) => Object.keys(schema).join() === "description" && typeof schema.description === "string";

/** Blocks are no part of the interface: their names, such as `Record`, mean other things elsewhere. */
function exporting(names, text) {
  return text.replace(/^export (?=(?:type|interface) (\w+))/gm, (word, name) => (names.includes(name) ? word : ""));
}
