/**
 * What other people do to a deployed Worker, or did before the first deployment, and what the next run makes of it:
 * `plan` tells it; `apply` repairs it, leaves it alone, or stops with no write and says how to go on.
 */
import assert from "node:assert/strict";
import { createAccount, isSettled, manifestOf, OTHER_ZONE_ID, ZONE, ZONE_ID } from "./account.js";

/** Values of secrets for each run. */
export const VALUES = { KEY: "one" };

const HOST = `shop.${ZONE}`;
const PATTERN = `${HOST}/*`;
const MORE = { creds: { secrets: VALUES } };
const spec = (more) => ({ env: { variables: { TEXT: "ours" }, secrets: { KEY: "${KEY}" } }, ...more });
const wanted = manifestOf(spec());
const otherCode = "export default { fetch: () => new Response('theirs') };";

/** `first`: nothing of ours is there yet. `act` gets the account. */
export const DRIFT = {
  "record deleted": { act: ({ foreign }) => foreign.deleteRecord(ZONE, HOST) },
  "record unproxied": { act: ({ foreign }) => foreign.changeRecord(ZONE, HOST, { proxied: false }) },
  "record points elsewhere": { act: ({ foreign }) => foreign.changeRecord(ZONE, HOST, { content: "192.0.2.9" }) },
  "record lost its comment": { act: ({ foreign }) => foreign.changeRecord(ZONE, HOST, { comment: null }) },
  "route deleted": { act: ({ foreign }) => foreign.deleteRoute(ZONE, PATTERN) },
  "route leads to another Worker": { act: leadAway },
  "a second route to our Worker": {
    act: ({ foreign }) => foreign.addRoute(ZONE, { pattern: `${ZONE}/theirs/*`, script: "shop" }),
  },
  "workers.dev switched on, not declared": { act: ({ foreign }) => foreign.setSubdomain("shop", true) },
  "workers.dev switched on, declared off": {
    manifest: manifestOf(spec({ workers_dev: false })),
    act: ({ foreign }) => foreign.setSubdomain("shop", true),
  },
  "Worker deleted": { act: ({ foreign }) => foreign.deleteScript("shop") },
  "tags lost": { act: ({ foreign }) => foreign.setTags("shop", ["team-blue"]) },
  "a tag added": {
    act: ({ foreign, local }) => foreign.setTags("shop", [...local.state.scripts.get("shop").tags, "team-blue"]),
  },
  "saved in the dashboard, not deployed": { act: ({ foreign }) => foreign.dashboardSave("shop", { code: otherCode }) },
  "deployed in the dashboard": { act: ({ foreign }) => foreign.dashboardDeploy("shop", { code: otherCode }) },
  "deployed in the dashboard, under `drift: overwrite`": {
    manifest: manifestOf(spec(), { annotations: { drift: "overwrite" } }),
    act: ({ foreign }) => foreign.dashboardDeploy("shop", { code: otherCode }),
  },
  "rolled back by hand": {
    act: async ({ foreign, apply }) => {
      await apply(manifestOf(spec({ env: { variables: { TEXT: "older" }, secrets: { KEY: "${KEY}" } } })), MORE);
      await apply(wanted, MORE);
      foreign.rollback("shop");
    },
  },
  "split deployment": {
    act: ({ foreign }) => {
      foreign.dashboardSave("shop", { code: otherCode });
      foreign.splitDeployment("shop");
    },
  },
  "secret changed by somebody": { act: ({ foreign }) => foreign.editSecret("shop", "KEY", "theirs") },
  "secret added by somebody": { act: ({ foreign }) => foreign.editSecret("shop", "THEIRS", "value") },
  "secret deleted by somebody": { act: ({ foreign }) => foreign.editSecret("shop", "KEY", null) },
  "before the first run: a Worker of that name": { first: true, act: ({ foreign }) => foreign.createScript("shop") },
  "before the first run: a record of that host": {
    first: true,
    act: ({ foreign }) => foreign.addRecord(ZONE, { type: "A", name: HOST, content: "192.0.2.9" }),
  },
  "before the first run: the wanted record, by hand": {
    first: true,
    act: ({ foreign }) => foreign.addRecord(ZONE, { type: "A", name: HOST, content: "100.0.0.1" }),
  },
  "before the first run: the pattern leads elsewhere": { first: true, act: leadAway },
  "before the first run: another manifest's Worker": {
    first: true,
    act: ({ apply }) => apply(manifestOf(spec({ dns: { enabled: false } }), { env: "other" }), MORE),
  },
  "before the first run: another manifest's record": {
    first: true,
    act: ({ apply }) => apply(manifestOf(spec({ worker_name: "other-shop", dns: pathOnly() }), { env: "other" }), MORE),
  },
};

