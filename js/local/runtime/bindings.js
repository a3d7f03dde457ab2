/**
 * A version's bindings as miniflare's options. A type that can't run here is refused when the version is uploaded
 * (`runs`); a binding to a Worker that is not there is left out, with a note.
 */

import { fileURLToPath } from "node:url";
import { isPart } from "../api/modules.js";

/** Miniflare takes these as a list, under an option of two levels. */
const MAIL = "send_email";
/** Miniflare takes these as a list; our plugin makes bindings of them. */
const OURS = "unsafeBindings";
const PLUGIN = { package: fileURLToPath(new URL("plugin.js", import.meta.url)), name: "local" };

/** type -> [miniflare's option, binding -> its value]; the value's place is the binding's name. */
const BINDINGS = {
  plain_text: ["bindings", ({ text }) => text],
  secret_text: ["bindings", ({ text }) => text],
  json: ["bindings", ({ json }) => json],
  version_metadata: ["bindings", (_, { version }) => versionMetadata(version)],
  kv_namespace: ["kvNamespaces", ({ namespace_id: id }) => id],
  r2_bucket: [OURS, store("bucket", ({ bucket_name: name, jurisdiction }) => ({ name, jurisdiction }))],
  d1: [OURS, store("database", ({ id, database_id: databaseId }) => ({ id: databaseId ?? id }))],
  queue: [OURS, store("queue", ({ queue_name: name, delivery_delay: delay }) => ({ name, delay }))],
  analytics_engine: [OURS, ({ dataset }) => ({ module: "local:analytics", inner: { dataset } })],
  ratelimit: ["ratelimits", ratelimit],
  durable_object_namespace: ["durableObjects", durableObject],
  worker_loader: ["workerLoaders", () => ({})],
  send_email: [MAIL, sendEmail],
  service: ["serviceBindings", service],
  wasm_module: ["wasmBindings", ({ part }, worker) => new Uint8Array(partOf(worker, part))],
  text_blob: ["bindings", ({ part }, worker) => partOf(worker, part).toString("utf8")],
  data_blob: ["dataBlobBindings", ({ part }, worker) => new Uint8Array(partOf(worker, part))],
};

/**
 * @param {import("./miniflare.js").LoadedWorker} worker
 * @returns {{ options: Record<string, Record<string, unknown>>, notes: string[] }}
 */
export function workerBindings(worker) {
  const options = {};
  const notes = [];
  for (const binding of worker.version.bindings) {
    const [option, convert] = BINDINGS[binding.type] ?? [];
    const value = convert?.(binding, worker);
    if (value === undefined) notes.push(noteFor(binding, option));
    else options[option] = { ...options[option], [binding.name]: value };
  }
  const { [MAIL]: mail, [OURS]: ours, ...rest } = options;
  const lists = {
    ...(mail && { email: { send_email: Object.values(mail) } }),
    ...(ours && { [OURS]: Object.entries(ours).map(([name, about]) => pluginBinding(name, about)) }),
  };
  return { options: { ...rest, ...lists }, notes };
}

/** Whether Workers find bindings of the type here. */
export const runs = (type) => type in BINDINGS;

/** Bindings whose values need no service: what a script may read while it starts. */
export function plainBindings(version) {
  const { options } = workerBindings({ version, nameOf: () => undefined, store: () => ({}) });
  return options.bindings ?? {};
}

/** Names of the scripts that the version talks to. */
export function neededScripts(version) {
  return version.bindings.map(({ service, script_name: scriptName }) => service ?? scriptName).filter(Boolean);
}

function noteFor({ type, name, service: target, script_name: scriptName }, option) {
  const why = option ? `Worker \`${target ?? scriptName}\` is not there` : "Local Cloudflare does not run this type";
  return `binding \`${name}\` of type ${type} is left out: ${why}`;
}

function versionMetadata({ id, annotations, createdOn }) {
  return { id, tag: annotations?.["workers/tag"] ?? "", timestamp: createdOn };
}

function durableObject({ class_name: className, script_name: scriptName }, { nameOf }) {
  if (!scriptName) return { className, useSQLite: true };
  const loaded = nameOf(scriptName);
  return loaded && { className, scriptName: loaded, useSQLite: true };
}

function service({ service: scriptName, entrypoint, props }, { nameOf }) {
  const loaded = nameOf(scriptName);
  return loaded && { name: loaded, ...(entrypoint && { entrypoint }), ...(props && { props }) };
}

/** The same store that the API serves, in this process. */
function store(kind, aboutOf) {
  return (binding, worker) => {
    const about = aboutOf(binding);
    return { store: kind, service: `local:${kind}:${JSON.stringify(about)}`, ...worker.store(kind, about) };
  };
}

function pluginBinding(name, options) {
  return { name, type: "local", plugin: PLUGIN, options };
}

function ratelimit({ namespace_id: id, simple: { limit, period } }) {
  return { namespace_id: id, simple: { limit, period } };
}

/** Mail goes nowhere: miniflare writes it to a temporary file and says where. */
function sendEmail({
  name,
  destination_address: to,
  allowed_destination_addresses: allowed,
  allowed_sender_addresses: from,
}) {
  return {
    name,
    ...(to && { destination_address: to }),
    ...(allowed && !to && { allowed_destination_addresses: allowed }),
    ...(from && { allowed_sender_addresses: from }),
  };
}

function partOf({ version }, part) {
  return version.modules.find(isPart(part))?.content ?? Buffer.alloc(0);
}
