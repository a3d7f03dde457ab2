/** examples/deployer: a Worker that deploys a Worker, from inside workerd, with the package as it is installed. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
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

  /** The command line as it is installed. */
  async function cli(...args) {
    const command = [process.execPath, join(PROJECT, "node_modules", "cfworker-deploy", "js", "cli", "main.js")];
    const env = { DEPLOYER_API_TOKEN: local.token };
    const { exit, stdout, stderr } = await startCli(folder, [...args, "--local"], { env, command }).ended;
    assert.equal(exit, 0, stdout + stderr);
    assertClean(stdout + stderr, "the output of the command line");
    return stdout + stderr;
  }

  test("the command line deploys it, and finds nothing to do the second time", async () => {
    const bundle = join(folder, "bundle.form");
    await promisify(execFile)(process.execPath, [join(EXAMPLE, "build.js"), bundle], { cwd: PROJECT });
    const values = {
      "deployer/token-sha256": createHash("sha256").update(BEARER).digest("hex"),
      "deployer/api-base-url": local.apiUrl,
      "deployer/r2-endpoint": local.s3Url,
    };
    writeFileSync(join(folder, "values.json"), JSON.stringify(values));
    await cli("publish", "bundle.form", "r2://bundles/deployer/bundle.form");
    await cli("apply", "worker.yaml", "--values", "values.json");
    assert.match(await cli("apply", "worker.yaml", "--values", "values.json"), /Nothing to do/);
  });

  async function send(method, path, body, authorization = `Bearer ${BEARER}`) {
    const { status, text, headers } = await local.request("deployer.example.com", path, {
      method,
      headers: { "content-type": "application/json", ...(authorization ? { authorization } : {}) },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    assertClean(text + JSON.stringify(headers ?? {}), "an answer of the deployer");
    return { status, answer: JSON.parse(text) };
  }

  const post = (path, body, authorization) => send("POST", path, body, authorization);

  const second = (more = "") => `apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata: { name: second, org: acme, env: demo }
spec:
  account_id: "${local.accountId}"
  worker_name: second
  script_bundle: { bucket: bundles, path: second.js }
  dns: { enabled: true, zone_id: "${local.zones[0].id}", hostname: second.example.com }
${more}`;

  test("who has no or another bearer token gets 401, whatever else is wrong", async () => {
    const guesses = ["", "Bearer guess", "Bearer ", `bearer ${BEARER}`, `Basic ${btoa(`x:${BEARER}`)}`, BEARER];
    for (const authorization of guesses) {
      for (const path of ["/plan", "/apply"]) {
        const { status, answer } = await post(path, { manifest: second() }, authorization);
        assert.deepEqual([status, answer], [401, { message: "bearer token missing or wrong" }]);
      }
    }
    assert.equal((await post("/apply", "no JSON", "")).status, 401);
    assert.equal(local.state.scripts.has("second"), false);
  });

  test("what it does not offer is 404, what it can't read 400", async () => {
    assert.equal((await send("GET", "/plan")).status, 404);
    assert.equal((await post("/destroy", { manifest: second() })).status, 404);
    for (const body of ["no JSON", {}, { manifest: 7 }]) assert.equal((await post("/plan", body)).status, 400);
  });

  test("a bad manifest is 422 with all its findings", async () => {
    const { status, answer } = await post("/apply", { manifest: second("  nonsense: 1\n  compatibility_date: 5\n") });
    assert.equal(status, 422);
    assert.deepEqual(
      answer.diagnostics.map(({ line, column, code }) => [line, column, code]),
      [
        [9, 3, "CFD0102"],
        [10, 23, "CFD0108"],
      ],
    );
  });

  test("a manifest can't read the deployer's own secrets", async () => {
    const { status } = await post("/apply", { manifest: second("  env: { secrets: { STOLEN: '${API_TOKEN}' } }\n") });
    assert.equal(status, 422);
    assert.equal(local.state.scripts.has("second"), false);
  });

  test("it plans and applies a second Worker, which answers", async () => {
    const code = "export default { fetch: (_, env) => new Response(`second, ${env.KEY.length}`) };\n";
    await local.putObject("bundles", "second.js", Buffer.from(code));
    const manifest = second(`  env: { secrets: { KEY: ${JSON.stringify(CANARIES.secret)} } }\n`);
    const planned = await post("/plan", { manifest });
    assert.equal(planned.status, 200, JSON.stringify(planned.answer));
    assert.equal(planned.answer.summary.create, 3);
    assert.equal(local.state.scripts.has("second"), false);
    const stale = await post("/apply", { manifest, options: { expect: "0".repeat(16) } });
    assert.deepEqual([stale.status, stale.answer.code], [409, "CFD0511"]);
    const applied = await post("/apply", { manifest, options: { expect: planned.answer.fingerprint } });
    assert.equal(applied.status, 200, JSON.stringify(applied.answer));
    const { status, text } = await local.request("second.example.com", "/");
    assert.deepEqual([status, text], [200, `second, ${CANARIES.secret.length}`]);
    const again = await post("/plan", { manifest });
    assert.equal(again.answer.summary.writes, 0);
  });
});
