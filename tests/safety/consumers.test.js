/**
 * Queue consumers under faults: each request about them meets the faults of the grid. The run ends well or says truly what
 * is not done; the same run again ends well; then nothing is left to do, the Worker's tags name what it gets the messages
 * of, and the queue of other people has the consumer that it had.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ACCOUNT_ID, createAccount, isSettled, TRUSTING } from "./account.js";
import { FAULTS } from "./grid.js";

/** Of the faults each request meets one in so many; all of them with LONG. */
const SHARES = { GET: 5, other: 3 };
const IDS = /[0-9a-f]{32}/g;
const ADDRESS = "consumer:orders";
const runtime = {
  ...TRUSTING,
  check: async () => ({ ok: true, startupTimeMs: 1, handlers: ["fetch", "queue"] }),
};

const documentOf = (kind, name, spec) => ({
  apiVersion: "cloudflare.project-planton.org/v1",
  kind,
  metadata: { name, org: "acme", env: "test" },
  spec: { account_id: ACCOUNT_ID, ...spec },
});
const queues = ["orders", "theirs"].map((name) => documentOf("CloudflareQueue", name, { queue_name: name }));
const worker = (name, consumers) =>
  documentOf("CloudflareWorker", name, {
    worker_name: name,
    script_bundle: { bucket: "bundles", path: "shop.js" },
    queue_consumers: consumers,
  });
const OURS = [{ queue: "orders", max_retries: 5, dead_letter_queue: "failed" }];
const others = worker("others", [{ queue: "theirs", max_batch_size: 7 }]);

/** What a run does, from which state. */
const RUNS = {
  creation: { from: [], to: OURS },
  change: { from: OURS, to: [{ queue: "orders", max_batch_timeout: 1 }] },
  deletion: { from: OURS, to: [] },
  takeover: { from: [], to: OURS, takes: true },
  destruction: { from: OURS, to: OURS, destroys: true },
};

const consumersOf = ({ local: { state } }, queue) =>
  [...state.consumers.values()].filter(({ queueId }) => state.queues.get(queueId).name === queue);
const shown = (account, queue) =>
  JSON.stringify(consumersOf(account, queue).map(({ id, createdOn, ...rest }) => ({ ...rest })));
const isListed = ({ local: { state } }) =>
  (state.scripts.get("shop")?.tags ?? []).some((tag) => tag.startsWith("cfwd1-in-queues-"));

async function prepared({ from, takes }) {
  const account = await createAccount({ runtime });
  await account.local.createBucket("bundles");
  await account.bundle("shop");
  await account.apply([...queues, others, worker("shop", from)]);
  if (takes) consumerOfOthers(account);
  return account;
}

/** Somebody else's Worker gets the messages of our queue. */
function consumerOfOthers({ local: { state } }) {
  const [theirs] = state.consumers.values();
  const queue = [...state.queues.values()].find(({ name }) => name === "orders");
  const id = "c".repeat(32);
  state.consumers.set(id, { ...theirs, id, queueId: queue.id });
}

function carriedOut(account, { to, takes, destroys }) {
  const options = { allowDeletes: true, ...(takes && { take: [ADDRESS] }) };
  const call = destroys ? account.destroy : account.apply;
  return call(worker("shop", to), { options });
}

/** Requests about consumers of a run without a fault, with how many of the same came before each. */
async function requestsOf(run) {
  const account = await prepared(run);
  try {
    const { requests } = await account.during(() => carriedOut(account, run));
    const seen = new Map();
    const counted = requests.map(({ method, path }) => {
      const target = `${method} ${path.split("?")[0].replaceAll(IDS, (id) => (id === ACCOUNT_ID ? id : "*"))}`;
      seen.set(target, (seen.get(target) ?? 0) + 1);
      return { method, target, count: seen.get(target) };
    });
    return counted.filter(({ target }) => /\/queues|script-settings/.test(target));
  } finally {
    await account.close();
  }
}

async function meets(run, { target, count }, fault) {
  const { kind, when = "", endsAfterMs, heals } = FAULTS[fault];
  const account = await prepared(run);
  try {
    const [before, theirs] = [shown(account, "orders"), shown(account, "theirs")];
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
    if (error && shown(account, "orders") !== before) assert.equal(error.exitCode, 3, error.message);
    await carriedOut(account, run);
    const { result, writes } = await account.during(() => carriedOut(account, run));
    assert.deepEqual(writes, [], "the run after it writes");
    assert.ok(isSettled(result.plan));
    const wanted = run.destroys ? [] : run.to;
    const scripts = consumersOf(account, "orders").map(({ script }) => script);
    assert.deepEqual(
      scripts,
      wanted.map(() => "shop"),
    );
    // What was deleted by a run that could not say so is not seen any more, which is no proof: it stays in the tags.
    if (!error || wanted.length > 0) assert.equal(isListed(account), wanted.length > 0);
    assert.equal(shown(account, "theirs"), theirs);
  } finally {
    await account.close();
  }
}

/** Requests are alike in the five runs: each meets some of the faults, all together meet all. */
function isChosen({ method, target }, fault, run) {
  if (process.env.LONG) return true;
  const place = Object.keys(FAULTS).indexOf(fault) + target.length + Object.keys(RUNS).indexOf(run);
  return place % (SHARES[method] ?? SHARES.other) === 0;
}

for (const [name, run] of Object.entries(RUNS)) {
  describe(`${name} of a consumer`, async () => {
    for (const request of await requestsOf(run)) {
      const faults = Object.keys(FAULTS).filter((fault) => isChosen(request, fault, name));
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
