/**
 * What a caller may give as a manifest, made into the engine's sources.
 *
 * Objects travel as JSON text, which is YAML too, so that their findings have lines and columns like any file's.
 */

/** Deeper than this is refused here, before the recursion could end the call; the engine's own limit is lower. */
const MAX_DEPTH = 200;

/** Legal in JSON but not, or not everywhere, in YAML. */
const JSON_BUT_NOT_YAML = /[\u007f-\u009f\u2028\u2029\ufeff]/g;

/**
 * @typedef {{ name: string, text: string }} Source one text with the name that findings show
 */

/**
 * @param {string | object | readonly (string | object)[]} manifest text, an object, a `{ name, text }` source, or a list of them
 * @returns {Source[]} at least one
 * @throws {TypeError} when an object is no plain data
 */
export function sourcesOf(manifest) {
  if (!Array.isArray(manifest)) return [sourceOf(manifest, "manifest")];
  if (manifest.length === 0) throw new TypeError("the list of manifests is empty");
  return manifest.map((item, index) => sourceOf(item, `manifest[${index}]`));
}

function sourceOf(manifest, name) {
  if (typeof manifest === "string" || manifest instanceof String) return { name, text: wellFormed(manifest) };
  if (isSource(manifest)) return { name: manifest.name, text: wellFormed(manifest.text) };
  if (typeof manifest !== "object" || manifest === null || Array.isArray(manifest)) {
    throw new TypeError(`\`${name}\` is ${kindOf(manifest)}; give YAML text or an object`);
  }
  return { name, text: jsonText(plainCopy(manifest, name, [])) };
}

/** Half a surrogate pair becomes U+FFFD, as wherever the platform encodes text. */
function wellFormed(text) {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(new TextEncoder().encode(text));
}

/** A manifest has no key `text`, so exactly these two strings can't be one. */
function isSource(value) {
  if (typeof value !== "object" || value === null) return false;
  const keys = Object.keys(value);
  return keys.length === 2 && typeof value.name === "string" && typeof value.text === "string";
}

function jsonText(data) {
  const escaped = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(data, null, 2).replace(JSON_BUT_NOT_YAML, escaped);
}

/**
 * A copy of the own enumerable data properties, read once: nothing of the caller's runs later, nothing is inherited.
 */
function plainCopy(value, path, parents) {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return finite(value, path);
  if (typeof value !== "object") throw new TypeError(`\`${path}\` is ${kindOf(value)}, which a manifest can't hold`);
  if (parents.includes(value)) throw new TypeError(`\`${path}\` leads back to itself`);
  if (parents.length >= MAX_DEPTH) throw new TypeError(`\`${path}\` is nested deeper than ${MAX_DEPTH} levels`);
  const within = [...parents, value];
  return Array.isArray(value) ? listCopy(value, path, within) : objectCopy(value, path, within);
}

function listCopy(list, path, parents) {
  return Array.from(list, (item, index) => plainCopy(item, `${path}[${index}]`, parents));
}

function objectCopy(object, path, parents) {
  const prototype = Object.getPrototypeOf(object);
  // A plain object of another realm (a vm, a worker's structured clone) has a prototype without a prototype of its own.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw new TypeError(`\`${path}\` is ${kindOf(object)}; a manifest takes plain objects only`);
  }
  const copy = {};
  for (const key of Object.keys(object)) {
    const place = `${path}.${key}`;
    if (key === "__proto__") throw new TypeError(`\`${place}\` is not a key of a manifest`);
    const property = Object.getOwnPropertyDescriptor(object, key);
    if (!property || !("value" in property)) throw new TypeError(`\`${place}\` is a getter; give its value`);
    if (property.value !== undefined) copy[key] = plainCopy(property.value, place, parents);
  }
  return copy;
}

function finite(number, path) {
  if (Number.isFinite(number)) return number;
  throw new TypeError(`\`${path}\` is ${number}, which a manifest can't hold`);
}

function kindOf(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return `a ${value.constructor?.name ?? "object"}`;
  return value === undefined ? "undefined" : `a ${typeof value}`;
}
