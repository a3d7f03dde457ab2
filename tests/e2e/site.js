/** A Local Cloudflare with a zone, a bundle and manifests to deploy, for the tests of whole runs. */
import { createForeignActors } from "../../js/local/foreign.js";
import { apply, destroy, plan } from "../../pkg/js/entrypoints/node.js";
import { startLocalCloudflare } from "../canaries/local.js";
import { watched } from "../canaries/watch.js";

export const ZONE = "example.com";
const WORKER = (text) =>
  `export default { fetch: (request, env) => new Response(env.TEXT ?? ${JSON.stringify(text)}) };\n`;

/** @param {object} [options] of startLocalCloudflare */
export async function createSite(options = {}) {
  const local = await startLocalCloudflare({ zones: [ZONE, "example.org"], warmUp: true, ...options });
  const zoneOf = (name) => local.zones.find((zone) => zone.name === name).id;
  const credentials = { apiToken: local.token, baseUrl: local.apiUrl, r2: { ...local.s3, endpoint: local.s3Url } };
  const site = {
    local,
    foreign: createForeignActors(local),
    credentials,
    zone: zoneOf(ZONE),
    zoneOf,
    /** A bundle under a key of its own; `padding` makes it as large as real ones. */
    bundle: async (name, text = name, padding = 0) => {
      await local.putObject("bundles", `${name}.js`, Buffer.from(`${WORKER(text)}// ${"x".repeat(padding)}\n`));
      return `${name}.js`;
    },
    apply: (manifest, more = {}) => watched(apply)(manifest, { ...credentials, ...more.creds }, more.options),
    plan: (manifest, more = {}) => watched(plan)(manifest, { ...credentials, ...more.creds }, more.options),
    destroy: (manifest, more = {}) => watched(destroy)(manifest, credentials, { allowDeletes: true, ...more.options }),
    /** Requests of a run, to API and S3. */
    during: async (work) => {
      local.requests.clear();
      const result = await work();
      const requests = local.requests.all().filter(({ surface }) => surface !== "data");
      return { result, requests, writes: requests.filter(({ method }) => !["GET", "HEAD"].includes(method)) };
    },
    records: (zone = site.zone) => local.state.records.get(zone) ?? [],
    routes: (zone = site.zone) => local.state.routes.get(zone) ?? [],
    /** What the Worker says, or the status of the edge. */
    ask: async (host, path = "/") => {
      const { status, text } = await local.request(host, path);
      return status === 200 ? text : status;
    },
    close: () => local.close(),
  };
  await local.createBucket("bundles");
  return site;
}

/** A manifest as an object; `spec` replaces whole fields. */
export function manifestOf(site, spec = {}, metadata = {}) {
  return {
    apiVersion: "cloudflare.project-planton.org/v1",
    kind: "CloudflareWorker",
    metadata: { name: "shop", org: "acme", env: "test", ...metadata },
    spec: {
      account_id: site.local.accountId,
      worker_name: "shop",
      script_bundle: { bucket: "bundles", path: "shop.js" },
      dns: { enabled: true, zone_id: site.zone, hostname: `shop.${ZONE}` },
      ...spec,
    },
  };
}

export const actions = ({ changes }) => changes.map(({ address, action }) => `${action} ${address}`);

/** Whether a plan changes nothing. */
export const isSettled = ({ changes }) => changes.every(({ action }) => action === "no-op");