/** The same host, another pattern: only the record is shared. */
function pathOnly() {
  return { enabled: true, zone_id: ZONE_ID, hostname: HOST, route_patterns: [`${HOST}/other/*`] };
}

function leadAway({ foreign, local }) {
  if (!local.state.scripts.has("legacy")) foreign.createScript("legacy");
  foreign.deleteRoute(ZONE, PATTERN);
  foreign.addRoute(ZONE, { pattern: PATTERN, script: "legacy" });
}

/** The account in which a case has happened, and its manifest. */
export async function happened(name) {
  const { first, act, manifest = wanted } = DRIFT[name];
  const account = await createAccount();
  await account.bundle("shop");
  account.foreign.addRecord("example.org", { name: "example.org", content: "192.0.2.3" });
  if (!first) await account.apply(manifest, MORE);
  await act(account);
  return { account, manifest };
}

/**
 * Runs one case.
 * @returns {Promise<{ name: string, exit: number, changes: string[], says: string[], flags: string[] }>} of the plan
 */
export async function runDrift(name) {
  const { account, manifest } = await happened(name);
  try {
    const before = stateOf(account);
    const { result: plan, writes } = await account.during(() => account.plan(manifest, MORE));
    assert.deepEqual(writes, [], "a plan writes");
    if (plan.exitCode === 5) await isRefused(account, manifest, before);
    await goesOn(account, manifest, plan.resolve);
    assert.deepEqual(account.local.state.records.get(OTHER_ZONE_ID).length, 1);
    return { name, exit: plan.exitCode, ...told(plan) };
  } finally {
    await account.close();
  }
}

async function isRefused(account, manifest, before) {
  const { writes } = await account.during(() => assert.rejects(account.apply(manifest, MORE), { exitCode: 5 }));
  assert.deepEqual(writes, []);
  assert.equal(stateOf(account), before);
}

/** With the flags that the plan printed everything is solved, and stays so. */
async function goesOn(account, manifest, resolve) {
  await account.apply(manifest, { ...MORE, options: { allowDeletes: true, ...resolve } });
  const { result, writes } = await account.during(() => account.apply(manifest, MORE));
  assert.ok(isSettled(result.plan), JSON.stringify(result.plan.changes));
  assert.deepEqual(writes, []);
}

/** All that the account holds, as text. */
export const stateOf = ({ local: { state } }) =>
  JSON.stringify([[...state.scripts], [...state.records], [...state.routes]]);

/** What differs from run to run is left out. */
function told({ changes, kept = [], unmanaged = [], diagnostics = [], resolve = {} }) {
  const steady = (text) =>
    text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "ID").replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "DATE");
  return {
    changes: changes
      .filter(({ action }) => action !== "no-op")
      .map(({ address, action, reason }) => steady(`${action} \`${address}\`: ${reason}`)),
    says: [
      ...diagnostics.map(({ message }) => steady(message)),
      ...kept.map(({ address, path, reason }) => `kept \`${path ?? address}\`: ${reason}`),
      ...unmanaged.map(({ address, reason }) => `unmanaged \`${address}\`: ${reason}`),
    ],
    flags: ["adopt", "take"].flatMap((name) => (resolve[name] ?? []).map((address) => `--${name} ${address}`)),
  };
}
