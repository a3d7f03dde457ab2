/** examples/notes by the command line: one run from an empty account, each part in use, the second run without a write. */
import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createSite, eventsOf } from "../cli/deploying.js";

const NOTES = fileURLToPath(new URL("../../examples/notes", import.meta.url));
const PATIENCE_MS = 15_000;
/** The longest chain of the graph: each waits for the answer of the one before. All else goes out beside these. */
const CHAIN = [
  "the zone by its name",
  "what the account has",
  "the database",
  ...["0001_notes.sql", "0002_written_at.sql"].flatMap((file) => [`where ${file} goes`, file, `${file} is applied`]),
  "notes-site, once its tables are there",
  "notes-exporter with the binding to it, which its first upload left out",
  "the record of the host",
  "the route to it",
];
const STORES = ["bucket:notes-files", "d1:notes", "kv:notes-visits", "queue:notes-exports"];

describe("examples/notes", { concurrency: false }, () => {
  let site;
  before(async () => {
    site = await createSite({ zones: ["example.com"], warmUp: true, latencyMs: 100 });
    await cp(NOTES, site.directory, { recursive: true });
    for (const name of ["site", "exporter"])
      assert.equal((await cli("publish", `${name}.js`, `r2://bundles/notes/${name}.js`)).exit, 0);
  });
  after(() => site.close());

  const cli = (...args) => site.cli(...args, "--local");
  const during = async (...args) => {
    site.cloudflare.requests.clear();
    const run = await cli(...args, "--json");
    const requests = site.cloudflare.requests.all().filter(({ surface }) => surface !== "data");
    const isRead = ({ method, json }) => ["GET", "HEAD"].includes(method) || /^SELECT /.test(json?.sql);
    const writes = requests.filter((request) => !isRead(request));
    return { ...run, writes, rounds: site.cloudflare.requests.rounds() };
  };
  const ask = async (path = "/", init = {}) => {
    const { status, text } = await site.cloudflare.request("notes.example.com", path, init);
    return status === 200 ? JSON.parse(text) : status;
  };

  test("what others could read then is asked for first", async () => {
    const { exit, writes } = await during("apply", "notes.yaml");
    assert.deepEqual([exit, writes.length], [1, 0]);
  });

  test("one run makes all of it from an empty account", async () => {
    const run = await during("apply", "notes.yaml", "--yes");
    assert.equal(run.exit, 0, run.stdout + run.stderr);
    assert.equal(
      run.rounds.count,
      CHAIN.length,
      JSON.stringify(run.rounds.rounds.map((round) => round.map(({ path }) => path))),
    );
  });

  test("each part is in use", async () => {
    assert.deepEqual(await ask(), {
      notes: [],
      visits: 1,
      exporter: "nothing written yet",
      file: "https://files.example.com/notes.txt",
    });
    assert.equal(await ask("/", { method: "POST", body: "buy milk" }), 201);
    let exported;
    for (let waited = 0; waited < PATIENCE_MS && exported !== "9 bytes written"; waited += 200) {
      ({ exporter: exported } = await ask());
      await sleep(200);
    }
    assert.equal(exported, "9 bytes written");
    assert.deepEqual(await ask("/notes"), ["buy milk"]);
    const file = await site.cloudflare.request("files.example.com", "/notes.txt");
    assert.equal(file.text, "buy milk\n");
  });

  test("the second run finds all of it and writes nothing", async () => {
    const run = await during("apply", "notes.yaml");
    assert.deepEqual([run.exit, run.writes], [0, []]);
    const actions = eventsOf(run).flatMap(({ type, action }) => (type === "change" ? action : []));
    assert.ok(actions.length > 8 && actions.every((action) => action === "no-op"), String(actions));
  });

  test("destroy leaves the stores and says so", async () => {
    const run = await during("destroy", "notes.yaml", "--yes");
    assert.equal(run.exit, 0, run.stdout + run.stderr);
    const [{ kept }] = eventsOf(run).filter(({ type }) => type === "plan");
    assert.deepEqual(kept.map(({ address }) => address).toSorted(), STORES);
    assert.equal(site.cloudflare.state.scripts.size, 0);
    assert.equal(site.cloudflare.state.objects.buckets.get("notes-files").objects.size, 1);
  });
});
