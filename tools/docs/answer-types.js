/** js/answers.d.ts: the types of what the calls answer and tell, as the schema of the engine's own types has them. */

import { compile } from "json-schema-to-typescript";

const BANNER = "// Made from schema/answers.schema.json, which the engine's types make: `npm run docs`.";

/** What the compiler of types starts at; it is no part of the module. */
const ROOT = "Answers";

/**
 * @param {object} schema of answers
 * @returns {Promise<string>} a module that exports a type for each definition
 */
export async function answerTypes(schema) {
  const definitions = Object.entries(schema.definitions).map(([name, definition]) => [name, asType(definition)]);
  const root = {
    anyOf: definitions.map(([name]) => ({ $ref: `#/definitions/${name}` })),
    definitions: Object.fromEntries(definitions),
  };
  const options = { additionalProperties: false, bannerComment: BANNER, style: { printWidth: 120 } };
  const text = await compile(root, ROOT, options);
  return text.replace(new RegExp(`^export type ${ROOT} =[^;]*;\\n`, "m"), "");
}

/** The same for the compiler of types: without what no type can say. */
function asType(schema) {
  const { format, properties, required = [], ...rest } = schema;
  const inner = Object.entries(rest).map(([keyword, value]) => [
    keyword,
    INNER.includes(keyword) ? each(value) : value,
  ]);
  const type = Object.fromEntries(inner);
  if (properties) Object.assign(type, { required, properties: members(properties, required) });
  return Object.keys(type).join() === "description" ? { ...type, tsType: "unknown" } : type;
}

/** Keywords under which there are schemas. */
const INNER = ["items", "additionalProperties", "allOf", "anyOf", "oneOf"];

function each(value) {
  if (Array.isArray(value)) return value.map(asType);
  return typeof value === "object" ? asType(value) : value;
}

/** In the order of the engine's type as far as the schema keeps it; a member that may be absent is never null. */
function members(properties, required) {
  const names = [...required, ...Object.keys(properties).filter((name) => !required.includes(name))];
  return Object.fromEntries(
    names.map((name) => [name, asType(required.includes(name) ? properties[name] : withoutNull(properties[name]))]),
  );
}

function withoutNull({ type, anyOf, ...rest }) {
  if (Array.isArray(type)) return { ...rest, type: type.filter((word) => word !== "null") };
  if (anyOf) return { ...rest, anyOf: anyOf.filter((choice) => choice.type !== "null") };
  return type ? { ...rest, type } : rest;
}
