/**
 * Bindings of a version: shape, limits, targets, and what an upload carries over from the version before.
 * https://developers.cloudflare.com/workers/configuration/multipart-upload-metadata/#bindings
 */
import { ApiError } from "../envelope.js";
import { BINDING_TYPES, checkFields, PART_TYPES, SECRET_TYPES, VARIABLE_TYPES } from "./binding-types.js";
import { isObject } from "./body.js";
import { isPart } from "./modules.js";

const MAX_VARIABLES = 128;
const MAX_VALUE_BYTES = 5120;

/** A name that JavaScript code can use; whether Cloudflare insists is unconfirmed. */
const NAME = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/**
 * The binding set that a new version gets.
 * @param {{ bindings?: object[], keep_bindings?: string[] }} metadata
 * @param {import("../state.js").Version[]} versions of the script, newest first
 * @param {{ state: object, switches: object, strictInherit: boolean, scriptName: string, carriesOver?: boolean }} options
 *   `carriesOver`: uploads keep what keep_bindings names, edits replace the set
 */
export function resolveBindings(metadata, versions, options) {
  const sent = metadata.bindings ?? [];
  if (!Array.isArray(sent)) throw invalid("bindings must be a list");
  checkShape(sent);
  const named = sent.flatMap((binding) =>
    binding.type === "inherit" ? inherited(binding, versions, options) : [binding],
  );
  for (const binding of named) BINDING_TYPES[binding.type]?.target?.(binding, options);
  const bindings = options.carriesOver
    ? [...named, ...carried(named, metadata.keep_bindings, versions[0], options.switches)]
    : named;
  const variables = bindings.filter((binding) => VARIABLE_TYPES.includes(binding.type));
  if (variables.length > MAX_VARIABLES) {
    throw new ApiError(400, 10055, `You have exceeded the limit of ${MAX_VARIABLES} environment variables.`);
  }
  return bindings;
}

/** Service-worker bindings that name a part of the form: it must be there. */
export function checkParts({ bindings, modules, mainModule }) {
  for (const { type, name, part } of bindings.filter((binding) => PART_TYPES.includes(binding.type))) {
    if (mainModule !== undefined)
      throw invalid(`Binding '${name}' of type ${type} is for service-worker scripts only.`);
    if (!modules.some(isPart(part))) throw invalid(`No such part "${part}" for binding '${name}'.`);
  }
}

/** One secret, as the secrets endpoints take it. */
export function checkSecret(binding) {
  if (!isObject(binding) || !SECRET_TYPES.includes(binding.type)) {
    throw new ApiError(400, 10026, "could not parse request body: type must be secret_text or secret_key");
  }
  checkShape([binding]);
}

/** A binding as reads show it: secrets without their value, a database under its old and its new name. */
export function shown(binding) {
  if (binding.type === "d1") return { ...binding, id: idOf(binding), database_id: idOf(binding) };
  if (!SECRET_TYPES.includes(binding.type)) return binding;
  const { text: _text, key_base64: _key, key_jwk: _jwk, ...rest } = binding;
  return rest;
}

const idOf = ({ id, database_id: databaseId }) => databaseId ?? id;

/** Secrets by name, as the secrets endpoints list them. */
export const isSecret = (binding) => SECRET_TYPES.includes(binding.type);

function checkShape(bindings) {
  for (const binding of bindings) checkOne(binding);
  const names = bindings.map((binding) => binding.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new ApiError(400, 10053, `Binding name '${twice}' already in use. Please use a different name and try again.`);
}

function checkOne(binding) {
  if (!isObject(binding)) throw invalid("a binding must be an object");
  if (typeof binding.name !== "string" || binding.name === "")
    throw new ApiError(400, 10052, "Binding without a name.");
  if (!NAME.test(binding.name)) throw invalid(`Binding name '${binding.name}' is not a JavaScript identifier.`);
  checkFields(binding);
  const value = binding.type === "json" ? JSON.stringify(binding.json) : binding.text;
  if (VARIABLE_TYPES.includes(binding.type) && Buffer.byteLength(value) > MAX_VALUE_BYTES) {
    throw new ApiError(400, 10054, `The value of binding '${binding.name}' exceeds 5 kB.`);
  }
}

function inherited({ name, old_name: oldName, version_id: versionId }, versions, { strictInherit }) {
  const from =
    !versionId || versionId === "latest" ? versions[0] : versions.find((version) => version.id === versionId);
  const found = from?.bindings.find((binding) => binding.name === (oldName ?? name));
  if (found) return [{ ...found, name }];
  if (!strictInherit) return [];
  throw new ApiError(400, 10057, `Cannot inherit binding '${name}': it does not exist on the previous version.`);
}

function carried(named, keep, previous, switches) {
  const absentKeep = keep === undefined || keep === null || (keep.length === 0 && !switches.keepBindingsEmptyDrops);
  if (!absentKeep && (!Array.isArray(keep) || keep.some((type) => typeof type !== "string"))) {
    throw invalid("keep_bindings must be a list of binding types");
  }
  const types = absentKeep ? (switches.secretsWithoutKeep === "keep" ? SECRET_TYPES : []) : keep;
  const taken = new Set(named.map((binding) => binding.name));
  return (previous?.bindings ?? []).filter(({ type, name }) => types.includes(type) && !taken.has(name));
}

function invalid(message) {
  return new ApiError(400, 10021, message);
}
