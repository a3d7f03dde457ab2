/**
 * A version's bindings as miniflare's options. A type without a local runtime, and a Worker that is not there, are bound to
 * something that says so when it is used; that is noted when the version is uploaded.
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
  __proto__: null,
  plain_text: ["bindings", ({ text }) => text],
  secret_text: ["bindings", ({ text }) => text],
  json: ["bindings", ({ json }) => json],
  version_metadata: ["bindings", (_, { version }) => versionMetadata(version)],
  kv_namespace: ["kvNamespaces", ({ namespace_id: id }) => id],
  r2_bucket: [OURS, store("bucket", ({ bucket_name: name, jurisdiction }) => ({ name, jurisdiction }))],
  d1: [OURS, store("database", ({ id, database_id: databaseId }) => ({ id: databaseId ?? id }))],
  queue: [OURS, store("queue", ({ queue_name: name, delivery_delay: delay }) => ({ name, delay }))],
  secret_key: [OURS, (binding) => ({ key: cryptoKey(binding) })],
  analytics_engine: [OURS, ({ dataset }) => ({ module: "local:analytics", inner: { dataset } })],
  ratelimit: ["ratelimits", ratelimit],
  durable_object_namespace: ["durableObjects", durableObject],
  workflow: ["workflows", workflow],
  worker_loader: ["workerLoaders", () => ({})],
  images: ["images", ({ name }) => name],
  assets: ["assets", (_, { assets }) => assets],
  send_email: [MAIL, sendEmail],
  service: ["serviceBindings", service],
  wasm_module: ["wasmBindings", ({ part }, worker) => new Uint8Array(partOf(worker, part))],
  text_blob: ["bindings", ({ part }, worker) => partOf(worker, part).toString("utf8")],
  data_blob: ["dataBlobBindings", ({ part }, worker) => new Uint8Array(partOf(worker, part))],
};

/** What can't answer is bound to this. */
const absent = (why) => ({ module: "local:absent", inner: { why } });

/**
 * @param {import("./miniflare.js").LoadedWorker} worker
 * @returns {{ options: Record<string, Record<string, unknown>>, notes: string[] }}
 */
export function workerBindings(worker) {
  const options = {};
  const notes = [];
  for (const binding of worker.version.bindings) {
    const [option, convert] = rowOf(binding, options) ?? [];
    const value = convert?.(binding, worker);
    if (value !== undefined) {
      options[option] = { ...options[option], [binding.name]: value };
      continue;
    }
    const why = convert ? whyNowhere(binding) : whyAbsent(binding);
    notes.push(why);
    if (worker.version.mainModule) options[OURS] = { ...options[OURS], [binding.name]: absent(why) };
  }
  const { [MAIL]: mail, [OURS]: ours, images, assets: _inTheirOwnOption, ...rest } = options;
  const lists = {
    ...(images && { images: { binding: Object.values(images)[0] } }),
    ...(mail && { email: { send_email: Object.values(mail) } }),
    ...(ours && { [OURS]: Object.entries(ours).map(([name, about]) => pluginBinding(name, about)) }),
  };
  return { options: { ...rest, ...lists }, notes };
}

/** Miniflare has one binding for images in a Worker, and one for assets. */
function rowOf({ type }, options) {
  return ["images", "assets"].includes(type) && options[type] ? undefined : BINDINGS[type];
}

/** Whether the type answers here; `inherit` becomes the type of the version before. */
export const hasLocalRuntime = (type) => type in BINDINGS || type === "inherit";

/** workerd makes their objects in JavaScript, which service-worker scripts do not offer. */
const MODULES_ONLY = ["d1", "analytics_engine", "ratelimit", "images", "workflow"];

/** Whether a service-worker script can't have it. */
export const needsModules = ({ type }) => !BINDINGS[type] || MODULES_ONLY.includes(type);

/** Whether its value needs no service. */
export const isPlain = ({ type }) => BINDINGS[type]?.[0] === "bindings";

/** Bindings whose values need no service: what a script may read while it starts. */
export function plainBindings(version) {
  const { options } = workerBindings({ version, nameOf: () => undefined, store: () => ({}) });
  return options.bindings ?? {};
}

