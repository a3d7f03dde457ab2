/** The real wrangler deploys to Local Cloudflare; then we see its Worker, and take it over when asked to. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import Cloudflare from "cloudflare";
import { createForeignActors } from "../../js/local/foreign.js";
import { apply, plan } from "../../pkg/js/entrypoints/node.js";
import { CANARIES, noteUse } from "../canaries/index.js";
import { startLocalCloudflare } from "../canaries/local.js";
import { skipReason, wrangler } from "./node24.js";

const SCRIPT = `export default {
  async fetch(request, env) {
    return Response.json({ greeting: env.GREETING, secret: env.TOKEN ?? null, count: await env.COUNTS.get("n") });
  },
};
`;

describe("wrangler 4.164 against Local Cloudflare", { skip: skipReason() }, () => {
  let local;
  let folder;

  before(async () => {
    local = await startLocalCloudflare({ zones: ["example.com"], warmUp: true });
    folder = mkdtempSync(join(tmpdir(), "cfworker-deploy-wrangler-"));
    writeFileSync(join(folder, "index.js"), SCRIPT);
  });

  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await local.close();
  });

  function configure(greeting) {
    const config = {
      name: "shop",
      main: "index.js",
      compatibility_date: "2026-07-01",
      workers_dev: false,
      vars: { GREETING: greeting },
      kv_namespaces: [{ binding: "COUNTS", id: [...local.state.kv.values()][0].id }],
      routes: [{ pattern: "shop.example.com/*", zone_id: local.zones[0].id }],
    };
    writeFileSync(join(folder, "wrangler.json"), JSON.stringify(config));
  }

  async function answer() {
    const { status, text } = await local.request("shop.example.com", "/");
    assert.equal(status, 200, text);
    return JSON.parse(text);
  }

  test("creates a namespace, deploys, puts a secret, deploys again", async () => {
    await wrangler(local, folder, ["kv", "namespace", "create", "counts"]);
    configure("hello");
    createForeignActors(local).addRecord(local.zones[0].id, {
      type: "AAAA",
      name: "shop.example.com",
      content: "100::",
      proxied: true,
    });
    await wrangler(local, folder, ["deploy"]);
    assert.deepEqual(await answer(), { greeting: "hello", secret: null, count: null });

    await wrangler(local, folder, ["secret", "put", "TOKEN"], { input: CANARIES.otherSecret });
    noteUse("otherSecret", 1);
    configure("hello again");
    await wrangler(local, folder, ["deploy"]);
    assert.deepEqual(await answer(), { greeting: "hello again", secret: CANARIES.otherSecret, count: null });
  });

  test("our plan says that all of it is somebody else's, and writes nothing", async () => {
    await local.createBucket("bundles");
    await local.putObject("bundles", "shop/v1.js", Buffer.from(SCRIPT));
    const planned = await plan(manifest(), credentials());
    assert.equal(planned.exitCode, 5);
    assert.deepEqual(
      planned.changes.map(({ address, action }) => [address, action]),
      [
        ["script:shop", "adopt"],
        ["record:shop.example.com", "adopt"],
        ["route:shop.example.com/*", "adopt"],
      ],
    );
    local.requests.clear();
    await assert.rejects(apply(manifest(), credentials()), { exitCode: 5 });
    assert.deepEqual(
      local.requests.all().filter(({ method }) => method !== "GET"),
      [],
    );
  });

  test("adopting it keeps its secret", async () => {
    const planned = await plan(manifest(), credentials());
    const adopt = planned.resolve.map((flag) => flag.replace(/^--(adopt|take) /, ""));
    const { plan: applied } = await apply(manifest(), credentials(), { adopt });
    assert.ok(
      applied.kept.some(({ path }) => path === "secrets.TOKEN"),
      JSON.stringify(applied.kept),
    );
    assert.deepEqual(await answer(), { greeting: "ours", secret: CANARIES.otherSecret, count: null });
    const again = await plan(manifest(), credentials());
    assert.ok(
      again.changes.every(({ action }) => action === "no-op"),
      JSON.stringify(again.changes),
    );
  });

  test("the official SDK lists and deletes", async () => {
    const client = new Cloudflare({ apiToken: local.token, baseURL: local.apiUrl });
    const names = [];
    for await (const script of client.workers.scripts.list({ account_id: local.accountId })) names.push(script.id);
    assert.deepEqual(names, ["shop"]);
    await client.workers.scripts.delete("shop", { account_id: local.accountId });
    const { status } = await local.request("shop.example.com", "/");
    assert.notEqual(status, 200);
  });

  function manifest() {
    return `apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata: { name: shop, org: acme, env: test }
spec:
  account_id: "${local.accountId}"
  worker_name: shop
  script_bundle: { bucket: bundles, path: shop/v1.js }
  kv_bindings: [{ name: COUNTS, field_path: $cloudflare-kv-namespace/counts/status.outputs.namespace_id }]
  dns: { enabled: true, zone_id: "${local.zones[0].id}", hostname: shop.example.com }
  env: { variables: { GREETING: ours } }
`;
  }

  function credentials() {
    return { apiToken: local.token, baseUrl: local.apiUrl, r2: { ...local.s3, endpoint: local.s3Url } };
  }
});
