/** Other things that people do with wrangler, against Local Cloudflare: each does what it says, or fails and says so. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createForeignActors } from "../../js/local/foreign.js";
import { startLocalCloudflare } from "../../js/local/index.js";
import { skipReason, wrangler } from "./node24.js";

const SCRIPT = `export default {
  fetch: (request, env) => Response.json({ text: env.TEXT, secrets: [env.ONE, env.TWO, env.THREE].map((one) => one ?? null) }),
  scheduled() {},
};
`;
const HOST = "tools.example.com";

describe("wrangler's commands against Local Cloudflare", { skip: skipReason() }, () => {
  let local;
  let folder;

  before(async () => {
    local = await startLocalCloudflare({ zones: ["example.com"], warmUp: true });
    folder = mkdtempSync(join(tmpdir(), "cfworker-deploy-wrangler-"));
    writeFileSync(join(folder, "index.js"), SCRIPT);
    configure();
    createForeignActors(local).addRecord("example.com", { type: "AAAA", name: HOST, content: "100::", proxied: true });
  });

  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await local.close();
  });

  const run = (args, options) => wrangler(local, folder, args, options);
  const script = () => local.state.scripts.get("tools");

  function configure(more = {}) {
    const config = {
      name: "tools",
      main: "index.js",
      compatibility_date: "2026-07-01",
      workers_dev: false,
      vars: { TEXT: "first" },
      routes: [{ pattern: `${HOST}/*`, zone_id: local.zones[0].id }],
      ...more,
    };
    writeFileSync(join(folder, "wrangler.json"), JSON.stringify(config));
  }

  async function answer() {
    const { status, text } = await local.request(HOST, "/");
    assert.equal(status, 200, text);
    return JSON.parse(text);
  }

  test("a version is uploaded, seen, deployed and rolled back", async () => {
    await run(["deploy"]);
    const uploaded = await run(["versions", "upload", "--tag", "v2", "--message", "second", "--var", "TEXT:second"]);
    const [, id] = /Worker Version ID:\s*([0-9a-f-]{36})/.exec(uploaded) ?? [];
    assert.equal((await answer()).text, "first", "an upload alone is not live");
    const listed = (await run(["versions", "list"])).split("Version ID:").find((text) => text.includes(id));
    assert.match(listed, /Tag: +v2\s+Message: +second/);
    await run(["versions", "deploy", `${id}@100%`, "-y"]);
    assert.equal((await answer()).text, "second");
    assert.match(await run(["deployments", "status"]), new RegExp(`\\(100%\\) ${id}`));
    await run(["rollback", "-y", "-m", "back"]);
    assert.equal((await answer()).text, "first");
  });

  test("a gradual deployment is a split of two versions", async () => {
    const [newer, older] = script().versions;
    await run(["versions", "deploy", `${newer.id}@30%`, `${older.id}@70%`, "-y"]);
    assert.deepEqual(
      script().deployments[0].versions.map(({ percentage }) => percentage),
      [30, 70],
    );
    await run(["versions", "deploy", `${newer.id}@100%`, "-y"]);
  });

  test("secrets: put, bulk, list, delete, and put into a version", async () => {
    await run(["secret", "put", "ONE"], { input: "1" });
    await run(["secret", "bulk"], { input: JSON.stringify({ TWO: "2", THREE: "3" }) });
    assert.deepEqual((await answer()).secrets, ["1", "2", "3"]);
    await run(["secret", "delete", "TWO"]);
    const names = JSON.parse(await run(["secret", "list"])).map(({ name }) => name);
    assert.deepEqual(names.toSorted(), ["ONE", "THREE"]);
    assert.deepEqual((await answer()).secrets, ["1", null, "3"]);
    await run(["versions", "secret", "put", "TWO"], { input: "again" });
    assert.deepEqual((await answer()).secrets, ["1", null, "3"], "a version with a secret is not live");
    assert.match(await run(["secret", "put", "ONE"], { input: "x", expect: 1 }), /latest version .* isn't currently/);
    await run(["versions", "deploy", `${script().versions[0].id}@100%`, "-y"]);
    assert.deepEqual((await answer()).secrets, ["1", "again", "3"]);
  });

  test("a deploy keeps the secrets and sets the schedule", async () => {
    configure({ vars: { TEXT: "third" }, triggers: { crons: ["*/5 * * * *"] } });
    await run(["deploy"]);
    assert.deepEqual(await answer(), { text: "third", secrets: ["1", "again", "3"] });
    assert.deepEqual(
      script().schedules.map(({ cron }) => cron),
      ["*/5 * * * *"],
    );
  });

  test("KV: a namespace, its keys, one by one and in bulk", async () => {
    await run(["kv", "namespace", "create", "counts"]);
    const [{ id, title }] = JSON.parse(await run(["kv", "namespace", "list"]));
    assert.equal(title, "counts");
    const at = ["--remote", "--namespace-id", id];
    await run(["kv", "key", "put", ...at, "a/b ü", "1"]);
    assert.equal((await run(["kv", "key", "get", ...at, "a/b ü"])).trim(), "1");
    writeFileSync(join(folder, "bulk.json"), JSON.stringify([{ key: "x", value: "2" }]));
    await run(["kv", "bulk", "put", ...at, "bulk.json"]);
    await run(["kv", "key", "delete", ...at, "a/b ü"]);
    assert.deepEqual(JSON.parse(await run(["kv", "key", "list", ...at])), [{ name: "x" }]);
    writeFileSync(join(folder, "keys.json"), JSON.stringify(["x"]));
    await run(["kv", "bulk", "delete", ...at, "--force", "keys.json"]);
    assert.deepEqual(JSON.parse(await run(["kv", "key", "list", ...at])), []);
    await run(["kv", "namespace", "delete", "--namespace-id", id, "-y"]);
    assert.equal(local.state.kv.size, 0);
  });

  test("R2: a bucket and its objects", async () => {
    await run(["r2", "bucket", "create", "bundles"]);
    await run(["r2", "object", "put", "bundles/a/b c.js", "--remote", "--file", "index.js"]);
    assert.equal((await run(["r2", "object", "get", "bundles/a/b c.js", "--remote", "--pipe"])).trim(), SCRIPT.trim());
    assert.match(await run(["r2", "bucket", "delete", "bundles"], { expect: 1 }), /not empty/);
    await run(["r2", "object", "delete", "bundles/a/b c.js", "--remote"]);
    assert.match(await run(["r2", "bucket", "list"]), /name:\s+bundles/);
    await run(["r2", "bucket", "delete", "bundles"]);
    assert.equal(local.state.objects.buckets.size, 0);
  });

  test("who it is, for a token of few rights too", async () => {
    assert.match(await run(["whoami"]), new RegExp(local.accountId));
    const { value } = local.addToken({ permissionGroups: ["Workers KV Storage Read"] });
    const refused = await wrangler({ ...local, token: value }, folder, ["deploy"], { expect: 1 });
    assert.match(refused, /Authentication error \[code: 10000\]/);
  });

  test("what is not served fails, and says so", async () => {
    for (const command of [
      ["vectorize", "list"],
      ["hyperdrive", "list"],
    ]) {
      assert.match(await run(command, { expect: 1 }), /Could not route to [\s\S]*\[code: 7003\]/, command.join(" "));
    }
  });

  test("a deletion takes the routes along", async () => {
    await run(["delete", "--force"]);
    assert.equal(script(), undefined);
    assert.deepEqual(local.state.routes.get(local.zones[0].id), []);
    assert.equal((await local.request(HOST, "/")).status, 522);
  });
});
