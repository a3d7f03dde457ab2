/** Versions of Workers as the account keeps them, for tests of the runtime alone. */
import { randomUUID } from "node:crypto";

export const KV_ID = "0123456789abcdef0123456789abcdef";
export const WASM = Buffer.from([0, 97, 115, 109, 1, 0, 0, 0]);

export const esm = (text, name = "index.js") => ({
  name,
  type: "esm",
  contentType: "application/javascript+module",
  content: Buffer.from(text),
});
export const serviceWorker = (text) => ({
  name: "w.js",
  type: "cjs",
  contentType: "application/javascript",
  content: Buffer.from(text),
});
export const text = (name, content) => ({
  name,
  type: "text",
  contentType: "text/plain",
  content: Buffer.from(content),
});

export function version(modules, fields = {}) {
  return {
    id: randomUUID(),
    number: 1,
    createdOn: "2026-11-22T10:00:00.000000Z",
    modules,
    ...(modules[0].type === "cjs" ? { bodyPart: modules[0].name } : { mainModule: modules[0].name }),
    bindings: [],
    compatibilityDate: "2026-01-01",
    compatibilityFlags: [],
    annotations: {},
    ...fields,
  };
}

export const answering = (body) =>
  version([esm(`export default { fetch: () => new Response(${JSON.stringify(body)}) }`)]);
