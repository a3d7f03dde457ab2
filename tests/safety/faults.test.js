/**
 * The single-fault grid: each request of each scenario meets each fault once. The run ends well or says what is not
 * done; the same run again, without the fault, ends well; then nothing is left to do, nothing is there twice, nothing
 * orphaned, and what is somebody else's is as it was.
 *
 * Waits between tries are real time, so a part of the grid runs here; `LONG=1` runs all of it.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createSite, isSettled, manifestOf, ZONE } from "../e2e/site.js";

const KINDS = ["reset", "lost", "double", "truncate", "html", "429", "429+1", "500", "503", "403"];
const AT_ONCE = 8;
const HOST = `shop.${ZONE}`;
const YES = { options: { allowDeletes: true } };
/** Exit codes of a run that did not end well: failed before a write, partly done, permission. */
const HONEST = [1, 3, 4];

const SCENARIOS = {
  create: { to: (site) => manifestOf(site) },
  update: { from: (site) => manifestOf(site), to: (site) => manifestOf(site, { env: { variables: { TEXT: "new" } } }) },
  "toggle off": { from: (site) => manifestOf(site), to: (site) => manifestOf(site, { dns: { enabled: false } }) },
  "rename host": {
    from: (site) => manifestOf(site),
    to: (site) => manifestOf(site, { dns: { enabled: true, zone_id: site.zone, hostname: `store.${ZONE}` } }),
  },
  destroy: { from: (site) => manifestOf(site), to: (site) => manifestOf(site), destroys: true },
};

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  describe(`${name}, one fault at a time`, { concurrency: AT_ONCE }, async () => {
    const requests = await requestsOf(scenario);
    const cells = requests.flatMap((request, index) =>
      KINDS.map((kind, column) => ({ request, kind, pick: index + column })),
    );
    // Writes meet every fault; reads are alike, so each meets some.
    const chosen = cells.filter(
      ({ request, pick }) => process.env.LONG || !request.startsWith("GET") || pick % 5 === 0,
    );
    for (const { request, kind } of chosen) {
      test(`${request} ${kind}`, () => cell(scenario, `${request}:${kind}:1`));
    }
  });
}

/** A site with something foreign on it, in the scenario's first state. */
async function prepared({ from }) {
  const site = await createSite();
  await site.bundle("shop");
  site.foreign.createScript("foreign");
  site.foreign.addRecord(site.zone, { type: "A", name: `foreign.${ZONE}`, content: "192.0.2.1", proxied: true });
  site.foreign.addRoute(site.zone, { pattern: `foreign.${ZONE}/*`, script: "foreign" });
  if (from) await site.apply(from(site));
  return site;
}

const run = (site, { to, destroys }) => (destroys ? site.destroy(to(site)) : site.apply(to(site), YES));

/** `METHOD *path` of each request of the scenario, without what differs from site to site. */
async function requestsOf(scenario) {
  const site = await prepared(scenario);
  const { requests } = await site.during(() => run(site, scenario));
  const globs = requests.map(({ method, path }) => `${method} ${glob(path)}`);
  await site.close();
  return [...new Set(globs)];
}

const glob = (path) => path.replaceAll(/[0-9a-f]{32}/g, "*").replace("/client/v4", "*");

async function cell(scenario, fault) {
  const site = await prepared(scenario);
  try {
    const foreign = foreignOf(site);
    site.local.setFaults([fault]);
    const failed = await run(site, scenario).then(
      () => null,
      (error) => error,
    );
    site.local.setFaults([]);
    if (failed) assert.ok(HONEST.includes(failed.exitCode), `exit ${failed.exitCode}: ${failed.message}`);
    if (failed?.exitCode === 3)
      assert.ok(failed.notDone.length + failed.unknown.length > 0, "partly done, and nothing is open");
    await run(site, scenario);
    await isFine(site, scenario);
    assert.deepEqual(foreignOf(site), foreign);
  } finally {
    await site.close();
  }
}

async function isFine(site, { to, destroys }) {
  const records = site.records().filter(({ name }) => !name.startsWith("foreign"));
  const routes = site.routes().filter(({ script }) => script !== "foreign");
  if (destroys) {
    assert.deepEqual([records, routes, site.local.state.scripts.has("shop")], [[], [], false]);
    return;
  }
  const { dns } = to(site).spec;
  assert.equal(records.length, dns.enabled ? 1 : 0);
  assert.equal(routes.length, dns.enabled ? 1 : 0);
  const { result, writes } = await site.during(() => site.apply(to(site)));
  assert.ok(isSettled(result.plan), JSON.stringify(result.plan.changes));
  assert.deepEqual(writes, []);
  if (dns.enabled) assert.notEqual(typeof (await site.ask(dns.hostname ?? HOST)), "number");
}

function foreignOf(site) {
  return JSON.stringify([
    site.records().filter(({ name }) => name.startsWith("foreign")),
    site.routes().filter(({ script }) => script === "foreign"),
    site.local.state.scripts.get("foreign"),
  ]);
}
