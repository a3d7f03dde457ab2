/** Every request of whole lives fits Cloudflare's reference; a request that is altered does not. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { CANARIES } from "../canaries/index.js";
import { createSite, manifestOf, ZONE } from "../e2e/site.js";
import { check } from "./shapes.js";

describe("what goes over the wire", () => {
  let site;
  const sent = [];
  before(async () => {
    site = await createSite();
    await site.bundle("shop");
    await site.local.putObject(
      "bundles",
      "classic.js",
      Buffer.from('addEventListener("fetch", (event) => event.respondWith(new Response("classic")));\n'),
    );
  });
  after(() => site.close());

  /** The runtime's fetch, with a copy of what it was given. */
  async function recording(url, init) {
    const copy = new Request(url, init);
    const headers = Object.fromEntries(copy.headers);
    sent.push({ method: copy.method, url: copy.url, headers, body: Buffer.from(await copy.arrayBuffer()) });
    return fetch(url, init);
  }

  const options = { fetch: recording, allowDeletes: true };
  const creds = { r2: undefined, secrets: { KEY: CANARIES.secret, OTHER: CANARIES.otherSecret } };
  const run = (manifest, more = {}) =>
    site.apply(manifest, { creds: { ...creds, r2: { endpoint: site.local.s3Url } }, options: { ...options, ...more } });

  test("lives of Workers, request by request", async () => {
    const env = { variables: { TEXT: "ä €" }, secrets: { KEY: "${KEY}", OTHER: "${OTHER}" } };
    const dns = { enabled: true, zone: ZONE, hostname: `shop.${ZONE}` };
    await run(
      manifestOf(site, { env, dns, workers_dev: true, observability: { enabled: true, head_sampling_rate: 0.5 } }),
    );
    site.foreign.editSecret("shop", "THEIRS", "kept");
    await run(manifestOf(site, { env: { secrets: { KEY: "${KEY}" } }, dns, observability: false }));
    await run(manifestOf(site, { dns: { ...dns, hostname: `store.${ZONE}` } }));
    const classic = manifestOf(site, {
      script: { format: "service-worker" },
      script_bundle: { bucket: "bundles", path: "classic.js" },
    });
    await run(classic);
    site.foreign.changeRecord(site.zone, `shop.${ZONE}`, { proxied: false });
    await run(classic, { verifyContent: true });
    await run(manifestOf(site, { worker_name: "renamed" }), { prune: true });
    await run(manifestOf(site, { worker_name: "renamed", dns: { enabled: false } }));
    await site.destroy(manifestOf(site, { worker_name: "renamed" }), { options });
    const assets = { directory: "public", not_found_handling: "404-page" };
    const files = {
      "/index.html": new TextEncoder().encode("<p>"),
      "/_redirects": new TextEncoder().encode("/a / 301\n"),
    };
    const given = { assets: { "CloudflareWorker/shop": files } };
    const withRules = { ...assets, binding: "ASSETS", run_worker_first: ["/api/*"] };
    await run(manifestOf(site, { assets: withRules }), given);
    await run(manifestOf(site, { script_bundle: undefined, assets }), given);
    await site.destroy(manifestOf(site, { script_bundle: undefined, assets }), { options: { ...options, ...given } });
    const bound = (name, service) =>
      manifestOf(
        site,
        { worker_name: name, dns: undefined, bindings: [{ name: "OTHER", type: "service", service }] },
        { name },
      );
    const circle = [bound("shop", "api"), bound("api", "shop")];
    await run(circle);
    await site.destroy(circle, { options });

    const api = sent.filter(({ url }) => url.startsWith(site.local.apiUrl));
    const problems = api.flatMap((request) => {
      const { name, problems } = check(request);
      return problems.map((problem) => `${name}: ${problem}`);
    });
    assert.deepEqual([...new Set(problems)], []);
    const seen = new Set(
      api.map((request) => check(request).name.split("/")[0] + check(request).name.split("/").at(-1)),
    );
    assert.ok(seen.size >= 16, `only ${[...seen].join(", ")}`);
  });

  test("each altered request is found out", () => {
    const upload = sent.find(({ method, url }) => method === "PUT" && url.includes("/scripts/"));
    const record = sent.find(({ method, url }) => method === "POST" && url.endsWith("/dns_records"));
    const replaced = (request, from, to) => {
      const content = request.body.toString("latin1");
      assert.ok(content.includes(from), `${from} is not in the request`);
      return { ...request, body: Buffer.from(content.replace(from, to), "latin1") };
    };
    const settings = sent.find(({ method, url }) => method === "PATCH" && url.endsWith("/settings"));
    const altered = {
      "another name of the only part": replaced(settings, 'name="settings"', 'name="setting"'),
      "no bindings": replaced(settings, '"bindings"', '"binding"'),
      "another method": { ...record, method: "PUT" },
      "another path": { ...record, url: record.url.replace("dns_records", "dns_record") },
      "a query": { ...record, url: `${record.url}?force=true` },
      "no token": { ...record, headers: { ...record.headers, authorization: "" } },
      "another content type": { ...record, headers: { ...record.headers, "content-type": "text/plain" } },
      "a key more": replaced(record, "{", '{"extra":1,'),
      "a longer comment": replaced(record, '"cfwd1-', `"${"x".repeat(100)}cfwd1-`),
      "another TTL": replaced(record, '"ttl":1', '"ttl":300'),
      "not proxied": replaced(record, '"proxied":true', '"proxied":false'),
      "no entry": replaced(upload, '"main_module"', '"main_modul"'),
      "a script's type": replaced(upload, "application/javascript+module", "application/javascript"),
      "another file name": replaced(upload, 'filename="index.js"', 'filename="main.js"'),
      "no secrets kept": replaced(upload, '"keep_bindings"', '"kept_bindings"'),
      "an unknown binding": replaced(upload, '"plain_text"', '"plain"'),
      "a bare line feed": replaced(upload, "\r\n\r\n", "\n\n"),
    };
    for (const [what, request] of Object.entries(altered)) {
      assert.notDeepEqual(check(request).problems, [], `${what} was not found out`);
    }
  });
});
