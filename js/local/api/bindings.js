/**
 * Bindings of a version: shape, limits, targets, and what an upload carries over from the version before.
 * https://developers.cloudflare.com/workers/configuration/multipart-upload-metadata/#bindings
 */
import { ApiError } from "../envelope.js";
import { queueNamed } from "../queues/lookup.js";
import { bucketKey } from "../s3/objects.js";
import { isObject } from "./body.js";
import { isPart } from "./modules.js";

const MAX_VARIABLES = 128;
const MAX_VALUE_BYTES = 5120;
const SECRET_TYPES = ["secret_text", "secret_key"];
const PART_TYPES = ["wasm_module", "text_blob", "data_blob"];
const VARIABLE_TYPES = ["plain_text", "json", "secret_text"];

/** type → { needs: fields that must be strings, check: further shape, target: check that what it points to exists } */
const TYPES = {
  __proto__: null,
  plain_text: { needs: ["text"] },
  json: {},
  secret_text: { needs: ["text"] },
  secret_key: { needs: ["format"] },
  kv_namespace: { needs: ["namespace_id"], target: kvTarget },
  r2_bucket: { needs: ["bucket_name"], target: bucketTarget },
  service: { needs: ["service"], target: serviceTarget },
  d1: { target: databaseTarget },
  queue: { needs: ["queue_name"], target: queueTarget },
  durable_object_namespace: { target: classTarget },
  workflow: { needs: ["workflow_name"], target: absent(10200, "workflow", (binding) => binding.workflow_name) },
  dispatch_namespace: {
    needs: ["namespace"],
    target: absent(100119, "dispatch namespace", (binding) => binding.namespace),
  },
  hyperdrive: { needs: ["id"], target: absent(10157, "Hyperdrive configuration", (binding) => binding.id) },
  vectorize: { needs: ["index_name"], target: absent(10159, "Vectorize index", (binding) => binding.index_name) },
  mtls_certificate: {
    needs: ["certificate_id"],
    target: absent(100143, "mTLS certificate", (binding) => binding.certificate_id),
  },
  secrets_store_secret: {
    needs: ["store_id", "secret_name"],
    target: absent(10182, "secrets store secret", (binding) => binding.secret_name),
  },
  analytics_engine: { needs: ["dataset"] },
  ratelimit: { needs: ["namespace_id"], check: rateLimitShape },
  send_email: {},
  ai: {},
  browser: {},
  images: {},
  media: {},
  stream: {},
  version_metadata: {},
  worker_loader: {},
  pipelines: {},
  assets: {},
  wasm_module: { needs: ["part"] },
  text_blob: { needs: ["part"] },
  data_blob: { needs: ["part"] },
  inherit: {},
};

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
  for (const binding of named) TYPES[binding.type]?.target?.(binding, options);
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

/** A binding as reads show it: secrets without their value. */
export function shown(binding) {
  if (!SECRET_TYPES.includes(binding.type)) return binding;
  const { text: _text, key_base64: _key, key_jwk: _jwk, ...rest } = binding;
  return rest;
}

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
  const known = TYPES[binding.type];
  if (!known) throw invalid(`Binding '${binding.name}' has an unknown type '${binding.type}'.`);
  for (const field of known.needs ?? []) {
    if (typeof binding[field] === "string" && (binding[field] !== "" || field === "text")) continue;
    throw invalid(`Binding '${binding.name}' of type ${binding.type} must have ${field}.`);
  }
  known.check?.(binding);
  if (binding.type === "json" && binding.json === undefined) throw invalid(`Binding '${binding.name}' must have json.`);
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

function rateLimitShape({ name, simple }) {
  const ok = isObject(simple) && Number.isInteger(simple.limit) && simple.limit > 0 && [10, 60].includes(simple.period);
  if (!ok) throw invalid(`Binding '${name}' of type ratelimit must have simple with limit and period 10 or 60.`);
}

function kvTarget({ name, namespace_id: id }, { state }) {
  if (state.kv.has(id)) return;
  throw new ApiError(400, 10041, `KV namespace '${id}' not found for binding '${name}'.`);
}

function bucketTarget({ name, bucket_name: bucket, jurisdiction }, { state }) {
  if (!state.objects?.hasBucket || state.objects.hasBucket(bucketKey(bucket, jurisdiction))) return;
  throw new ApiError(400, 10085, `R2 bucket '${bucket}' not found for binding '${name}'.`);
}

function databaseTarget({ name, id, database_id: databaseId }, { state }) {
  if (state.databases.has(databaseId ?? id)) return;
  throw new ApiError(400, 10181, `D1 database '${databaseId ?? id}' not found for binding '${name}'.`);
}

function queueTarget({ name, queue_name: queue }, { state }) {
  if (queueNamed(state, queue)) return;
  throw new ApiError(400, 11000, `Queue '${queue}' not found for binding '${name}'.`);
}

function serviceTarget({ name, service }, { state, scriptName }) {
  if (service === scriptName || state.scripts.has(service)) return;
  throw new ApiError(400, 10144, `Could not resolve service binding '${name}': Worker '${service}' not found.`);
}

function classTarget({ class_name: className }) {
  const message = `Cannot create binding for class '${className}' because it is not currently configured to implement Durable Objects.`;
  throw new ApiError(400, 10061, `${message} Local Cloudflare runs no Durable Objects yet.`);
}

/** Targets that Local Cloudflare does not offer: they are missing, as they would be on an empty account. */
function absent(code, what, idOf) {
  return (binding) => {
    throw new ApiError(400, code, `${what} '${idOf(binding)}' not found (Local Cloudflare has none).`);
  };
}

function invalid(message) {
  return new ApiError(400, 10021, message);
}
