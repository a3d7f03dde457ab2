/** examples/everything by the command line: one run from an empty account, each part in use, the second run without a write. */
import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createSite, eventsOf } from "../cli/deploying.js";

const EVERYTHING = fileURLToPath(new URL("../../examples/everything", import.meta.url));
const HOST = "everything.example.com";
const PATIENCE_MS = 15_000;
const STORES = [
  "bucket:everything-receipts",
  "d1:everything-orders",
  "kv:everything-clock",
  "queue:everything-letters",
];

describe("examples/everything", { concurrency: false }, () => {
  let site;
  before(async () => {
    site = await createSite({ zones: ["example.com"], warmUp: true });
    await cp(EVERYTHING, site.directory, { recursive: true });
    for (const name of ["worker", "helper"])
      assert.equal((await cli("publish", `${name}.js`, `r2://bundles/everything/${name}.js`)).exit, 0);
  });
  after(() => site.close());

  const cli = (...args) => site.cli(...args, "--local");
  const during = async (...args) => {
    site.cloudflare.requests.clear();
    const run = await cli(...args, "--json");
    const requests = site.cloudflare.requests.all().filter(({ surface }) => surface !== "data");
    const isRead = ({ method, json }) => ["GET", "HEAD"].includes(method) || /^SELECT /.test(json?.sql);
    return { ...run, writes: requests.filter((request) => !isRead(request)) };
  };
  const ask = async (path = "/", init = {}) => {
    const { status, text } = await site.cloudflare.request(HOST, path, init);
    return status === 200 ? JSON.parse(text) : status;
  };

  test("one run makes all of it from an empty account", async () => {
    const run = await during("apply", "everything.yaml");
    assert.equal(run.exit, 0, run.stdout + run.stderr);
    const created = eventsOf(run).flatMap(({ type, action, address }) =>
      type === "change" && action === "create" ? [address.split(":")[0]] : [],
    );
    assert.deepEqual([...new Set(created)].toSorted(), KINDS);
  });

  test("the Worker uses each part in its answer", async () => {
    assert.equal(await ask("/orders", { method: "POST", body: "two loaves" }), 201);
    await site.cloudflare.runSchedules(Date.UTC(2026, 6, 1, 3, 0));
    let told;
    let visits = 0;
    for (let waited = 0; waited < PATIENCE_MS && told?.queue !== 1; waited += 100) {
      told = await ask();
      visits++;
      await sleep(100);
    }
    assert.deepEqual(told, { ...ANSWER, durable_object: visits });
    const output = () => site.cloudflare.runtime.output.join("\n");
    for (let waited = 0; waited < PATIENCE_MS && !output().includes("the other Worker ended with ok"); waited += 50)
      await sleep(50);
    assert.match(output(), /the other Worker ended with ok/);
  });

  test("the second run finds all of it and writes nothing", async () => {
    const run = await during("apply", "everything.yaml");
    assert.deepEqual([run.exit, run.writes], [0, []]);
    const actions = eventsOf(run).flatMap(({ type, action }) => (type === "change" ? action : []));
    assert.ok(actions.length > 8 && actions.every((action) => action === "no-op"), String(actions));
  });

  test("destroy takes the class with its objects where it is named, leaves the stores and says so", async () => {
    const refused = await during("destroy", "everything.yaml", "--yes");
    assert.deepEqual([refused.exit, refused.writes], [5, []]);
    const run = await during("destroy", "everything.yaml", "--yes", "--delete-data", "script:everything");
    assert.equal(run.exit, 0, run.stdout + run.stderr);
    const [{ kept }] = eventsOf(run).filter(({ type }) => type === "plan");
    assert.deepEqual(kept.map(({ address }) => address).toSorted(), STORES);
    assert.equal(site.cloudflare.state.scripts.size, 0);
  });
});

/** Kinds of resources that the first run makes. */
const KINDS = ["bucket", "consumer", "d1", "domain", "kv", "queue", "schedules", "script"];
const ANSWER = {
  host: HOST,
  kv: "*/5 * * * *",
  r2: ["1.txt"],
  d1: 1,
  queue: 1,
  service: "at your service",
  assets: "hello from a file",
  rate_limit: "not reached",
};