/** Names of the scripts that the version talks to. */
export function neededScripts(version, workflowOf = () => undefined) {
  const ofWorkflow = ({ type, workflow_name: name }) => type === "workflow" && workflowOf(name)?.script_name;
  return version.bindings
    .map((binding) => binding.service ?? (ofWorkflow(binding) || binding.script_name))
    .filter(Boolean);
}

/** Workers that get the traces of a version: those that are there. Streaming them is an experiment of workerd, which miniflare does not switch on. */
export function tailsOf({ tailConsumers = [], nameOf }) {
  const tails = tailConsumers.map(({ service }) => nameOf(service)).filter(Boolean);
  return tails.length > 0 ? { tails } : {};
}

function whyNowhere({
  type,
  name,
  service: target,
  script_name: scriptName,
  class_name: className,
  workflow_name: flow,
}) {
  if (flow) return `binding \`${name}\` of type ${type} leads nowhere: Workflow \`${flow}\` is not there`;
  if (className) return `binding \`${name}\` of type ${type} leads nowhere: class \`${className}\` is not there`;
  return `binding \`${name}\` of type ${type} leads nowhere: Worker \`${target ?? scriptName}\` is not there`;
}

function whyAbsent({ type, name }) {
  return `binding \`${name}\` of type ${type} has no local runtime: Local Cloudflare keeps it, and only Cloudflare itself can answer for it`;
}

/** A version that is tried out before it is made has neither id nor time yet. */
function versionMetadata({ id = "", annotations, createdOn = "" }) {
  return { id, tag: annotations?.["workers/tag"] ?? "", timestamp: createdOn };
}

/**
 * Objects live with the version that most requests go to, whichever version they are called from: workerd keeps each in one
 * place alone.
 */
function durableObject({ class_name: className, script_name: from }, { name, script, nameOf, classOf }) {
  if (!classOf) return from ? nameOf(from) && { className, scriptName: nameOf(from) } : { className, useSQLite: true };
  const known = classOf(from ?? script, className);
  const scriptName = nameOf(from ?? script) ?? (from ? undefined : name);
  return known && scriptName && { ...classOptions(known), scriptName };
}

/** What it runs is what the account says of its name; while nobody can ask the account, what the binding says. */
function workflow({ workflow_name: name, class_name: className }, { nameOf, workflowOf, isExported }) {
  if (!workflowOf) return { name, className };
  const known = workflowOf(name);
  const scriptName = known && isExported(known.script_name, known.class_name) && nameOf(known.script_name);
  return scriptName ? { name, className: known.class_name, scriptName } : undefined;
}

/** @param {import("../state.js").ObjectClass} known */
export function classOptions({ id, class: className, use_sqlite: useSQLite }) {
  return { className, useSQLite, unsafeUniqueKey: id };
}

/** workerd would start nothing at all beside a binding to an entrypoint that is not there. */
function service({ service: scriptName, entrypoint, props }, { nameOf, isExported = () => true }) {
  const loaded = nameOf(scriptName);
  const isThere = loaded && (!entrypoint || isExported(scriptName, entrypoint));
  return isThere ? { name: loaded, ...(entrypoint && { entrypoint }), ...(props && { props }) } : undefined;
}

/** As workerd takes it: base64, or PEM, or JSON. */
function cryptoKey({ algorithm, format, usages, key_base64: base64, key_jwk: jwk }) {
  const key = {
    raw: () => ({ base64 }),
    pkcs8: () => ({ pkcs8: pem("PRIVATE KEY", base64) }),
    spki: () => ({ spki: pem("PUBLIC KEY", base64) }),
    jwk: () => ({ jwk: JSON.stringify(jwk) }),
  };
  return { ...key[format](), algorithm: { json: JSON.stringify(algorithm) }, usages };
}

function pem(label, base64) {
  return `-----BEGIN ${label}-----\n${(base64.match(/.{1,64}/g) ?? []).join("\n")}\n-----END ${label}-----\n`;
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

/** For the entry Worker: a Worker's code, without the assets that stand before it. */
export const codeBinding = (script) => pluginBinding(`code:${script}`, { code: script });

function ratelimit({ namespace_id: id, simple: { limit, period } }) {
  return { namespace_id: id, simple: { limit, period } };
}

/** Mail goes nowhere: miniflare writes it to a file, and what it says of that is printed. */
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
