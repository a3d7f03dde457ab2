/** Workers of ours that run beside the deployed ones. */

/**
 * Every visitor's request enters here, every batch of a queue, every time of a schedule, and every call of the API on a KV namespace. It comes with nothing but an id; what
 * it is to do is fetched from this process, over a connection of its own: so a Worker that answers before it has read the
 * body can't break the connection that its answer goes over. Whoever does not know such an id gets nothing. A thrown
 * exception comes back as text, marked by a header that only this process can read as ours.
 */
export const ENTRY_SOURCE = `
const CF = { colo: "LCL", country: "XX", httpProtocol: "HTTP/1.1", tlsVersion: "TLSv1.3" };

async function visit({ worker, method, url, headers, hasBody }, env, { body }) {
  const init = { method, headers, body: hasBody ? body : null, cf: CF, redirect: "manual" };
  return env[worker].fetch(new Request(url, init));
}

const bytesOf = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const textOf = (base64) => new TextDecoder().decode(bytesOf(base64));
const BODIES = {
  v8: (base64) => ({ serializedBody: bytesOf(base64) }),
  bytes: (base64) => ({ body: bytesOf(base64) }),
  text: (base64) => ({ body: textOf(base64) }),
  json: (base64) => ({ body: JSON.parse(textOf(base64)) }),
};

async function deliver({ worker, queue }, env, given) {
  const { messages, metrics } = await given.json();
  const read = ({ id, timestamp, attempts, contentType, body }) => {
    return { id, timestamp: new Date(timestamp), attempts, ...BODIES[contentType](body) };
  };
  return Response.json(await env["code:" + worker].queue(queue, messages.map(read), { metrics }));
}

async function callBySchedule({ worker, scheduled: { cron, scheduledTime } }, env) {
  return Response.json(await env["code:" + worker].scheduled({ cron, scheduledTime: new Date(scheduledTime) }));
}

const KV_CALLS = {
  async get(namespace, [key]) {
    const { value, metadata } = await namespace.getWithMetadata(key, "arrayBuffer");
    const found = JSON.stringify({ found: value !== null, metadata });
    return new Response(value, { headers: { "x-local-found": encodeURIComponent(found) } });
  },
  async put(namespace, [key, options], given) {
    await namespace.put(key, await given.arrayBuffer(), options);
    return Response.json(null);
  },
  async delete(namespace, [key]) {
    await namespace.delete(key);
    return Response.json(null);
  },
  list: async (namespace, [options]) => Response.json(await namespace.list(options)),
};

export default {
  async fetch(incoming, env) {
    const id = incoming.headers.get("x-local-request");
    if (id === "beat/" + env.SECRET) return new Response("alive");
    const pulled = id === null ? undefined : await env.BACK.fetch("http://local/" + encodeURIComponent(id));
    if (pulled?.status !== 200) return new Response("no such request\\n", { status: 403 });
    const head = JSON.parse(pulled.headers.get("x-local-request"));
    try {
      if (head.queue !== undefined) return await deliver(head, env, pulled);
      if (head.scheduled !== undefined) return await callBySchedule(head, env);
      if (head.kv === undefined) return await visit(head, env, pulled);
      return await KV_CALLS[head.call](env[head.kv], head.args, pulled);
    } catch (error) {
      const text = head.kv === undefined ? String(error) : error.message;
      return new Response(text, { status: 500, headers: { "x-local-exception": id } });
    }
  },
};
`;

/**
 * What Workers fetch leaves through here: a host of Local Cloudflare goes to the data plane, any other to the internet.
 * Raw TCP connections pass it by (compatibility flag connect_pass_through).
 */
export const OUTBOUND_SOURCE = `
const withoutLocal = (host) => host.replace(/\\.localhost$/, "").replace(/\\.$/, "");
export default {
  async fetch(request, { HOSTS, BACK }, { props }) {
    const url = new URL(request.url);
    const host = withoutLocal(url.hostname);
    if (!HOSTS.some((name) => host === name || host.endsWith("." + name))) return fetch(request);
    const headers = new Headers(request.headers);
    headers.set("x-local-script", props.script);
    headers.set("x-forwarded-proto", url.protocol.slice(0, -1));
    url.protocol = "http:";
    return BACK.fetch(url, new Request(request, { headers }));
  },
};
`;

/**
 * A main module of ours that imports the script's and tells its handlers and classes.
 * @param {string} mainModule of the script
 */
export function probeSource(mainModule) {
  return `
import * as entry from ${JSON.stringify(mainModule)};
const HANDLERS = ["fetch", "scheduled", "queue", "email", "tail", "tailStream", "trace", "test", "connect"];
const handlersOf = (value) => {
  const holder = typeof value === "function" ? value.prototype : value;
  return HANDLERS.filter((name) => typeof holder?.[name] === "function");
};
const named = Object.entries(entry).filter(([name]) => name !== "default");
const summary = {
  handlers: handlersOf(entry.default),
  named: named.map(([name, value]) => ({ name, handlers: handlersOf(value), isClass: typeof value === "function" })),
};
export default { fetch: () => Response.json(summary) };
`;
}

/** Loads a script into an isolate of its own. Gets `{ date, flags, mainModule, modules, env }`, binary modules as base64. */
export const CHECKER_SOURCE = `
const toModule = ([name, { base64, kind, text }]) => {
  if (base64 === undefined) return [name, { [kind]: text }];
  return [name, { [kind]: Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer }];
};

export default {
  async fetch(request, env) {
    if (request.headers.get("x-local-secret") !== env.SECRET) return new Response("", { status: 403 });
    const script = await request.json();
    const code = {
      compatibilityDate: script.date,
      compatibilityFlags: script.flags,
      mainModule: script.mainModule,
      modules: Object.fromEntries(Object.entries(script.modules).map(toModule)),
      env: script.env,
      globalOutbound: null,
    };
    try {
      const worker = env.LOADER.get(crypto.randomUUID(), () => code);
      return await worker.getEntrypoint().fetch("http://probe/");
    } catch (error) {
      return Response.json({ error: error.message });
    }
  },
};
`;

/** Stays on the script's first line, so that line numbers in messages are right. */
export const PROBE_PREFIX =
  "globalThis.__events=[];globalThis.__add=globalThis.addEventListener.bind(globalThis);" +
  "globalThis.addEventListener=(type)=>{globalThis.__events.push(type)};";

/** A service-worker script made to tell its events instead of handling them. */
export function probeServiceWorker(script) {
  const suffix = "__add('fetch',(event)=>event.respondWith(new Response(JSON.stringify(__events))));";
  return `${PROBE_PREFIX}${script}\n;${suffix}`;
}

/** Stands before a Worker that is started alone, so that nobody else can ask it. */
export const GATE_SOURCE = `
export default {
  fetch(request, env) {
    if (request.headers.get("x-local-secret") !== env.SECRET) return new Response("", { status: 403 });
    return env.ALONE.fetch(request);
  },
};
`;
