/** examples/deployer: a Worker that deploys a Worker, from inside workerd. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bundleDeployer } from "../../examples/deployer/build.js";
import { writeLocal } from "../../js/cli/local-state.js";
import { assertClean, CANARIES } from "../canaries/index.js";
import { startLocalCloudflare } from "../canaries/local.js";
import { startCli } from "../cli/deploying.js";

const EXAMPLE = fileURLToPath(new URL("../../examples/deployer", import.meta.url));
/** Where `cfworker-deploy` is installed from its packed tarball: `npm test` makes it. */
const PROJECT = process.env.PACKAGED_PROJECT;
const BEARER = CANARIES.bearer;

describe("the deployer Worker", { skip: PROJECT ? false : "run `npm test`: it installs the packed package" }, () => {
  let local;
  let folder;

  before(async () => {
    local = await startLocalCloudflare({ zones: ["example.com"], warmUp: true });
    local.createBucket("bundles");
    folder = mkdtempSync(join(tmpdir(), "cfworker-deploy-deployer-"));
    cpSync(EXAMPLE, folder, { recursive: true });
    const { apiUrl: api, s3Url: s3, dataUrl: data, token, accountId: account, zones, s3: keys } = local;
    await writeLocal(folder, { api, s3, data, token, account, zones, keys, tokens: [], pid: process.pid });
  });

  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await local.close();
  });

  async function cli(...args) {
    const env = { DEPLOYER_API_TOKEN: local.token };
    const { exit: code, stdout, stderr } = await startCli(folder, [...args, "--local"], { env }).ended;
    assert.equal(code, 0, stdout + stderr);
  }

  test("the command line deploys it", async () => {
    writeFileSync(join(folder, "bundle.form"), await bundleDeployer(PROJECT));
    writeFileSync(
      join(folder, "values.json"),
      JSON.stringify({
        "deployer/token-sha256": createHash("sha256").update(BEARER).digest("hex"),
        "deployer/api-base-url": local.apiUrl,
        "deployer/r2-endpoint": local.s3Url,
      }),
    );
    await cli("publish", "bundle.form", "r2://bundles/deployer/bundle.form");
    await cli("apply", "worker.yaml", "--values", "values.json");
  });

  async function post(path, body, authorization = `Bearer ${BEARER}`) {
    const { status, text } = await local.request("deployer.example.com", path, {
      method: "POST",
      headers: { "content-type": "application/json", ...(authorization ? { authorization } : {}) },
      body: JSON.stringify(body),
    });
    assertClean(text, "an answer of the deployer");
    return { status, answer: JSON.parse(text) };
  }

  const second = (more = "") => `apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata: { name: second, org: acme, env: demo }
spec:
  account_id: "${local.accountId}"
  worker_name: second
  script_bundle: { bucket: bundles, path: second.js }
  dns: { enabled: true, zone_id: "${local.zones[0].id}", hostname: second.example.com }
${more}`;

  test("who has no or another bearer token gets 401", async () => {
    assert.equal((await post("/plan", { manifest: second() }, "")).status, 401);
    assert.equal((await post("/apply", { manifest: second() }, "Bearer guess")).status, 401);
    assert.equal(local.state.scripts.has("second"), false);
  });

  test("a bad manifest is 422 with its findings", async () => {
    const { status, answer } = await post("/apply", { manifest: second("  nonsense: 1\n") });
    assert.equal(status, 422);
    assert.equal(answer.diagnostics[0].line, 9);
  });

  test("it plans and applies a second Worker, which answers", async () => {
    await local.putObject(
      "bundles",
      "second.js",
      Buffer.from('export default { fetch: () => new Response("second") };\n'),
    );
    const planned = await post("/plan", { manifest: second() });
    assert.equal(planned.status, 200, JSON.stringify(planned.answer));
    assert.equal(planned.answer.summary.create, 3);
    const applied = await post("/apply", { manifest: second(), options: { expect: planned.answer.fingerprint } });
    assert.equal(applied.status, 200, JSON.stringify(applied.answer));
    const { status, text } = await local.request("second.example.com", "/");
    assert.deepEqual([status, text], [200, "second"]);
    const again = await post("/plan", { manifest: second() });
    assert.equal(again.answer.summary.writes, 0);
  });
});
