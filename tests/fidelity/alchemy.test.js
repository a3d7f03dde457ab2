/** alchemy 0.94, another deployer with a way of its own, against Local Cloudflare; then we see its Worker. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createForeignActors } from "../../js/local/foreign.js";
import { startLocalCloudflare } from "../../js/local/index.js";
import { cli } from "./cli.js";
import { node24, skipReason } from "./node24.js";

const APP = fileURLToPath(new URL("alchemy-app.js", import.meta.url));
const HOST = "shop.example.com";
const SCRIPT = `export default {
  async fetch(request, env) {
    return Response.json({ greeting: env.GREETING, secret: env.TOKEN, count: await env.COUNTS.get("n") });
  },
};
`;

describe("alchemy 0.94 against Local Cloudflare", { skip: skipReason() }, () => {
  let local;
  let folder;

  before(async () => {
    local = await startLocalCloudflare({ zones: ["example.com"], warmUp: true });
    folder = mkdtempSync(join(tmpdir(), "cfworker-deploy-alchemy-"));
    mkdirSync(join(folder, "worker"));
    writeFileSync(join(folder, "worker", "index.js"), SCRIPT);
    createForeignActors(local).addRecord("example.com", { type: "AAAA", name: HOST, content: "100::", proxied: true });
  });

  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await local.close();
  });

  async function alchemy(phase, greeting) {
    const child = spawn(node24(), [APP], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        NO_COLOR: "1",
        CLOUDFLARE_API_BASE_URL: local.apiUrl,
        CLOUDFLARE_API_TOKEN: local.token,
        CLOUDFLARE_ACCOUNT_ID: local.accountId,
        ENTRYPOINT: join(folder, "worker", "index.js"),
        GREETING: greeting,
        PHASE: phase,
        ZONE_ID: local.zones[0].id,
      },
      timeout: 60_000,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    const [code] = await once(child, "close");
    assert.equal(code, 0, output);
  }

  async function answer() {
    const { status, text } = await local.request(HOST, "/");
    assert.equal(status, 200, text);
    return JSON.parse(text);
  }

  test("deploys twice, and the Worker answers", async () => {
    await alchemy("up", "hello");
    const secret = "only the Worker knows this";
    assert.deepEqual(await answer(), { greeting: "hello", secret, count: null });
    await alchemy("up", "hello again");
    assert.deepEqual(await answer(), { greeting: "hello again", secret, count: null });
  });

  test("is a stranger to our plan, which writes nothing", async () => {
    local.putObject("bundles", "shop/v1.js", SCRIPT);
    const manifest = {
      apiVersion: "cloudflare.project-planton.org/v1",
      kind: "CloudflareWorker",
      metadata: { name: "shop", org: "acme", env: "test" },
      spec: {
        account_id: local.accountId,
        worker_name: "shop",
        script_bundle: { bucket: "bundles", path: "shop/v1.js" },
      },
    };
    writeFileSync(join(folder, "worker.yaml"), JSON.stringify(manifest));
    local.requests.clear();
    const planned = await cli(local, folder, ["plan", "worker.yaml"]);
    assert.equal(planned.exit, 5, planned.stderr);
    assert.match(planned.stderr, /CFD0501.*`shop` exists and is not ours/);
    const applied = await cli(local, folder, ["apply", "worker.yaml"]);
    assert.equal(applied.exit, 5, applied.stderr);
    const writes = local.requests.all().filter(({ method }) => !["GET", "HEAD"].includes(method));
    assert.deepEqual(writes, []);
  });

  test("takes all of it away again", async () => {
    await alchemy("destroy", "hello again");
    const { scripts, kv, routes } = local.state;
    assert.deepEqual([scripts.size, kv.size, routes.get(local.zones[0].id)], [0, 0, []]);
  });
});
