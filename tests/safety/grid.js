/**
 * The single-fault grid: each request of each scenario meets each fault. The run ends well or says truly what is not
 * done; the same run again, without the fault, ends well; then nothing is left to do, nothing is there twice, nothing is
 * orphaned, and what is somebody else's is byte for byte as it was.
 */
import assert from "node:assert/strict";
import { deserialize, serialize } from "node:v8";
import { CANARIES } from "../canaries/index.js";
import { ACCOUNT_ID, createAccount, isSettled, manifestOf, TRUSTING, ZONE, ZONE_ID } from "./account.js";

const HOST = `shop.${ZONE}`;
const FIVE_MINUTES_MS = 300_000;

/**
 * What happens to the request, by the name in the table.
 * `kind` and `when` as in js/local/faults.js; `heals`: such a fault must be got over within the same run.
 */
export const FAULTS = {
  refused: { kind: "refuse", heals: true },
  "reset before": { kind: "reset", heals: true },
  "lost after effect": { kind: "lost", heals: true },
  doubled: { kind: "double", heals: true },
  "timed out": { kind: "timeout", heals: true },
  "truncated answer": { kind: "truncate", heals: true },
  "HTML answer": { kind: "html", heals: true },
  "429 once": { kind: "429", heals: true },
  "429 with Retry-After": { kind: "429+30", heals: true },
  "429 for five minutes": { kind: "429", when: "+", endsAfterMs: FIVE_MINUTES_MS, heals: true },
  "500 once": { kind: "500", heals: true },
  "503 once": { kind: "503", heals: true },
  "503 for ever": { kind: "503", when: "+" },
  "403 once": { kind: "403" },
  "403 for ever": { kind: "403", when: "+" },
};

// With a key of its own the digest of the secrets is the same in each cell's account, whose tokens differ.
export const CREDENTIALS = {
  secrets: { KEY: CANARIES.secret, OLD: CANARIES.otherSecret },
  fingerprintKey: CANARIES.fingerprintKey,
};
const env = (TEXT, more) => ({ env: { variables: { TEXT }, secrets: { KEY: "${KEY}", ...more } } });
const one = manifestOf(env("one"));

/** Accepts every upload, also of Workers that get the messages of queues. */
const runtime = { ...TRUSTING, check: async () => ({ ok: true, startupTimeMs: 1, handlers: ["fetch", "queue"] }) };

const service = (name, service) => ({ bindings: [{ name, type: "service", service }] });
/** Two Workers that are bound to each other; one has a host, and gets the messages of a queue that the run makes. */
const circle = [
  manifestOf({ ...env("one"), ...service("API", "api"), queue_consumers: [{ queue: "orders", max_retries: 5 }] }),
  manifestOf({ worker_name: "api", dns: undefined, ...service("SHOP", "shop") }, { name: "api" }),
  {
    ...manifestOf({}, { name: "orders" }),
    kind: "CloudflareQueue",
    spec: { account_id: ACCOUNT_ID, queue_name: "orders" },
  },
];

/**
 * The first document, if there are several, is that of the Worker `shop`.
 *
 * `from`: what was applied before, `to`: what is applied, or destroyed; `options`: of the call; `occupied`: other people
 * have all that the manifest names; `switches`: of Local Cloudflare.
 */
export const SCENARIOS = {
  create: { to: one },
  update: { from: one, to: manifestOf(env("two")) },
  "toggle off": { from: one, to: manifestOf({ ...env("one"), dns: { enabled: false } }) },
  "rename host": {
    from: one,
    to: manifestOf({ ...env("one"), dns: { enabled: true, zone_id: ZONE_ID, hostname: `store.${ZONE}` } }),
  },
  "secret removed, workers.dev on": {
    from: manifestOf(env("one", { OLD: "${OLD}" })),
    to: manifestOf({ ...env("one"), workers_dev: true }),
  },
  "secret removed by a call of its own": {
    switches: { keepBindingsEmptyDrops: false },
    from: manifestOf(env("one", { OLD: "${OLD}" })),
    to: one,
  },
  "settings of the Worker changed, without an upload": {
    from: manifestOf({ ...env("one"), logpush: true, tail_consumers: [{ service: "foreign" }], tags: ["team-shop"] }),
    to: manifestOf({ ...env("one"), observability: { enabled: true, logs: { enabled: true } }, tags: ["team-blue"] }),
  },
  "take over": {
    occupied: true,
    to: one,
    options: { adopt: ["script:shop", `record:${HOST}`], take: [`route:${HOST}/*`] },
  },
  destroy: { from: one, to: one, destroys: true },
  "create two Workers bound to each other, a queue and its consumer": { to: circle },
  "destroy two Workers bound to each other, and the consumer": { from: circle, to: circle, destroys: true },
};

