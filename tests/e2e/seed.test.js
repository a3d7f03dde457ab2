/** The original's four manifests, and the same four in its later schema, deploy unchanged and answer. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { apply, plan } from "../../pkg/js/entrypoints/node.js";
import { startLocalCloudflare } from "../canaries/local.js";

const SEED = (path) => readFileSync(fileURLToPath(new URL(`../../examples/seed/${path}`, import.meta.url)), "utf8");
const ACCOUNT = { id: "074755a78d8e8f77c119a90a125e8a06", name: "Planton" };
const ZONE = { id: "77c6a34cf87dd1e8b497dc895bf5ea1b", name: "planton.live" };
const BUCKET = "planton-cloudflare-worker-scripts";

const WORKERS = {
  "git-webhooks-receiver": {
    host: "git-webhooks.planton.live",
    path: "/",
    answer: { event: "none", address: "temporal-app-prod.planton.live:7233", namespace: "default" },
  },
  "hello-world": { answer: "hello world\n" },
  "api-gateway": { host: "api.planton.live", path: "/a", answer: { version: "v2", limit: 1000, path: "/a" } },
  "cache-worker": { host: "cache.planton.live", path: "/k", answer: 404 },
};

for (const schema of ["", "later/"]) {
  for (const [name, { host, path, answer }] of Object.entries(WORKERS)) {
    test(`${schema}${name} deploys unchanged and answers`, async () => {
      const local = await startLocalCloudflare({ account: ACCOUNT, zones: [ZONE], warmUp: true });
      try {
        await createNamespace(local, "my-cache");
        const manifest = SEED(`${schema}${name}.yaml`);
        const [, key] = /path: (\S+)/.exec(manifest);
        await local.putObject(BUCKET, key, bundleOf(name));
        const credentials = {
          apiToken: local.token,
          baseUrl: local.apiUrl,
          r2: { ...local.s3, endpoint: local.s3Url },
        };
        const { workers } = await apply(manifest, credentials);
        assert.equal(workers[name].script_id, name);
        assert.deepEqual(workers[name].route_urls, host ? [`${host}/*`] : []);
        if (host) assert.deepEqual(await ask(local, host, path), answer);
        else assert.equal(await call(local, name), answer);
        if (name === "cache-worker") await usesItsCache(local, host);
        const again = await plan(manifest, credentials);
        assert.ok(again.changes.every(({ action }) => action === "no-op"));
      } finally {
        await local.close();
      }
    });
  }
}

/** The webhook receiver is as large as the one that the original speaks of. */
function bundleOf(name) {
  const code = Buffer.from(SEED(`bundles/${name}.js`));
  if (name !== "git-webhooks-receiver") return code;
  return Buffer.concat([code, Buffer.from(`\n// ${"x".repeat(2_300_000)}\n`)]);
}

async function createNamespace({ apiUrl, accountId, token }, title) {
  const answer = await fetch(`${apiUrl}/accounts/${accountId}/storage/kv/namespaces`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ title }),
  });
  assert.equal(answer.status, 200);
}

async function ask(local, host, path, init) {
  const { status, text } = await local.request(host, path, init);
  return status === 200 ? JSON.parse(text) : status;
}

async function call(local, name) {
  const { body } = await local.runtime.fetch(name, { method: "GET", url: "https://x.example/", headers: {} });
  return text(body);
}

async function usesItsCache(local, host) {
  assert.equal((await local.request(host, "/k", { method: "PUT", body: "cached" })).status, 204);
  assert.equal((await local.request(host, "/k")).text, "cached");
}
