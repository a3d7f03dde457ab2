/** The real wrangler deploys to Local Cloudflare; then we see its Worker, and take it over when asked to. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import Cloudflare from "cloudflare";
import { createForeignActors } from "../../js/local/foreign.js";
import { plan } from "../../pkg/js/entrypoints/node.js";
import { CANARIES, noteUse } from "../canaries/index.js";
import { startLocalCloudflare } from "../canaries/local.js";
import { cli } from "./cli.js";
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
    const [{ id }] = [...local.state.kv.values()];
    await wrangler(local, folder, ["kv", "key", "put", "--remote", "--namespace-id", id, "n", "41"]);

    await wrangler(local, folder, ["secret", "put", "TOKEN"], { input: CANARIES.otherSecret });
    noteUse("otherSecret", 1);
    configure("hello again");
    await wrangler(local, folder, ["deploy"]);
    assert.deepEqual(await answer(), { greeting: "hello again", secret: CANARIES.otherSecret, count: "41" });
  });

  test("our plan says whose it is, and nothing is written", async () => {
    await local.createBucket("bundles");
    await local.putObject("bundles", "shop/v1.js", Buffer.from(SCRIPT));
    writeFileSync(join(folder, "worker.yaml"), manifest());
    local.requests.clear();
    const planned = await cli(local, folder, ["plan", "worker.yaml"]);
    assert.equal(planned.exit, 5, planned.stderr);
    assert.match(planned.stderr, /CFD0501.*`shop` exists and is not ours: version \d+ of .* through wrangler/);
    for (const address of ["script  shop", "record  shop.example.com", "route   shop.example.com/*"]) {
      assert.ok(planned.stdout.includes(`~ adopt   ${address}`), planned.stdout);
    }
    const applied = await cli(local, folder, ["apply", "worker.yaml"]);
    assert.equal(applied.exit, 5, applied.stderr);
    assert.match(applied.stderr, /Nothing was changed/);
    assert.deepEqual(
      local.requests.all().filter(({ method }) => method !== "GET" && method !== "HEAD"),
      [],
    );
  });

  test("the printed command takes it over, and its secret stays", async () => {
    const planned = await cli(local, folder, ["plan", "worker.yaml"]);
    const applied = await cli(local, folder, wayOut(planned, "--adopt script:shop"));
    assert.equal(applied.exit, 0, applied.stderr);
    assert.match(applied.stderr, /kept.*secrets\.TOKEN|secrets\.TOKEN.*kept/s);
    assert.deepEqual(await answer(), { greeting: "ours", secret: CANARIES.otherSecret, count: "41" });
    const again = await plan(manifest(), credentials());
    assert.ok(
      again.changes.every(({ action }) => action === "no-op"),
      JSON.stringify(again.changes),
    );
  });

  test("a deploy of wrangler over ours is seen, named and taken back", async () => {
    configure("wrangler again");
    await wrangler(local, folder, ["deploy"]);
    const planned = await cli(local, folder, ["plan", "worker.yaml"]);
    assert.equal(planned.exit, 5, planned.stderr);
    assert.match(planned.stderr, /through wrangler/);
    const taken = await cli(local, folder, wayOut(planned, "--take script:shop"));
    assert.equal(taken.exit, 0, taken.stderr);
    assert.deepEqual(await answer(), { greeting: "ours", secret: CANARIES.otherSecret, count: "41" });
  });

  test("wrangler's rollback onto its own version is a conflict; with its secret named, one command goes on", async () => {
    const foreign = local.state.scripts.get("shop").versions.find(({ source }) => source === "wrangler");
    await wrangler(local, folder, ["rollback", foreign.id, "-y", "-m", "back"]);
    assert.equal((await answer()).greeting, "wrangler again");
    const stuck = await cli(local, folder, ["plan", "worker.yaml"]);
    assert.equal(stuck.exit, 5, stuck.stderr);
    assert.match(stuck.stderr, /CFD0509[\s\S]*name the secret under `env\.secrets`/);
    assert.doesNotMatch(stuck.stderr, /Go on/);

    writeFileSync(join(folder, "worker.yaml"), manifest('secrets: { TOKEN: "${TOKEN}" }'));
    const token = { TOKEN: "named" };
    const planned = await cli(local, folder, ["plan", "worker.yaml"], token);
    assert.equal(planned.exit, 5, planned.stderr);
    const taken = await cli(local, folder, wayOut(planned, "--take script:shop"), token);
    assert.equal(taken.exit, 0, taken.stderr);
    assert.deepEqual(await answer(), { greeting: "ours", secret: "named", count: "41" });
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

  /** The command that a plan prints, with the flag that it must have. */
  function wayOut({ stderr }, flag) {
    const [, command] = /^Go on: (cfworker-deploy apply .*)$/m.exec(stderr) ?? [];
    assert.ok(command?.includes(flag), stderr);
    return command;
  }

  function manifest(secrets = "") {
    return `apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata: { name: shop, org: acme, env: test }
spec:
  account_id: "${local.accountId}"
  worker_name: shop
  script_bundle: { bucket: bundles, path: shop/v1.js }
  kv_bindings: [{ name: COUNTS, field_path: $cloudflare-kv-namespace/counts/status.outputs.namespace_id }]
  dns: { enabled: true, zone_id: "${local.zones[0].id}", hostname: shop.example.com }
  env: { variables: { GREETING: ours }${secrets && `, ${secrets}`} }
`;
  }

  function credentials() {
    return { apiToken: local.token, baseUrl: local.apiUrl, r2: { ...local.s3, endpoint: local.s3Url } };
  }
});
