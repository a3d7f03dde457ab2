/** Workers of ours that run beside the deployed ones. */

/**
 * Passes each request on to the Worker that `x-local-worker` names, with the URL that the visitor asked for.
 * A thrown exception comes back as text, marked by a header.
 */
export const ENTRY_SOURCE = `
export default {
  async fetch(request, env) {
    const headers = new Headers(request.headers);
    const worker = env[headers.get("x-local-worker")];
    const url = headers.get("x-local-url");
    headers.delete("x-local-worker");
    headers.delete("x-local-url");
    headers.delete("connection");
    const cf = { colo: "LCL", country: "XX", httpProtocol: "HTTP/1.1", tlsVersion: "TLSv1.3" };
    const { method, body } = request;
    try {
      return await worker.fetch(new Request(url, { method, headers, body, cf, redirect: "manual" }));
    } catch (error) {
      return new Response(String(error), { status: 500, headers: { "x-local-exception": "1" } });
    }
  },
};
`;

/**
 * Loads a script into an isolate of its own, under a main module of ours that imports the script's and lists its
 * handlers and classes. Gets \`{ date, flags, mainModule, modules, env }\`, binary modules as base64.
 */
export const CHECKER_SOURCE = `
const PROBE = "local-cloudflare-probe.js";
const HANDLERS = ["fetch", "scheduled", "queue", "email", "tail", "tailStream", "trace", "test", "connect"];

const probeSource = (mainModule) => \`
  import * as entry from \${JSON.stringify(mainModule)};
  const handlersOf = (value) => {
    const holder = typeof value === "function" ? value.prototype : value;
    return \${JSON.stringify(HANDLERS)}.filter((name) => typeof holder?.[name] === "function");
  };
  const named = Object.entries(entry).filter(([name]) => name !== "default");
  const summary = {
    handlers: handlersOf(entry.default),
    named: named.map(([name, value]) => ({ name, handlers: handlersOf(value), isClass: typeof value === "function" })),
  };
  export default { fetch: () => Response.json(summary) };
\`;

const toModule = ([name, { base64, kind, text }]) => {
  if (base64 === undefined) return [name, { [kind]: text }];
  return [name, { [kind]: Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer }];
};

export default {
  async fetch(request, env) {
    const script = await request.json();
    const modules = Object.fromEntries(Object.entries(script.modules).map(toModule));
    modules[PROBE] = { js: probeSource(script.mainModule) };
    const code = {
      compatibilityDate: script.date,
      compatibilityFlags: script.flags,
      mainModule: PROBE,
      modules,
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