/** Every cell of the grid. @returns {Promise<{ scenario: string, request: string, target: string, fault: string }[]>} */
export async function cellsOf(scenario) {
  const requests = await requestsOf(SCENARIOS[scenario]);
  return requests.flatMap((request) => Object.keys(FAULTS).map((fault) => ({ scenario, ...request, fault })));
}

/**
 * Runs one cell.
 * @returns {Promise<object>} the cell with `exit` of the faulty run, `seconds` that it took in its own time, and `tries`
 *   of the request
 * @throws {assert.AssertionError} when anything that must hold does not
 */
export async function runCell(cell) {
  const scenario = SCENARIOS[cell.scenario];
  const account = await prepared(scenario);
  try {
    const before = stateOf(account);
    const outcome = await faulty(account, scenario, cell);
    judge(cell, outcome, before.text !== stateOf(account).text);
    await run(account, scenario);
    await converged(account, scenario);
    assert.equal(stateOf(account).foreign, before.foreign);
    const versions = stateOf(account).versions - before.versions;
    assert.ok(versions <= cell.versions + 1, `${versions} versions`);
    return { ...cell, exit: outcome.exit, seconds: outcome.seconds, tries: outcome.tries };
  } finally {
    await account.close();
  }
}

/** What the account holds at the start of a scenario; made once, and copied for each cell. */
const starts = new Map();

/** An account in the scenario's first state. */
export async function prepared(scenario) {
  const account = await createAccount({ runtime, switches: scenario.switches });
  await account.bundle("shop");
  if (!starts.has(scenario)) {
    addForeign(account);
    if (scenario.occupied) occupy(account);
    if (scenario.from) await account.apply(scenario.from, { creds: CREDENTIALS });
    const { scripts, records, routes, queues, consumers } = account.local.state;
    starts.set(scenario, serialize({ scripts, records, routes, queues, consumers }));
  }
  Object.assign(account.local.state, deserialize(starts.get(scenario)));
  return account;
}

/** Things of other people, also close to ours. */
function addForeign({ foreign }) {
  foreign.createScript("foreign", { tags: ["team-blue"] });
  foreign.editSecret("foreign", "KEY", "theirs");
  foreign.addRecord(ZONE, { type: "A", name: `foreign.${ZONE}`, content: "192.0.2.1", comment: "by hand" });
  foreign.addRecord(ZONE, { type: "TXT", name: HOST, content: '"v=theirs"', proxied: false });
  foreign.addRoute(ZONE, { pattern: `foreign.${ZONE}/*`, script: "foreign" });
  foreign.addRoute(ZONE, { pattern: `${HOST}/theirs/*`, script: "foreign" });
}

/** Other people's Worker, record and route, where ours are to be. */
function occupy({ foreign }) {
  foreign.createScript("shop");
  foreign.addRecord(ZONE, { type: "A", name: HOST, content: "192.0.2.9" });
  foreign.addRoute(ZONE, { pattern: `${HOST}/*`, script: "foreign" });
}

/** The scenario's own run. */
export function run(account, { to, destroys, options: own }, options = {}) {
  const more = { creds: CREDENTIALS, options: { allowDeletes: true, ...own, ...options } };
  return destroys ? account.destroy(to, more) : account.apply(to, more);
}

/** Nothing left to do, nothing twice, nothing orphaned. */
export async function converged(account, scenario) {
  const { state } = account.local;
  const { result, writes } = await account.during(() => run(account, scenario));
  assert.deepEqual(writes, [], "the re-run writes");
  const records = state.records.get(ZONE_ID).filter(({ type, name }) => type === "A" && !name.startsWith("foreign"));
  const routes = state.routes.get(ZONE_ID).filter(({ script }) => script !== "foreign");
  const consumed = [...state.consumers.values()].map((it) => [state.queues.get(it.queueId).name, it.script]);
  const shape = [
    records.map(({ name, proxied }) => [name, proxied]),
    routes.map(({ pattern, script }) => [pattern, script]),
  ];
  if (scenario.destroys) {
    assert.deepEqual([shape, consumed, [...state.scripts.keys()]], [[[], []], [], ["foreign"]]);
    // What keeps data stays.
    assert.deepEqual(queuesOf(state), queuesIn(scenario));
    return;
  }
  assert.ok(isSettled(result.plan), JSON.stringify(result.plan.changes));
  const [main, ...others] = [scenario.to].flat();
  const { dns, env: wanted, bindings = [], queue_consumers: consumers = [] } = main.spec;
  const host = dns.hostname;
  assert.deepEqual(shape, dns.enabled ? [[[host, true]], [[`${host}/*`, "shop"]]] : [[], []]);
  assert.deepEqual(boundIn(state, "shop"), {
    ...wanted.variables,
    ...servicesIn(bindings),
    KEY: CREDENTIALS.secrets.KEY,
  });
  for (const { spec } of others.filter(({ kind }) => kind === main.kind))
    assert.deepEqual(boundIn(state, spec.worker_name), servicesIn(spec.bindings));
  assert.deepEqual(
    consumed,
    consumers.map(({ queue }) => [queue, "shop"]),
  );
  assert.deepEqual(queuesOf(state), queuesIn(scenario));
}

