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
import { statusOf } from "../../examples/deployer/failure.js";
import { refuseOthers, refuseOwn } from "../../examples/deployer/limits.js";
import { readCall } from "../../examples/deployer/request.js";
import { writeLocal } from "../../js/cli/local-state.js";
import { createForeignActors } from "../../js/local/foreign.js";
import { addToken } from "../../js/local/state.js";
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
  /** The deployer has a token of its own. */
  let own;

  before(async () => {
    local = await startLocalCloudflare({ zones: ["example.com"], warmUp: true });
    local.createBucket("bundles");
    own = addToken(local.state, { value: CANARIES.deployerToken });
    const code = "export default { fetch: (_, env) => new Response(`second, ${env.KEY?.length}`) };\n";
    await local.putObject("bundles", "second.js", Buffer.from(code));
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
    const env = { DEPLOYER_API_TOKEN: own.value, DEPLOYER_FINGERPRINT_KEY: CANARIES.fingerprintKey };
    const { exit, stdout, stderr } = await startCli(folder, [...args, "--local"], { env, command }).ended;
    assert.equal(exit, 0, stdout + stderr);
    assertClean(stdout + stderr, "the output of the command line");
    return stdout + stderr;
  }

  test("the command line deploys it, and finds nothing to do the second time", async () => {
    const bundle = join(folder, "bundle.form");
    await promisify(execFile)(process.execPath, [join(EXAMPLE, "build.js"), bundle], { cwd: PROJECT });
    await cli("publish", "bundle.form", "r2://bundles/deployer/bundle.form");
    await deployWith(sha256(BEARER));
    assert.match(await deployWith(sha256(BEARER)), /Nothing to do/);
  });

  function deployWith(tokenHash) {
    const values = {
      "deployer/token-sha256": tokenHash,
      "deployer/api-base-url": local.apiUrl,
      "deployer/r2-endpoint": local.s3Url,
    };
    writeFileSync(join(folder, "values.json"), JSON.stringify(values));
    return cli("apply", "worker.yaml", "--values", "values.json");
  }

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

  const manifestOf = ({
    name = "second",
    worker = name,
    host = name,
    dns = "",
    metadata = "",
    more = "",
    path = "second.js",
  }) =>
    `apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata: { name: ${name}, org: acme, env: demo${metadata} }
spec:
  account_id: "${local.accountId}"
  worker_name: ${worker}
  script_bundle: { bucket: bundles, path: ${path} }
  dns: { enabled: true, zone_id: "${local.zones[0].id}", hostname: ${host}.example.com${dns} }
${more}`;

  const second = (more = "") => manifestOf({ more });

  test("who has no or another bearer token gets 401, whatever else is wrong", async () => {
    const guesses = ["", "Bearer guess", "Bearer ", `bearer ${BEARER}`, `Basic ${btoa(`x:${BEARER}`)}`, BEARER];
    for (const authorization of guesses) {
      for (const path of ["/plan", "/apply", "/", "/nothing"]) {
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
    for (const body of ["no JSON", [], {}, { manifest: 7 }, { manifest: second(), creds: {} }])
      assert.equal((await post("/plan", body)).status, 400, JSON.stringify(body));
  });

  test("an option of the wrong type, and one that it does not offer, is 400", async () => {
    for (const options of WRONG_OPTIONS) {
      const { status, answer } = await post("/plan", { manifest: second(), options });
      assert.equal(status, 400, JSON.stringify(options));
      assert.match(answer.message, /option/);
    }
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

  const call = (manifest, options) => post("/apply", { manifest, ...(options && { options }) });
  const versionsOf = (name) => local.state.scripts.get(name).versions.length;

  test("a deletion without consent is 409 and deletes nothing, with it it happens", async () => {
    const manifest = second().replace("enabled: true", "enabled: false");
    const refused = await call(manifest);
    assert.deepEqual([refused.status, refused.answer.code], [409, "CFD0510"], JSON.stringify(refused.answer));
    assert.equal(
      local.state.routes.get(local.zones[0].id).some(({ script }) => script === "second"),
      true,
    );
    assert.equal((await call(manifest, { allowDeletes: true })).status, 200);
    assert.equal(
      local.state.routes.get(local.zones[0].id).some(({ script }) => script === "second"),
      false,
    );
  });

  test("what belongs to others stays theirs, also when an annotation of the manifest says otherwise", async () => {
    const foreign = createForeignActors(local);
    foreign.createScript("theirs");
    const conflict = await call(manifestOf({ name: "theirs" }));
    assert.deepEqual([conflict.status, conflict.answer.exitCode], [409, 5], JSON.stringify(conflict.answer));
    foreign.dashboardDeploy("second");
    const before = versionsOf("second");
    const { status, answer } = await call(manifestOf({ metadata: ", annotations: { drift: overwrite }" }));
    assert.deepEqual(
      [status, /^`script:second` belongs to /.test(answer.message)],
      [403, true],
      JSON.stringify(answer),
    );
    assert.deepEqual([versionsOf("second"), versionsOf("theirs")], [before, 1]);
  });

  test("new code does not inherit secrets that its caller does not have", async () => {
    assert.equal((await call(manifestOf({ name: "third" }))).status, 200);
    createForeignActors(local).editSecret("third", "THEIRS", CANARIES.otherSecret);
    await local.putObject(
      "bundles",
      "spy.js",
      Buffer.from("export default { fetch: (_, env) => Response.json(env) };"),
    );
    const before = versionsOf("third");
    for (const [more, refused] of [
      ["", 403],
      ["  env: { secrets: { THEIRS: '${THEIRS}' } }\n", 422],
      ["  env: { secrets: { THEIRS: $secrets-group/a/b } }\n", 422],
    ]) {
      const { status, answer } = await call(manifestOf({ name: "third", path: "spy.js", more }));
      assert.equal(status, refused, JSON.stringify(answer));
    }
    assert.equal(versionsOf("third"), before);
  });

  test("it can't be replaced, moved or cut off by what it deploys", async () => {
    const before = structuredClone([versionsOf("deployer"), [...local.state.routes], [...local.state.records]]);
    const routes = (pattern) => manifestOf({ name: "fourth", dns: `, route_patterns: ["${pattern}"]` });
    for (const manifest of [
      manifestOf({ worker: "deployer" }),
      manifestOf({ name: "deployer" }),
      manifestOf({ host: "deployer" }),
      manifestOf({ name: "deployer", worker: "second", host: "second" }),
      routes("deployer.example.com/plan*"),
      routes("*.example.com/*"),
    ]) {
      const { status, answer } = await call(manifest, { prune: true, allowDeletes: true });
      assert.deepEqual([status, /is the deployer's own$/.test(answer.message)], [403, true], JSON.stringify(answer));
    }
    const after = [versionsOf("deployer"), [...local.state.routes], [...local.state.records]];
    assert.deepEqual(after, before);
  });

  test("with the hash of nothing, or no hash, it answers nobody", async () => {
    for (const tokenHash of [sha256(""), sha256("\n"), "", "no hash", sha256(BEARER).toUpperCase()]) {
      await deployWith(tokenHash);
      for (const authorization of ["", "Bearer ", "Bearer guess", `Bearer ${BEARER}`]) {
        const { status, answer } = await post("/plan", { manifest: second() }, authorization);
        assert.deepEqual([status, answer.message.split(" ")[0]], [503, "TOKEN_SHA256"]);
      }
    }
    await deployWith(sha256(BEARER));
    assert.equal((await post("/plan", { manifest: second() })).status, 200);
  });
});

/** Of options that are known: another type. Of others: that they are not there. */
const WRONG_OPTIONS = [
  [],
  "prune",
  { prune: "yes" },
  { prune: null },
  { allowDeletes: 1 },
  { expect: 7 },
  { values: ["a"] },
  { values: { a: 1 } },
  { outputs: { a: "b" } },
  { adopt: ["*"] },
  { take: ["script:second"] },
  { set: [["spec.worker_name", "x"]] },
  { baseUrl: "https://elsewhere.example" },
  { constructor: true },
];

function sha256(text) {
  return createHash("sha256").update(text).digest("hex");
}

test("options of the wrong type and unknown ones are refused before anything is read", async () => {
  const read = (body) => readCall({ json: async () => body });
  for (const options of WRONG_OPTIONS)
    await assert.rejects(read({ manifest: "", options }), { status: 400 }, JSON.stringify(options));
  const options = { prune: true, values: { "a/b": "c" }, outputs: { "Kind/a": { id: "x" } }, expect: "0" };
  assert.deepEqual(await read({ manifest: "m", options }), { manifest: "m", options });
  assert.deepEqual(await read({ manifest: "m" }), { manifest: "m", options: {} });
});

test("usage is 400, consent and conflict 409, a bad manifest 422, and what is not the caller's doing 502", () => {
  const status = (exitCode, code = "CFD0000") => statusOf({ exitCode, code });
  assert.deepEqual(
    [64, 5, 65, 4, 3, 1, 130].map((exit) => status(exit)),
    [400, 409, 422, 502, 502, 502, 502],
  );
  assert.equal(status(1, "CFD0510"), 409);
});

test("a plan that touches the deployer itself is refused, one beside it is not", () => {
  const own = { script: "deployer", hosts: ["Deployer.example.com", "second.example.org"] };
  const plan = (address, where = "changes") => ({ changes: [], orphans: [], [where]: [{ address, action: "no-op" }] });
  for (const address of [
    "script:deployer",
    "record:deployer.example.com",
    "record:second.example.org",
    "route:second.example.org/*",
    `record:zone/${"0".repeat(32)}/deployer.example.com`,
    "route:deployer.example.com/plan*",
    "route:https://Deployer.example.com/*",
    "route:*.example.com/*",
    "route:*/*",
    `route:zone/${"0".repeat(32)}/deployer.example.com/*`,
  ])
    for (const where of ["changes", "orphans"])
      assert.throws(() => refuseOwn(plan(address, where), own), { status: 403 }, `${address} in ${where}`);
  for (const address of ["script:deployer-2", "record:example.com", "route:example.com/*", "route:*.other.com/*"])
    refuseOwn(plan(address), own);
});

test("a plan that takes over or inherits is refused, one that leaves a Worker alone is not", () => {
  const kept = [{ address: "script:a", path: "secrets.KEY", reason: "not in manifest" }];
  const plan = (action, kept) => ({ changes: [{ address: "script:a", action, from: "somebody" }], kept });
  assert.throws(() => refuseOthers(plan("adopt", [])), { status: 403 });
  assert.throws(() => refuseOthers(plan("update", kept)), { status: 403, message: /`secrets.KEY`/ });
  refuseOthers(plan("no-op", kept));
  refuseOthers(plan("update", []));
});
