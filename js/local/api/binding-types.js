/**
 * Binding types: what an upload must say of each, and whether what it names is there. A type whose target Local Cloudflare
 * has no endpoints for is taken as it is; what runs stands in `runtime/bindings.js`.
 * https://developers.cloudflare.com/workers/configuration/multipart-upload-metadata/#bindings
 */
import { ApiError } from "../envelope.js";
import { queueNamed } from "../queues/lookup.js";
import { bucketKey } from "../s3/objects.js";
import { isObject } from "./body.js";
import { classesOf } from "./class-list.js";
import { stillFresh } from "./lookup.js";
import { workflowNamed } from "./workflows.js";

/** Their values never come back. */
export const SECRET_TYPES = ["secret_text", "secret_key"];
/** They name a part of the form; service-worker scripts only. */
export const PART_TYPES = ["wasm_module", "text_blob", "data_blob"];
/** They count as environment variables. */
export const VARIABLE_TYPES = ["plain_text", "json", "secret_text"];

const FORMATS = ["raw", "pkcs8", "spki", "jwk"];
const USAGES = ["encrypt", "decrypt", "sign", "verify", "deriveKey", "deriveBits", "wrapKey", "unwrapKey"];
const MOST_TIMEOUT_SECONDS = 86_400;

/**
 * type → { needs: fields that must be texts, either: fields of which one must be, check: further shape, target: refuses
 * when what it points to is not there }
 */
export const BINDING_TYPES = {
  __proto__: null,
  plain_text: { needs: ["text"] },
  json: { check: jsonShape },
  secret_text: { needs: ["text"] },
  secret_key: { needs: ["format"], check: keyShape },
  kv_namespace: { needs: ["namespace_id"], target: kvTarget },
  r2_bucket: { needs: ["bucket_name"], target: bucketTarget },
  d1: { either: ["id", "database_id"], target: databaseTarget },
  queue: { needs: ["queue_name"], target: queueTarget },
  service: { needs: ["service"], target: serviceTarget },
  durable_object_namespace: { needs: ["class_name"], target: classTarget },
  workflow: { needs: ["workflow_name"], target: workflowTarget },
  assets: {},
  agent_memory: { needs: ["namespace"] },
  ai: {},
  ai_search: { needs: ["instance_name"] },
  ai_search_namespace: { needs: ["namespace"] },
  analytics_engine: { needs: ["dataset"] },
  artifacts: { needs: ["namespace"] },
  browser: {},
  dispatch_namespace: { needs: ["namespace"] },
  flagship: { needs: ["app_id"] },
  hyperdrive: { needs: ["id"] },
  images: {},
  k2: { needs: ["stream"] },
  logfwdr: { needs: ["destination"] },
  media: {},
  messaging: { needs: ["namespace"] },
  mtls_certificate: { needs: ["certificate_id"] },
  pipelines: { either: ["pipeline", "stream"] },
  ratelimit: { needs: ["namespace_id"], check: rateLimitShape },
  secrets_store_secret: { needs: ["store_id", "secret_name"] },
  send_email: {},
  stream: {},
  vectorize: { needs: ["index_name"] },
  version_metadata: {},
  vpc_network: { either: ["network_id", "tunnel_id"] },
  vpc_service: { needs: ["service_id"] },
  websearch: {},
  worker_loader: {},
  wasm_module: { needs: ["part"] },
  text_blob: { needs: ["part"] },
  data_blob: { needs: ["part"] },
  inherit: {},
};

/** Whether the binding has what its type asks for. @throws {ApiError} 10021 */
export function checkFields(binding) {
  const { type, name } = binding;
  const known = BINDING_TYPES[type];
  if (!known) throw invalid(`Binding '${name}' has an unknown type '${type}'.`);
  for (const field of known.needs ?? []) {
    if (!isFilled(binding, field)) throw invalid(`Binding '${name}' of type ${type} must have ${field}.`);
  }
  if (known.either && !known.either.some((field) => isFilled(binding, field)))
    throw invalid(`Binding '${name}' of type ${type} must have ${known.either.join(" or ")}.`);
  known.check?.(binding);
}