const boundIn = ({ scripts }, name) =>
  Object.fromEntries(scripts.get(name).versions[0].bindings.map(({ name, text, service }) => [name, text ?? service]));
const servicesIn = (bindings) => Object.fromEntries(bindings.map(({ name, service }) => [name, service]));
const queuesOf = ({ queues }) => [...queues.values()].map(({ name }) => name);
const queuesIn = ({ to }) => [to].flat().flatMap(({ spec }) => spec.queue_name ?? []);

/** All that the account holds; `foreign` is what no run may touch. */
export function stateOf({ local: { state } }) {
  const theirs = ({ name, type, pattern }) =>
    type === "TXT" || name?.startsWith("foreign") || pattern?.startsWith("foreign") || pattern?.endsWith("/theirs/*");
  const all = [...state.records.values(), ...state.routes.values()].flat();
  const text = JSON.stringify([all, [...state.scripts], [...state.queues], [...state.consumers]]);
  const ours = [...state.scripts.values()].filter(({ name }) => name !== "foreign");
  const versions = ours.reduce((sum, script) => sum + script.versions.length, 0);
  return { text, versions, foreign: JSON.stringify([all.filter(theirs), state.scripts.get("foreign")]) };
}

/** `request` names it for people, `target` for a fault: method, path glob and which of those that match. */
async function requestsOf(scenario) {
  const account = await prepared(scenario);
  const before = stateOf(account).versions;
  const { requests } = await account.during(() => run(account, scenario));
  // One more may come by a request that arrived twice, or by the repetition of the run.
  const versions = stateOf(account).versions - before;
  await account.close();
  const seen = new Map();
  const named = requests.map(({ method, path }) => {
    const target = `${method} ${globOf(path)}`;
    const count = (seen.get(target) ?? 0) + 1;
    seen.set(target, count);
    return { request: `${shownPath(method, path)}${count > 1 ? ` (${count})` : ""}`, target, count, versions };
  });
  // Reads go out together, in no certain order.
  const reads = named.filter(({ target }) => target.startsWith("GET"));
  const writes = named.filter(({ target }) => !target.startsWith("GET"));
  return [...reads.sort((left, right) => left.request.localeCompare(right.request)), ...writes];
}

const FIXED = [ACCOUNT_ID, ZONE_ID];
const IDS = /[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}/g;
const globOf = (path) => path.replaceAll(IDS, (id) => (FIXED.includes(id) ? id : "*"));

function shownPath(method, path) {
  const short = path
    .replace("/client/v4", "")
    .replace(`/accounts/${ACCOUNT_ID}/workers`, "")
    .replace(`/accounts/${ACCOUNT_ID}`, "")
    .replace(`/zones/${ZONE_ID}`, "/zone");
  return `${method} ${short.replaceAll(IDS, "ID")}`;
}

async function faulty(account, scenario, { target, count, fault }) {
  const { kind, when = "", endsAfterMs } = FAULTS[fault];
  const { local, clock } = account;
  local.setFaults([`${target}:${kind}:${count}${when}`]);
  if (endsAfterMs) clock.setTimeout(() => local.setFaults([]), endsAfterMs);
  const started = clock.now();
  const { result, requests } = await account.during(() =>
    run(account, scenario).then(
      () => ({ exit: 0 }),
      (error) => ({ exit: error.exitCode, error }),
    ),
  );
  local.setFaults([]);
  const hit = requests.filter((request) => request.fault);
  assert.ok(hit.length > 0, "the fault hit no request");
  const isSame = ({ method, path }) => `${method} ${globOf(path)}` === target;
  return {
    ...result,
    tries: requests.filter(isSame).length - (count - 1),
    seconds: Math.round((clock.now() - started) / 1000),
  };
}

/** Whether the run told the truth about how it ended. */
function judge({ fault }, { exit, error }, changed) {
  if (FAULTS[fault].heals) assert.equal(exit, 0, `exit ${exit}: ${error?.message}`);
  if (!error) return;
  const { done, notDone, unknown, message } = error;
  const told = JSON.stringify({ message, done, notDone, unknown });
  if (changed) assert.equal(exit, 3, `something was written: ${told}`);
  else if (unknown.length === 0) assert.equal(exit, fault.startsWith("403") ? 4 : 1, told);
  if (exit === 3) assert.ok(notDone.length + unknown.length > 0, `nothing is open: ${told}`);
}
