/** How many requests a run makes, in how many rounds, and which: as docs/deployment-flow.md says. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createSite, manifestOf, ZONE } from "./site.js";

/** Too much for the buffers of a connection: only then a cancelled download can be seen. */
const LARGE = 8_000_000;

const DOC = fileURLToPath(new URL("../../docs/deployment-flow.md", import.meta.url));

describe("requests and rounds at 100 ms latency", () => {
  let site;
  before(async () => {
    site = await createSite({ latencyMs: 100 });
    await site.bundle("shop", "first", LARGE);
  });
  after(() => site.close());

  async function measure(work) {
    const { requests, writes } = await site.during(work);
    return { rounds: site.local.requests.rounds(), requests, writes: writes.length };
  }

  test("a first deploy: 4 rounds, 12 requests, each named in the docs", async () => {
    const { rounds, requests, writes } = await measure(() => site.apply(manifestOf(site)));
    assert.equal(rounds.count, 4, shown(rounds));
    assert.ok(requests.length <= 12, shown(rounds));
    assert.equal(writes, 3);
    assert.deepEqual(named(site, rounds), documented());
  });

  test("unchanged: 1 round, 0 writes, the bundle is not downloaded", async () => {
    const { rounds, requests, writes } = await measure(() => site.apply(manifestOf(site)));
    assert.deepEqual([rounds.count, writes], [1, 0], shown(rounds));
    const download = requests.find(({ surface }) => surface === "s3");
    // The server hears of it a moment after the run has ended.
    for (let waited = 0; download.endedAt === null && waited < 2000; waited += 20) await sleep(20);
    assert.ok(download.aborted, "the download went on");
  });

  test("changed code: 2 rounds", async () => {
    await site.bundle("shop", "second", LARGE);
    const { rounds, writes } = await measure(() => site.apply(manifestOf(site)));
    assert.deepEqual([rounds.count, writes], [2, 1], shown(rounds));
    assert.equal(await site.ask(`shop.${ZONE}`), "second");
  });

  test("changed variables: 2 rounds", async () => {
    const manifest = manifestOf(site, { env: { variables: { TEXT: "third" } } });
    const { rounds, writes } = await measure(() => site.apply(manifest));
    assert.deepEqual([rounds.count, writes], [2, 1], shown(rounds));
    assert.equal(await site.ask(`shop.${ZONE}`), "third");
  });

  test("a zone found by name and derived keys share one round in front", async () => {
    const manifest = manifestOf(site, { dns: { enabled: true, hostname: `shop.${ZONE}` } });
    const creds = { r2: { endpoint: site.local.s3Url } };
    const { rounds } = await measure(() => site.plan(manifest, { creds }));
    assert.equal(rounds.count, 2, shown(rounds));
  });

  const shown = ({ rounds }) =>
    rounds.map((round) => round.map(({ method, path }) => `${method} ${path}`).join("\n")).join("\n---\n");
});

/** `round METHOD path`, ids replaced by what they are. */
function named({ local, zone }, { rounds }) {
  const lines = rounds.flatMap((round, index) =>
    round.map(({ method, path, surface }) => {
      const name = path
        .replace("/client/v4", "")
        .replace(local.accountId, "{account}")
        .replace(zone, "{zone}")
        .replace(/^\/bundles\/shop\.js$/, "/{bucket}/{key}")
        .replace("/scripts/shop", "/scripts/{script}");
      return `${index + 1} ${method} ${surface === "s3" ? "R2 " : ""}${name}`;
    }),
  );
  return lines.sort();
}

/** The table of the docs. */
function documented() {
  const rows = readFileSync(DOC, "utf8").matchAll(/^\| (\d) \| `(\w+) ([^`]+)` \|/gm);
  return [...rows].map(([, round, method, path]) => `${round} ${method} ${path}`).sort();
}
