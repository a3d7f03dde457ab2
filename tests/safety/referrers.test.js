/** A Worker that others refer to: who looks leaves all as it is, and who can't look finds the rest gone with the next run. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createAccount, manifestOf } from "./account.js";

const YES = { options: { allowDeletes: true } };
const USED = "`shop` is still used: the Worker `legacy` binds it";

let account;
before(async () => {
  account = await createAccount();
  await account.bundle("shop");
  await account.apply(manifestOf());
  account.foreign.createScript("legacy");
  account.foreign.dashboardDeploy("legacy", { bindings: [{ type: "service", name: "SHOP", service: "shop" }] });
});
after(() => account.close());

/** A destroy, with what it waited for and what it took, in virtual seconds. */
async function destroyed(manifest = manifestOf()) {
  const waits = [];
  const onEvent = (event) => event.type === "wait" && waits.push(event);
  const start = account.clock.now();
  await account.destroy(manifest, { options: { ...YES.options, onEvent } });
  return { waits, seconds: (account.clock.now() - start) / 1_000 };
}

test("a Worker that others refer to is not destroyed: they are named, nothing is written", async () => {
  const { writes } = await account.during(() =>
    assert.rejects(destroyed(), { exitCode: 5, code: "CFD0521", message: USED }),
  );
  assert.deepEqual(writes, []);
  // The same where the manifest has a new name for it.
  await assert.rejects(destroyed(manifestOf({ worker_name: "shop-new" })), { exitCode: 5, message: USED });
});

test("whoever can't look is told by Cloudflare, after routes and records went", async () => {
  account.local.setFaults(["GET */workers/workers/shop:403"]);
  await assert.rejects(destroyed(), ({ exitCode, message }) => exitCode === 3 && message.includes("legacy"));
  account.local.setFaults([]);
  assert.ok(account.local.state.scripts.has("shop"));
});

test("once nobody refers to it, it goes when lists had time to show what its inventory names", async () => {
  account.foreign.deleteScript("legacy");
  const { waits, seconds } = await destroyed();
  assert.deepEqual(
    waits.map(({ address, why }) => [address, why]),
    [["script:shop", "its marks name something that no list shows yet"]],
  );
  assert.ok(seconds >= 35, `${seconds} s`);
  assert.equal(account.local.state.scripts.has("shop"), false);
});
