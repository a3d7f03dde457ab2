/**
 * Bindings that miniflare has no option for, as a plugin that it loads by this file's path: stores of ours, which answer
 * over the back channel and know nothing of a restart of workerd, and types that have no local runtime.
 */

/** kind of store -> the binding that workerd makes of the service. */
const STORES = {
  __proto__: null,
  queue: (service) => ({ queue: service }),
  bucket: (service) => ({ r2Bucket: service }),
  database: (service) => ({
    wrapped: { moduleName: "cloudflare-internal:d1-api", innerBindings: [{ name: "fetcher", service }] },
  }),
};

/** As workerd numbers them. */
const USAGES = ["encrypt", "decrypt", "sign", "verify", "deriveKey", "deriveBits", "wrapKey", "unwrapKey"];

/** Extensions, whose modules make an object from their inner bindings. */
const MODULES = {
  /**
   * Whoever calls it, or takes a member of it as text, is told why it can't answer. A Worker may start with it, hand it on,
   * and look whether it is there.
   */
  "local:absent": `
export default ({ why }) => {
  const refuse = () => { throw new Error(why); };
  const known = (member) => {
    if ([Symbol.toPrimitive, "toString", "valueOf"].includes(member)) return refuse;
    return typeof member === "symbol" || member === "then" || member === "toJSON" ? undefined : used;
  };
  const used = new Proxy(refuse, { apply: refuse, construct: refuse, get: (_, member) => known(member) });
  return new Proxy({}, { get: (_, member) => known(member) });
};
`,
  "local:analytics": `
export default ({ dataset }) => ({
  writeDataPoint: (point = {}) => console.log("analytics_engine dataset " + dataset + ": " + JSON.stringify(point)),
});
`,
};

export const plugins = {
  local: {
    getBindings: (bindings = []) => bindings.map(({ name, options }) => ({ name, ...bindingOf(options) })),
    getNodeBindings: () => ({}),
    getServices: async ({ options = [] }) => options.filter(({ options: { address } }) => address).map(serviceOf),
    getExtensions: () => [{ modules: Object.entries(MODULES).map(moduleOf) }],
  },
};

function bindingOf({ store, service, module, inner, key, code }) {
  if (code) return { service: codeOf(code) };
  if (key) return { cryptoKey: { ...key, usages: key.usages.map((usage) => USAGES.indexOf(usage)) } };
  if (store) return STORES[store]({ name: service });
  const innerBindings = Object.entries(inner).map(([name, text]) => ({ name, text }));
  return { wrapped: { moduleName: module, innerBindings } };
}

/** Miniflare puts a Worker's assets before every service that it finds; this one keeps its name. */
function codeOf(script) {
  return Object.defineProperty({}, "name", { get: () => `core:user:${script}`, set: () => {}, enumerable: true });
}

function serviceOf({ options: { service, address, headers } }) {
  const injectRequestHeaders = Object.entries(headers).map(([name, value]) => ({ name, value }));
  return { name: service, external: { address, http: { injectRequestHeaders } } };
}

function moduleOf([name, esModule]) {
  return { name, esModule, internal: true };
}
