/**
 * Cron schedules and custom domains under faults: each request about them meets the faults of the grid, and reads meet stale
 * answers. The run ends well or says truly what is not done; the same run again ends well; then nothing is left to do, the
 * Workers' tags name what is theirs, and what others have is as it was.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ACCOUNT_ID, createAccount, isSettled, manifestOf, TRUSTING, ZONE, ZONE_ID } from "./account.js";
import { FAULTS } from "./grid.js";

const ALL_FAULTS = { ...FAULTS, "stale answer": { kind: "stale+30", readsOnly: true } };
/** Of the faults each request meets one in so many; all of them with LONG. */
const SHARES = { GET: 12, other: 6 };
const IDS = /[0-9a-f]{32}/g;
const HOST = `own.${ZONE}`;
const THEIRS = `theirs.${ZONE}`;
const FOREIGN_CRON = "0 0 1 * *";
const runtime = { ...TRUSTING, check: async () => ({ ok: true, startupTimeMs: 1, handlers: ["fetch", "scheduled"] }) };

const worker = (name, spec) =>
  manifestOf(
    { worker_name: name, script_bundle: { bucket: "bundles", path: "shop.js" }, dns: undefined, ...spec },
    { name },
  );
const timed = (...schedules) => [worker("shop", { schedules })];
const at = (...hosts) => ({ custom_domains: hosts.map((hostname) => ({ hostname, zone_id: ZONE_ID })) });
const both = (first, second) => [worker("shop", first), worker("blog", second)];

/** What a run does, from which state, and what it is to come to. */
const RUNS = {
  "schedules are made": { from: timed(), to: timed("0 3 * * *", "*/5 * * * *"), crons: ["0 3 * * *", "*/5 * * * *"] },
  "a schedule is changed": { from: timed("0 3 * * *"), to: timed("0 4 * * *"), crons: ["0 4 * * *"] },
  "schedules are taken away": { from: timed("0 3 * * *"), to: timed(), crons: [] },
  "schedules go with their Worker": { from: timed("0 3 * * *"), to: timed("0 3 * * *"), destroys: true },
  "a domain is made": { from: both(at(), at()), to: both(at(HOST), at()), domain: "shop" },
  "a domain moves": { from: both(at(HOST), at()), to: both(at(), at(HOST)), domain: "blog" },
  "a domain that can't be moved is made again": {
    from: both(at(HOST), at()),
    to: both(at(), at(HOST)),
    domain: "blog",
    switches: { domainOfAnotherWorker: "refuse" },
  },
  "a domain is taken away": { from: both(at(HOST), at()), to: both(at(), at()) },
  "a domain goes with its Worker": { from: both(at(HOST), at()), to: both(at(HOST), at()), destroys: true },
};

const cronsOf = ({ local: { state } }) => state.scripts.get("shop")?.schedules.map(({ cron }) => cron) ?? [];
const domainsOf = ({ local: { state } }) =>
  Object.fromEntries([...state.domains.values()].map(({ hostname, service }) => [hostname, service]));
const shown = (account) => JSON.stringify([cronsOf(account), domainsOf(account)]);
const isListed = ({ local: { state } }, name, place) =>
  (state.scripts.get(name)?.tags ?? []).some((tag) => tag.startsWith(`cfwd1-in-${place}-`));

async function prepared({ from, destroys, switches }) {
  const account = await createAccount({ runtime, switches });
  // What was there before is known to stale answers only from here on.
  account.local.setFaults(["GET /nowhere:stale"]);
  await account.local.createBucket("bundles");
  await account.bundle("shop");
  await account.apply(from);
  account.foreign.createScript("others");
  account.foreign.addDomain(ZONE, THEIRS, "others");
  const script = account.local.state.scripts.get("shop");
  if (!destroys) script.schedules = [...script.schedules, { cron: FOREIGN_CRON }];
  return account;
}

function carriedOut(account, { to, destroys }) {
  const call = destroys ? account.destroy : account.apply;
  return call(to, { options: { allowDeletes: true } });
}

/** Requests about triggers of a run without a fault, with how many of the same came before each. */
async function requestsOf(run) {
  const account = await prepared(run);
  try {
    const { requests } = await account.during(() => carriedOut(account, run));
    const seen = new Map();
    const counted = requests.map(({ method, path }) => {
      const target = `${method} ${path.split("?")[0].replaceAll(IDS, (id) => ([ACCOUNT_ID, ZONE_ID].includes(id) ? id : "*"))}`;
      seen.set(target, (seen.get(target) ?? 0) + 1);
      return { method, target, count: seen.get(target) };
    });
    return counted.filter(({ target }) => /\/schedules|\/workers\/domains|dns_records|script-settings/.test(target));
  } finally {
    await account.close();
  }
}

async function meets(run, { target, count }, fault) {
  const { kind, when = "", endsAfterMs, heals } = ALL_FAULTS[fault];
  const account = await prepared(run);
  try {
    const before = shown(account);
    account.local.setFaults([`${target}:${kind}:${count}${when}`]);
    if (endsAfterMs) account.clock.setTimeout(() => account.local.setFaults([]), endsAfterMs);
    const { result: error, requests } = await account.during(() =>
      carriedOut(account, run).then(
        () => undefined,
        (error) => error,
      ),
    );
    assert.ok(
      requests.some((request) => request.fault),
      "the fault hit no request",
    );
    account.local.setFaults([]);
    if (heals) assert.equal(error, undefined);
    if (error && shown(account) !== before) assert.equal(error.exitCode, 3, error.message);
    await carriedOut(account, run);
    const { result, writes } = await account.during(() => carriedOut(account, run));
    assert.deepEqual(writes, [], "the run after it writes");
    assert.ok(isSettled(result.plan));
    cameTo(account, run);
    // What was deleted by a run that could not say so is not seen any more, which is no proof: it stays in the tags.
    if (!error && kind !== "stale+30") areListed(account, run);
  } finally {
    await account.close();
  }
}

function cameTo(account, { crons, domain, destroys }) {
  const foreign = destroys ? [] : [FOREIGN_CRON];
  assert.deepEqual(cronsOf(account).toSorted(), [...(crons ?? []), ...foreign].toSorted());
  assert.deepEqual(domainsOf(account), { [THEIRS]: "others", ...(domain && { [HOST]: domain }) });
}

function areListed(account, { crons = [], domain }) {
  assert.equal(isListed(account, "shop", "schedules"), crons.length > 0);
  for (const name of ["shop", "blog"]) assert.equal(isListed(account, name, "domains"), domain === name, name);
}

/** Requests are alike in the runs: each meets some of the faults, all together meet all. */
function isChosen({ method, target }, fault, run) {
  if (ALL_FAULTS[fault].readsOnly && method !== "GET") return false;
  if (process.env.LONG) return true;
  const place = Object.keys(ALL_FAULTS).indexOf(fault) + target.length + Object.keys(RUNS).indexOf(run);
  return place % (SHARES[method] ?? SHARES.other) === 0;
}

for (const [name, run] of Object.entries(RUNS)) {
  describe(name, async () => {
    for (const request of await requestsOf(run)) {
      const faults = Object.keys(ALL_FAULTS).filter((fault) => isChosen(request, fault, name));
      const shortened = request.target.replace(`/client/v4/accounts/${ACCOUNT_ID}`, "");
      test(`${shortened} (${request.count}): ${faults.length} faults`, async () => {
        const problems = [];
        for (const fault of faults) {
          await meets(run, request, fault).catch(({ message }) => problems.push(`${fault}: ${message}`));
        }
        assert.deepEqual(problems, []);
      });
    }
  });
}