/** A variable may be empty. */
function isFilled(binding, field) {
  return typeof binding[field] === "string" && (binding[field] !== "" || field === "text");
}

function jsonShape({ name, json }) {
  if (json === undefined) throw invalid(`Binding '${name}' must have json.`);
}

function keyShape({ name, format, usages, algorithm, key_base64: base64, key_jwk: jwk }) {
  const areUsages = Array.isArray(usages) && usages.every((usage) => USAGES.includes(usage));
  const isAlgorithm = isObject(algorithm) || typeof algorithm === "string";
  const hasKey = format === "jwk" ? isObject(jwk) : typeof base64 === "string";
  if (FORMATS.includes(format) && areUsages && isAlgorithm && hasKey) return;
  throw invalid(`Binding '${name}' of type secret_key must have algorithm, format, usages, and key_base64 or key_jwk.`);
}

function rateLimitShape({ name, simple }) {
  const ok = isObject(simple) && Number.isInteger(simple.limit) && simple.limit > 0 && [10, 60].includes(simple.period);
  if (!ok) throw invalid(`Binding '${name}' of type ratelimit must have simple with limit and period 10 or 60.`);
  const { mitigation_timeout: timeout = 0, period } = simple;
  const isTimeout =
    timeout === 0 || timeout === 10 || (timeout % 60 === 0 && timeout >= period && timeout <= MOST_TIMEOUT_SECONDS);
  if (!isTimeout)
    throw invalid(`Binding '${name}': simple.mitigation_timeout must be 0, 10 or whole minutes up to a day.`);
}

function kvTarget({ name, namespace_id: id }, { state }) {
  if (isAbsent(state.kv.get(id))) throw absent(10041, "KV namespace", id, name);
}

function bucketTarget({ name, bucket_name: bucket, jurisdiction }, { state }) {
  if (state.objects?.hasBucket && !state.objects.hasBucket(bucketKey(bucket, jurisdiction)))
    throw absent(10085, "R2 bucket", bucket, name);
}

function databaseTarget({ name, id, database_id: databaseId }, { state }) {
  if (isAbsent(state.databases.get(databaseId ?? id))) throw absent(10181, "D1 database", databaseId ?? id, name);
}

function queueTarget({ name, queue_name: queue }, { state }) {
  if (isAbsent(queueNamed(state, queue))) throw absent(11000, "Queue", queue, name);
}

function serviceTarget({ name, service }, { state, scriptName }) {
  if (service === scriptName || state.scripts.has(service)) return;
  throw new ApiError(400, 10144, `Could not resolve service binding '${name}': Worker '${service}' not found.`);
}

/** A class of the script itself may come with the upload. */
function classTarget({ class_name: className, script_name: from }, { state, scriptName, classes }) {
  const own = from === undefined || from === scriptName ? classes : undefined;
  const known = own?.classes ?? classesOf(state, from ?? scriptName);
  if (known.some((one) => one.class === className)) return;
  const { code, why } = own?.lacking ?? { code: 10061, why: "Did you forget to apply a migration?" };
  const message = `Cannot create binding for class '${className}' because it is not currently configured to implement Durable Objects.`;
  throw new ApiError(400, code, `${message} ${why}`);
}

/** One of the script itself is made after the upload that has its class. */
function workflowTarget(
  { name, workflow_name: workflow, class_name: className, script_name: from },
  { state, scriptName },
) {
  const isOwn = className !== undefined && (from === undefined || from === scriptName);
  if (isOwn || workflowNamed(state, workflow)) return;
  throw new ApiError(404, 10200, `workflow.not_found: '${workflow}' of binding '${name}'`);
}

const isAbsent = (store) => !store || stillFresh(store);

function absent(code, what, id, name) {
  return new ApiError(400, code, `${what} '${id}' not found for binding '${name}'.`);
}

function invalid(message) {
  return new ApiError(400, 10021, message);
}
