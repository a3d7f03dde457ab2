/**
 * Stores under faults: each request of each kind's creation, change and deletion meets the faults of the grid. The run
 * ends well or says truly what is not done; the same run again ends well; then nothing is left to do, the account has one
 * store of that name or none, and the store that other people named nearly the same is as it was.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ACCOUNT_ID, createAccount, isSettled } from "./account.js";
import { FAULTS } from "./grid.js";

const READS_SHARE = 5;
const IDS = /[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}/g;

/**
 * `made`: what a document states, `changed`: the same store in another state; `theirs`: other people's; `all`: the
 * account's stores of the kind, name → state.
 */
const KINDS = {
  CloudflareKvNamespace: {
    address: "kv:shop",
    made: { namespace_name: "shop" },
    theirs: { namespace_name: "shop-of-others" },
    all: ({ kv }) => [...kv.values()].map(({ title, id }) => [title, id]),
  },
  CloudflareQueue: {
    address: "queue:shop",
    made: { queue_name: "shop", settings: { delivery_delay: 5 } },
    changed: { queue_name: "shop", settings: { delivery_delay: 60 } },
    theirs: { queue_name: "shop-of-others", settings: { delivery_delay: 7 } },
    all: ({ queues }) => [...queues.values()].map(({ name, settings }) => [name, settings]),
  },
  CloudflareR2Bucket: {
    address: "bucket:shop",
    made: { bucket_name: "shop", cors: [{ origins: ["https://a.example.com"], methods: ["GET"] }] },
    changed: { bucket_name: "shop", cors: [] },
    theirs: { bucket_name: "shop-of-others" },
    all: ({ objects }) => [...objects.buckets.values()].map(({ name, cors }) => [name, cors]),
  },
  CloudflareD1Database: {
    address: "d1:shop",
    made: { database_name: "shop", region: "weur", read_replication: { mode: "auto" } },
    changed: { database_name: "shop", read_replication: { mode: "disabled" } },
    theirs: { database_name: "shop-of-others", region: "apac" },
    all: ({ databases }) =>
      [...databases.values()].map(({ name, location, replication }) => [name, location, replication]),
  },
};

/** What a run does, from which state. */
const RUNS = {
  creation: { from: null, to: "made" },
  change: { from: "made", to: "changed" },
  deletion: { from: "made", to: "made", deletes: true },
};

const documentOf = (kind, spec, name = "shop") => ({
  apiVersion: "cloudflare.project-planton.org/v1",
  kind,
  metadata: { name, org: "acme", env: "test" },
  spec: { account_id: ACCOUNT_ID, ...spec },
});

const statesOf = (kind, { local }) => JSON.stringify(KINDS[kind].all(local.state).sort());
const theirsOf = (kind, { local }) => JSON.stringify(KINDS[kind].all(local.state).filter(([name]) => name !== "shop"));
const countOf = (kind, { local }) => KINDS[kind].all(local.state).filter(([name]) => name === "shop").length;

async function prepared(kind, { from }, switches = {}) {
  const account = await createAccount({ switches });
  await account.apply(documentOf(kind, KINDS[kind].theirs, "theirs"));
  if (from) await account.apply(documentOf(kind, KINDS[kind][from]));
  return account;
}

function carriedOut(account, kind, { to, deletes }) {
  const document = documentOf(kind, KINDS[kind][to]);
  if (!deletes) return account.apply(document);
  return account.destroy(document, { options: { allowDeletes: true, deleteData: [KINDS[kind].address] } });
}

/** Method and path of each request of a run without a fault, with how many of the same came before it. */
async function requestsOf(kind, run) {
  const account = await prepared(kind, run);
  try {
    const { requests } = await account.during(() => carriedOut(account, kind, run));
    const seen = new Map();
    return requests.map(({ method, path }) => {
      const target = `${method} ${path.replaceAll(IDS, (id) => (id === ACCOUNT_ID ? id : "*"))}`;
      seen.set(target, (seen.get(target) ?? 0) + 1);
      return { method, target, count: seen.get(target) };
    });
  } finally {
    await account.close();
  }
}

async function meets(kind, run, { target, count }, fault) {
  const { kind: what, when = "", endsAfterMs, heals } = FAULTS[fault];
  const account = await prepared(kind, run);
  try {
    const [before, theirs] = [statesOf(kind, account), theirsOf(kind, account)];
    account.local.setFaults([`${target}:${what}:${count}${when}`]);
    if (endsAfterMs) account.clock.setTimeout(() => account.local.setFaults([]), endsAfterMs);
    const { result: error, requests } = await account.during(() =>
      carriedOut(account, kind, run).then(
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
    if (error) {
      const wrote = statesOf(kind, account) !== before;
      const open = [...error.notDone, ...error.unknown];
      if (wrote) assert.equal(error.exitCode, 3, `something was written: ${error.message}`);
      if (error.exitCode === 3) assert.deepEqual(open, [KINDS[kind].address]);
    }
    await carriedOut(account, kind, run);
    const { result, writes } = await account.during(() => carriedOut(account, kind, run));
    assert.deepEqual(writes, [], "the run after it writes");
    assert.ok(isSettled(result.plan));
    assert.equal(countOf(kind, account), run.deletes ? 0 : 1);
    assert.equal(theirsOf(kind, account), theirs);
  } finally {
    await account.close();
  }
}

/** Reads are alike: each meets some of the faults, all together meet all. */
function isChosen({ method, target }, fault) {
  if (process.env.LONG || method !== "GET") return true;
  return (Object.keys(FAULTS).indexOf(fault) + target.length) % READS_SHARE === 0;
}

for (const kind of Object.keys(KINDS)) {
  for (const [name, run] of Object.entries(RUNS)) {
    if (!KINDS[kind][run.to]) continue;
    describe(`${name} of a ${kind}`, async () => {
      for (const request of await requestsOf(kind, run)) {
        const faults = Object.keys(FAULTS).filter((fault) => isChosen(request, fault));
        const shown = request.target.replace(`/client/v4/accounts/${ACCOUNT_ID}`, "");
        test(`${shown} (${request.count}): ${faults.length} faults`, async () => {
          const problems = [];
          for (const fault of faults) {
            await meets(kind, run, request, fault).catch(({ message }) => problems.push(`${fault}: ${message}`));
          }
          assert.deepEqual(problems, []);
        });
      }
    });
  }
}

describe("a store whose creation was answered by nobody, and which lists don't show yet", {
  concurrency: false,
}, () => {
  for (const kind of Object.keys(KINDS).filter((kind) => kind !== "CloudflareR2Bucket")) {
    test(`is waited for and made once: ${kind}`, async () => {
      const account = await prepared(kind, RUNS.creation, { lateStores: 3 });
      try {
        account.local.setFaults(["POST */accounts/**:lost:1"]);
        const { outputs } = await carriedOut(account, kind, RUNS.creation);
        assert.equal(countOf(kind, account), 1);
        assert.ok(Object.keys(outputs[`${kind}/shop`]).length > 0);
      } finally {
        await account.close();
      }
    });
  }
});
