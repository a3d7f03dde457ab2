/** What the API tests share: a state with one zone, a runtime without workerd, and requests in few words. */
import { createApi } from "../../js/local/api/index.js";
import { Broker } from "../../js/local/queues/broker.js";
import { addToken, createState } from "../../js/local/state.js";

export const ES_MODULE = "application/javascript+module";
export const HELLO = "export default { fetch() { return new Response('hello'); } };";

/** A broker whose time never comes. */
const STILL = { written: async () => {}, timers: { set: () => {}, clear: () => {} } };

/**
 * @param {{ switches?: object, zones?: string[], now?: () => number, verdict?: object }} [options]
 *   `verdict`: what the runtime says to every script
 */
export function createClient({ switches, zones = ["example.com"], now, verdict, accountSubdomain } = {}) {
  const state = createState({ zones, now, accountSubdomain });
  const token = addToken(state);
  const runtime = createFakeRuntime(verdict);
  const unknown = [];
  const broker = new Broker({
    state,
    now: () => state.clock.now(),
    deliver: async () => ({ outcome: "ok" }),
    ...STILL,
  });
  const api = createApi({ state, runtime, broker, switches, onUnknown: (line) => unknown.push(line) });
  const client = {
    state,
    runtime,
    token,
    unknown,
    account: `/accounts/${state.account.id}`,
    zone: `/zones/${[...state.zones.keys()][0]}`,
    script: (name, rest = "") => `/accounts/${state.account.id}/workers/scripts/${name}${rest}`,
    /** Sends; `body`: FormData, Buffer, or anything that becomes JSON. */
    async send(method, target, body, headers = {}) {
      const url = new URL(target, "http://local");
      const encoded = await encode(body);
      const sent = { authorization: `Bearer ${token.value}`, ...encoded.headers, ...headers };
      const kept = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined));
      const request = { method, path: url.pathname, query: url.searchParams, headers: kept, body: encoded.body };
      const response = await api.handle(request);
      return { ...response, ...envelopeOf(response), request };
    },
    /** Status and code of a refusal, status alone of a success. */
    async verdictOf(...args) {
      const { status, errors } = await client.send(...args);
      return errors?.length ? [status, errors[0].code] : [status];
    },
    put: (name, metadata = {}, modules, query = "") =>
      client.send("PUT", client.script(name, query), upload({ main_module: "index.js", ...metadata }, modules)),
  };
  return client;
}

/** An upload as wrangler and the SDK send it, by Node's own form encoder. */
export function upload(metadata, modules = [["index.js", HELLO, ES_MODULE]]) {
  const form = new FormData();
  form.set("metadata", new Blob([JSON.stringify(metadata)], { type: "application/json" }), "metadata.json");
  for (const [name, content, type] of modules) form.append(name, new Blob([content], { type }), name);
  return form;
}

async function encode(body) {
  if (body === undefined) return { headers: {}, body: Buffer.alloc(0) };
  if (Buffer.isBuffer(body)) return { headers: {}, body };
  if (!(body instanceof FormData)) {
    return { headers: { "content-type": "application/json" }, body: Buffer.from(JSON.stringify(body)) };
  }
  const response = new Response(body);
  return {
    headers: { "content-type": response.headers.get("content-type") },
    body: Buffer.from(await response.arrayBuffer()),
  };
}

function envelopeOf({ headers, body }) {
  return headers["content-type"] === "application/json" ? JSON.parse(body) : {};
}

function createFakeRuntime(verdict = { ok: true, startupTimeMs: 2, handlers: ["fetch"] }) {
  const stores = new Map();
  const runtime = {
    checked: [],
    changes: 0,
    check: async (version) => {
      runtime.checked.push(version);
      return typeof verdict === "function" ? verdict(version) : verdict;
    },
    changed: () => {
      runtime.changes += 1;
    },
    /** A database that says yes to everything. */
    database: () => ({
      about: async () => ({ size: 12_288, tables: 0, bookmark: "bookmark", writtenAt: 0 }),
      batch: async (statements) => statements.map(() => ({ success: true, results: [], meta: {} })),
      script: async () => [{ success: true, results: [], meta: {} }],
      import: async () => ({ queries: 0, meta: {} }),
      erase: async () => null,
    }),
    kv: (id) => {
      if (!stores.has(id)) stores.set(id, createFakeStore());
      return stores.get(id);
    },
  };
  return runtime;
}

function createFakeStore() {
  const items = new Map();
  return {
    get: async (key) => items.get(key)?.value ?? null,
    getWithMetadata: async (key) => items.get(key) ?? { value: null, metadata: null },
    put: async (key, value, { metadata, expiration } = {}) =>
      void items.set(key, { value, metadata: metadata ?? null, expiration }),
    delete: async (key) => void items.delete(key),
    list: async ({ prefix = "", limit, cursor = "" }) => {
      const names = [...items.keys()].filter((name) => name.startsWith(prefix) && name > cursor).sort();
      const keys = names.slice(0, limit).map((name) => ({ name }));
      return { keys, list_complete: names.length <= limit, cursor: keys.at(-1)?.name };
    },
  };
}
