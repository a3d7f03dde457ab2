/** Workers that are bound to each other: whenever the process dies, the same command again ends well. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { liveVersion } from "../../js/local/versions.js";
import { createAccount, isSettled, isWrite, manifestOf, ZONE, ZONE_ID } from "./account.js";
import { dying } from "./dying.js";

const worker = (name, other) =>
  manifestOf(
    {
      worker_name: name,
      bindings: [{ name: "OTHER", type: "service", service: other }],
      dns: { enabled: true, zone_id: ZONE_ID, hostname: `${name}.${ZONE}` },
    },
    { name },
  );
const BOTH = [worker("shop", "api"), worker("api", "shop")];
const YES = { allowDeletes: true };

/** With an account in which both are deployed, or neither. */
async function withAccount(deployed, work) {
  const account = await createAccount();
  try {
    await account.bundle("shop");
    if (deployed) await account.apply(BOTH);
    return await work(account);
  } finally {
    await account.close();
  }
}

/** Bindings of the version that gets requests. */
const boundTo = ({ local }, name) => liveVersion(local.state.scripts.get(name)).bindings.map(({ name }) => name);

/** Dies at each write of a run, before and after its effect; `then` is what the account is asked afterwards. */
async function diesEverywhere(deployed, run, then) {
  const { requests } = await withAccount(deployed, (account) => account.during(() => run(account)));
  const writes = requests.flatMap((request, index) => (isWrite(request) ? [index + 1] : []));
  for (const nth of writes) {
    for (const effect of [false, true]) await withAccount(deployed, (account) => dies(account, { nth, effect }));
  }

  async function dies(account, death) {
    try {
      const { fetch, dead } = dying(account.clock, death);
      await Promise.race([dead, run(account, { fetch }).then(() => assert.fail("it ended"))]);
      account.clock.stop();
      await then(account);
    } catch (error) {
      error.message = `request ${death.nth}, ${death.effect ? "after" : "before"} its effect: ${error.message}`;
      throw error;
    }
  }
}

test("deployed: no host leads to a Worker that lacks its binding, and the next run makes both whole", async () => {
  const run = (account, options) => account.apply(BOTH, { options });
  let unfinished = 0;
  await diesEverywhere(false, run, async (account) => {
    const { state } = account.local;
    const without = [...state.scripts.keys()].filter((name) => boundTo(account, name).length === 0);
    unfinished += without.length;
    if (without.length > 0) assert.deepEqual([state.records, state.routes].map(countOf), [0, 0]);
    await account.apply(BOTH);
    assert.deepEqual([boundTo(account, "shop"), boundTo(account, "api")], [["OTHER"], ["OTHER"]]);
    assert.deepEqual([state.records, state.routes].map(countOf), [2, 2]);
    assert.ok(isSettled(await account.plan(BOTH)));
  });
  assert.ok(unfinished > 1, "some of those runs ended between the two uploads");
});

test("destroyed: no host is left that leads to a Worker without its binding, and the next run deletes both", async () => {
  const run = (account, options) => account.destroy(BOTH, { options: { ...YES, ...options } });
  let loose = 0;
  await diesEverywhere(true, run, async (account) => {
    const { state } = account.local;
    const without = [...state.scripts.keys()].filter((name) => boundTo(account, name).length === 0);
    loose += without.length;
    if (without.length > 0) assert.deepEqual([state.records, state.routes].map(countOf), [0, 0]);
    await account.destroy(BOTH, { options: YES });
    assert.equal(state.scripts.size, 0);
    assert.deepEqual([state.records, state.routes].map(countOf), [0, 0]);
  });
  assert.ok(loose > 1, "some of those runs ended after the binding was taken out");
});

test("a destroy that was cut short leaves Workers which the next deploy makes whole again", () =>
  withAccount(true, async (account) => {
    account.local.setFaults(["DELETE */workers/scripts/shop:403"]);
    await assert.rejects(account.destroy(BOTH, { options: YES }), { exitCode: 3 });
    assert.deepEqual(boundTo(account, "api"), []);
    account.local.setFaults([]);
    await account.apply(BOTH);
    assert.deepEqual([boundTo(account, "shop"), boundTo(account, "api")], [["OTHER"], ["OTHER"]]);
    assert.ok(isSettled(await account.plan(BOTH)));
  }));

test("what somebody deployed after the plan keeps its bindings, and is not deleted", () =>
  withAccount(true, async (account) => {
    const { clock, foreign } = account;
    let deployed = false;
    // Between the plan and the first write about the Worker.
    const fetch = async (url, init) => {
      if (init?.method === "DELETE" && String(url).includes("/workers/routes/") && !deployed) {
        deployed = true;
        foreign.dashboardDeploy("api", { bindings: [{ type: "plain_text", name: "THEIRS", text: "x" }] });
      }
      return clock.fetch(url, init);
    };
    await assert.rejects(account.destroy(BOTH, { options: { ...YES, fetch } }), ({ diagnostics }) =>
      diagnostics.some(({ message }) => message.includes("`api` was deployed by")),
    );
    assert.deepEqual(boundTo(account, "api"), ["THEIRS"]);
  }));

const countOf = (byZone) => [...byZone.values()].flat().length;
