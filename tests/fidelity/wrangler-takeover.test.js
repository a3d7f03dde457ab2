/**
 * A live Worker that the real wrangler made, with a database, a namespace, static assets, a secret, a route, workers.dev and
 * tags of its own, changes hands twice while visitors never stop asking: to our manifest, and back to wrangler.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createForeignActors } from "../../js/local/foreign.js";
import { CANARIES, noteUse } from "../canaries/index.js";
import { startLocalCloudflare } from "../canaries/local.js";
import { cli } from "./cli.js";
import { skipReason, wrangler } from "./node24.js";
import { startVisits } from "./visitors.js";

const NAME = "shop-production";
const HOST = "shop.example.com";
const DEV_HOST = `${NAME}.local.workers.dev`;
/** A page that takes something of each binding, and orders, of which each is one row in the database. */
const codeOf = (maker) => `const MAKER = ${JSON.stringify(maker)};
export default {
  async fetch(request, env) {
    if (request.method === "POST") {
      await env.DB.prepare("INSERT INTO orders (maker) VALUES (?)").bind(MAKER).run();
      return Response.json({ maker: MAKER });
    }
    const { results } = await env.DB.prepare("SELECT text FROM notes").all();
    const style = await (await env.ASSETS.fetch("https://assets.local/style.css")).text();
    return Response.json({
      maker: MAKER,
      greeting: env.GREETING,
      secret: env.TOKEN,
      flag: await env.FLAGS.get("flag"),
      notes: results.map(({ text }) => text),
      style,
    });
  },
};
`;
const STYLE = "p { color: green }";
const BOTH = new Set(["wrangler", "manifest"]);
const TAGS = ["cf:environment=production", "cf:service=shop"];

