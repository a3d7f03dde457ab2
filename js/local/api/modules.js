/** The modules of an upload: kinds by content type, the entry by file name, size. https://developers.cloudflare.com/workers/configuration/multipart-upload-metadata/ */
import vm from "node:vm";
import { ApiError } from "../envelope.js";
import { mediaType } from "./body.js";

const KINDS = {
  __proto__: null,
  "application/javascript+module": "esm",
  "text/javascript+module": "esm",
  "application/javascript": "cjs",
  "text/javascript": "cjs",
  "application/wasm": "wasm",
  "text/plain": "text",
  "application/octet-stream": "data",
  "text/x-python": "python",
  "text/x-python-requirement": "python-requirement",
  "application/source-map": "source-map",
};

/** The content type that an emitted module gets. */
export const contentTypeOf = (kind) => Object.keys(KINDS).find((type) => KINDS[type] === kind);

const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Parts but the metadata, as modules.
 * @param {import("./multipart.js").Part[]} parts
 * @returns {import("../state.js").Module[]}
 * @throws {ApiError} 10021 unknown kind or two of one name, 10027 too large
 */
export function readModules(parts) {
  const modules = parts.map(toModule);
  const names = modules.map((module) => module.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw invalid(`Duplicate module "${twice}".`);
  const code = modules.filter((module) => module.type !== "source-map");
  const bytes = code.reduce((sum, module) => sum + module.content.length, 0);
  if (bytes > MAX_BYTES) throw new ApiError(413, 10027, `Your Worker exceeded the size limit of ${MAX_BYTES} bytes.`);
  return modules;
}

/**
 * Checks that the metadata's entry is there and of the right kind.
 * @param {{ main_module?: string, body_part?: string }} metadata
 */
export function checkEntry({ main_module: mainModule, body_part: bodyPart }, modules) {
  if (mainModule !== undefined && bodyPart !== undefined) {
    throw invalid("main_module and body_part are mutually exclusive.");
  }
  const name = mainModule ?? bodyPart;
  if (name === undefined) throw invalid("metadata must have main_module or body_part.");
  const entry = modules.find((module) => module.name === name);
  if (!entry) throw invalid(`No such module "${name}".`);
  if (bodyPart !== undefined && entry.type !== "cjs")
    throw invalid(`body_part "${name}" must be application/javascript.`);
  if (mainModule !== undefined && entry.type === "cjs") {
    refuseModuleSyntax(entry);
    throw invalid(`The main module "${name}" must be an ES module.`);
  }
  if (mainModule !== undefined && !["esm", "python"].includes(entry.type)) {
    throw invalid(`The main module "${name}" must be code.`);
  }
  if (bodyPart !== undefined) refuseModuleSyntax(entry);
}

/** A script (not a module) that uses `import` or `export`: V8's own words. Other syntax is left to workerd, which is newer than this V8. */
function refuseModuleSyntax({ name, content }) {
  try {
    new vm.Script(content.toString("utf8"), { filename: name });
  } catch (error) {
    const atImport = /import statement outside|import\.meta|Unexpected token 'export'/.test(error.message);
    if (error.name === "SyntaxError" && atImport) throw invalid(`Uncaught SyntaxError: ${error.message}\n  at ${name}`);
  }
}

function toModule({ name, filename, contentType, content }) {
  const type = KINDS[mediaType(contentType)];
  if (!type) throw invalid(`Part "${name}" has an unsupported content type: ${contentType ?? "none"}.`);
  return { name: filename ?? name, field: name, type, contentType: mediaType(contentType), content };
}

/** The module that a binding's `part` means: modules are imported by file name, parts are bound by the name of their field. */
export const isPart = (part) => (module) => (module.field ?? module.name) === part;

function invalid(message) {
  return new ApiError(400, 10021, message);
}
