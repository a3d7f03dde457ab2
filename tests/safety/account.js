/**
 * A Local Cloudflare and an engine that share a virtual clock; uploads are accepted unseen, without workerd. The engine
 * is the shipped one. For the thousands of runs whose subject is what the account looks like afterwards.
 */
import { readFileSync } from "node:fs";
import { createEngine } from "../../js/engine.js";
import { createApi } from "../../js/index.js";
import { createForeignActors } from "../../js/local/foreign.js";
import { createGlue } from "../../pkg/wasm/glue.js";
import { startLocalCloudflare } from "../canaries/local.js";
import { watched } from "../canaries/watch.js";
import { createVirtualClock } from "./virtual-clock.js";

export const ZONE = "example.com";
export const ACCOUNT_ID = "a".repeat(32);
export const ZONE_ID = "1".repeat(32);
export const OTHER_ZONE_ID = "2".repeat(32);

const wasm = new URL("../../pkg/wasm/engine_bg.wasm", import.meta.url);
const module = new WebAssembly.Module(readFileSync(wasm));

/** Accepts every upload; nothing runs. */
export const TRUSTING = {
  check: async () => ({ ok: true, startupTimeMs: 1, handlers: ["fetch"] }),
  changed() {},
  close: async () => {},
};

/** @param {object} [options] of startLocalCloudflare */
export async function createAccount(options = {}) {
  const clock = createVirtualClock();
  const local = await startLocalCloudflare({
    account: { id: ACCOUNT_ID },
    zones: [
      { name: ZONE, id: ZONE_ID },
      { name: "example.org", id: OTHER_ZONE_ID },
    ],
    runtime: TRUSTING,
    now: clock.now,
    ...options,
  });
  clock.whenStuck(() => local.requests.all().filter(isStuck).length);
  const { setTimeout, clearTimeout, performance } = clock;
  const virtual = (globals) => createGlue({ ...globals, Date: clock.Date, performance, setTimeout, clearTimeout });
  const api = createApi(createEngine({ module, createGlue: virtual }));
  const credentials = { apiToken: local.token, baseUrl: local.apiUrl, r2: { ...local.s3, endpoint: local.s3Url } };
  const call =
    (name) =>
    (manifest, { options: more = {}, creds = {} } = {}) =>
      watched(api[name])(manifest, { ...credentials, ...creds }, { fetch: clock.fetch, ...more });
  return {
    local,
    clock,
    api,
    credentials,
    foreign: createForeignActors(local),
    apply: call("apply"),
    plan: call("plan"),
    destroy: call("destroy"),
    doctor: call("doctor"),
    bundle: (name, text = name) => local.putObject("bundles", `${name}.js`, Buffer.from(codeOf(text))),
    /** Requests of a run, to API and S3. */
    async during(work) {
      local.requests.clear();
      const result = await work();
      const requests = local.requests.all();
      return { result, requests, writes: requests.filter(isWrite) };
    },
    async close() {
      clock.stop();
      await local.close();
    },
  };
}

const codeOf = (text) => `export default { fetch: () => new Response(${JSON.stringify(text)}) };\n`;

export const isWrite = ({ method }) => method !== "GET" && method !== "HEAD";

const isStuck = ({ fault, endedAt }) => endedAt === null && fault?.includes(":timeout");

/** A manifest as an object; `spec` replaces whole fields. */
export function manifestOf(spec = {}, metadata = {}) {
  return {
    apiVersion: "cloudflare.project-planton.org/v1",
    kind: "CloudflareWorker",
    metadata: { name: "shop", org: "acme", env: "test", ...metadata },
    spec: {
      account_id: ACCOUNT_ID,
      worker_name: "shop",
      script_bundle: { bucket: "bundles", path: "shop.js" },
      dns: { enabled: true, zone_id: ZONE_ID, hostname: `shop.${ZONE}` },
      ...spec,
    },
  };
}

/** Whether a plan changes nothing. */
export const isSettled = ({ changes }) => changes.every(({ action }) => action === "no-op");