describe("a Worker of wrangler's changes hands under constant requests", { skip: skipReason() }, () => {
  let local;
  let folder;
  let visits;
  let database;
  let namespace;
  /** Who may have made an answer that was asked for since then. */
  let makers = new Set(["wrangler"]);
  let since = 0;

  before(async () => {
    local = await startLocalCloudflare({ zones: ["example.com"], warmUp: true });
    folder = mkdtempSync(join(tmpdir(), "cfworker-deploy-takeover-"));
    mkdirSync(join(folder, "public"));
    writeFileSync(join(folder, "public", "style.css"), STYLE);
    const record = { type: "AAAA", name: HOST, content: "100::", proxied: true };
    createForeignActors(local).addRecord("example.com", record);
    await run(["d1", "create", "shop"]);
    await run(["kv", "namespace", "create", "flags"]);
    [database] = local.state.databases.keys();
    [{ id: namespace }] = local.state.kv.values();
    configure();
    const tables =
      "CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('a'), ('b'); CREATE TABLE orders (maker TEXT)";
    await run(["d1", "execute", "shop", "--env", "production", "--remote", "-y", "--command", tables]);
    await run(["kv", "key", "put", "--remote", "--namespace-id", namespace, "flag", "up"]);
    await deploy();
    await run(["secret", "put", "TOKEN", "--env", "production"], { input: CANARIES.otherSecret });
    noteUse("otherSecret", 1);
    await local.createBucket("bundles");
    await local.putObject("bundles", "shop.js", Buffer.from(codeOf("manifest")));
    writeFileSync(join(folder, "worker.yaml"), manifest());
    const order = { method: "POST", body: "" };
    visits = startVisits(
      {
        page: () => local.request(HOST, "/"),
        "page at workers.dev": () => local.request(DEV_HOST, "/"),
        file: () => local.request(HOST, "/style.css"),
        order: () => local.request(HOST, "/orders", order),
      },
      problemOf,
    );
    await visits.more(3);
  });

  after(async () => {
    await visits?.stop();
    rmSync(folder, { recursive: true, force: true });
    await local.close();
  });

  const run = (args, options) => wrangler(local, folder, args, options);
  const deploy = () => run(["deploy", "--env", "production"]);
  const script = () => local.state.scripts.get(NAME);
  const foreignTags = () =>
    script()
      .tags.filter((tag) => tag.startsWith("cf:"))
      .toSorted();
  const writes = () => local.requests.all().filter(({ surface, method }) => surface !== "data" && isWrite(method));

  function configure(greeting = "hello") {
    const config = {
      name: "shop",
      main: "index.js",
      compatibility_date: "2026-07-01",
      env: {
        production: {
          workers_dev: true,
          vars: { GREETING: greeting },
          assets: { directory: "public", binding: "ASSETS" },
          d1_databases: [{ binding: "DB", database_name: "shop", database_id: database }],
          kv_namespaces: [{ binding: "FLAGS", id: namespace }],
          routes: [{ pattern: `${HOST}/*`, zone_id: local.zones[0].id }],
        },
      },
    };
    writeFileSync(join(folder, "wrangler.json"), JSON.stringify(config));
    writeFileSync(join(folder, "index.js"), codeOf("wrangler"));
  }

  function manifest() {
    return `apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata: { name: shop, org: acme, env: production }
spec:
  account_id: "${local.accountId}"
  worker_name: ${NAME}
  script_bundle: { bucket: bundles, path: shop.js }
  kv_bindings: [{ name: FLAGS, namespace_id: ${namespace} }]
  bindings: [{ name: DB, type: d1, database_id: ${database} }]
  assets: { directory: public, binding: ASSETS }
  dns: { enabled: true, zone_id: "${local.zones[0].id}", hostname: ${HOST} }
  env: { variables: { GREETING: hello } }
`;
  }

  function problemOf(name, { status, text }, begunAt) {
    if (status !== 200) return `status ${status}: ${text}`;
    if (name === "file") return text === STYLE ? undefined : `not the file: ${text}`;
    const { maker, ...rest } = JSON.parse(text);
    const mayHaveMade = begunAt > since ? makers : BOTH;
    if (!mayHaveMade.has(maker)) return `answered by ${maker}, after ${[...makers]} had deployed`;
    if (name === "order") return undefined;
    const whole = { greeting: "hello", secret: CANARIES.otherSecret, flag: "up", notes: ["a", "b"], style: STYLE };
    return JSON.stringify(rest) === JSON.stringify(whole) ? undefined : `a wrong answer: ${text}`;
  }

  /** Until the work is done both may answer; after it, only the new one. */
  async function handOver(to, work) {
    makers = BOTH;
    const result = await work();
    makers = new Set([to]);
    since = performance.now();
    await visits.more(5);
    assert.deepEqual(visits.problems, []);
    return result;
  }

  test("a manifest takes it over by the printed command: no visitor notices, its secret, files and tags stay", async (t) => {
    assert.deepEqual(foreignTags(), TAGS);
    const planned = await cli(local, folder, ["plan", "worker.yaml"]);
    assert.equal(planned.exit, 5, planned.stderr);
    const [, goOn] = /^Go on: (cfworker-deploy apply .*)$/m.exec(planned.stderr) ?? [];
    assert.ok(goOn?.includes(`--adopt script:${NAME}`), planned.stderr);
    const applied = await handOver("manifest", () => cli(local, folder, goOn));
    assert.equal(applied.exit, 0, applied.stderr);
    assert.deepEqual(foreignTags(), TAGS);
    assert.equal(script().subdomain.enabled, true, "workers.dev is as it was");
    local.requests.clear();
    const again = await cli(local, folder, ["apply", "worker.yaml"]);
    assert.equal(again.exit, 0, again.stderr);
    assert.deepEqual(writes(), []);
    t.diagnostic(`answers so far, all of them right: ${JSON.stringify(visits.counts)}`);
  });

  test("wrangler takes it back by a deploy: no visitor notices, and its tags are as they were", async (t) => {
    await handOver("wrangler", deploy);
    assert.deepEqual(foreignTags(), TAGS);
    t.diagnostic(`answers so far, all of them right: ${JSON.stringify(visits.counts)}`);
  });

  test("apply and destroy leave it alone then: exit 5, nothing is written, and visitors are answered", async () => {
    const commands = [["apply"], ["destroy"], ["apply", "--prune"]].map((words) => [...words, "worker.yaml", "--yes"]);
    for (const command of commands) {
      local.requests.clear();
      const ended = await cli(local, folder, command);
      assert.equal(ended.exit, 5, ended.stderr);
      assert.match(ended.stderr, /through wrangler/);
      assert.deepEqual(writes(), [], command.join(" "));
    }
    await visits.more(5);
    assert.deepEqual(visits.problems, []);
  });

  test("each order of the whole time was written once", async (t) => {
    await visits.stop();
    assert.deepEqual(visits.problems, []);
    const select = ["--json", "--command", "SELECT count(*) AS orders FROM orders"];
    const [{ results }] = JSON.parse(
      await run(["d1", "execute", "shop", "--env", "production", "--remote", ...select]),
    );
    assert.deepEqual(results, [{ orders: visits.counts.order }]);
    const all = Object.values(visits.counts).reduce((sum, count) => sum + count);
    t.diagnostic(`${all} answers, 0 failed or wrong: ${JSON.stringify(visits.counts)}`);
  });

  test("destroy deletes it only when --take names it, and then its data stays", async () => {
    const ended = await cli(local, folder, ["destroy", "worker.yaml", "--yes", "--take", `script:${NAME}`]);
    assert.equal(ended.exit, 0, ended.stderr);
    assert.equal(local.state.scripts.has(NAME), false);
    assert.deepEqual([local.state.databases.size, local.state.kv.size], [1, 1]);
  });
});

const isWrite = (method) => !["GET", "HEAD"].includes(method);
