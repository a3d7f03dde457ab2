/** The account in which each row is played: stores and another Worker, and the Worker `shop` with what its row says. */
import assert from "node:assert/strict";
import { renderPlan } from "../../../js/render/plan.js";
import { ACCOUNT_ID, createAccount, isSettled, manifestOf, TRUSTING } from "../account.js";

/** Classes of Durable Objects: code that has the word of one exports it. */
const CLASSES = ["Room", "Hall"];
const runtime = {
  ...TRUSTING,
  check: async ({ modules }) => {
    const classNames = CLASSES.filter((name) => modules.some(({ content }) => content.includes(name)));
    return { ok: true, startupTimeMs: 1, handlers: ["fetch", "queue", "scheduled"], classNames };
  },
};
/** Values of secrets. */
const SECRETS = { KEY: "one" };

/**
 * @param {object} [files] the Worker's static assets
 * @returns {Promise<object>} the account, with what was made in it and how one row is gone through
 */
export async function startedAccount(files) {
  const account = await createAccount({ runtime });
  const { local } = account;
  await local.createBucket("media");
  await account.bundle("shop", CLASSES.join());
  await account.bundle("without-classes");
  account.foreign.createScript("api");
  local.state.classes.set("room-of-api", { id: "room-of-api", script: "api", class: "Room", use_sqlite: true });
  const workflow = { id: "orders", name: "orders", script_name: "api", class_name: "Orders" };
  local.state.workflows.set("orders", { ...workflow, created_on: "", modified_on: "", version_id: "" });
  const make = async (path, body) => {
    const headers = { authorization: `Bearer ${local.token}`, "content-type": "application/json" };
    const url = `${local.apiUrl}/accounts/${ACCOUNT_ID}/${path}`;
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    return (await answer.json()).result;
  };
  for (const name of ["orders", "theirs"]) await make("queues", { queue_name: name });
  const made = {
    namespace: (await make("storage/kv/namespaces", { title: "cache" })).id,
    database: (await make("d1/database", { name: "shop" })).uuid,
  };

  const more = (options) => ({
    creds: { secrets: SECRETS },
    options: { allowDeletes: true, ...(files && { assets: { "CloudflareWorker/shop": files } }), ...options },
  });
  const manifest = (spec) => manifestOf({ dns: undefined, ...spec });
  const plan = (spec, options) => account.plan(manifest(spec), more(options));
  const apply = (spec, options) => account.apply(manifest(spec), more(options));

  return {
    ...account,
    made,
    apply,
    plan,
    /** What a plan says, as people read it. Planning writes nothing. */
    async told(spec, options) {
      const { result, writes } = await account.during(() => plan(spec, options));
      assert.deepEqual(writes, [], "a plan writes");
      const findings = result.diagnostics.map(({ message }) => message);
      return { plan: result, text: [renderPlan(result, { width: 400 }), ...findings].join("\n") };
    },
    /** With the flags that the plan names everything is as it should be, and stays so. */
    async repair(spec, options) {
      const { resolve } = await plan(spec, options);
      await apply(spec, { ...options, ...resolve });
      const { result, writes } = await account.during(() => apply(spec));
      assert.deepEqual(writes, [], "the run after it writes");
      assert.ok(isSettled(result.plan), JSON.stringify(result.plan.changes));
    },
  };
}
