/** A Worker that a manifest binds to one of each type, and that uses every one of them: which types there are is read from the schema. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { hasLocalRuntime } from "../../js/local/runtime/bindings.js";
import schema from "../../schema/manifest.schema.json" with { type: "json" };
import { BINDINGS } from "../safety/rows/bindings.js";
import { createSite, manifestOf, ZONE } from "./site.js";
import { USER, USES } from "./uses.js";

const API = `import { DurableObject, WorkflowEntrypoint } from "cloudflare:workers";
export class Room extends DurableObject {
  async fetch() {
    const count = ((await this.ctx.storage.get("count")) ?? 0) + 1;
    await this.ctx.storage.put("count", count);
    return new Response(String(count));
  }
}
export class Bake extends WorkflowEntrypoint { async run() { return "baked"; } }
export default { fetch: () => new Response("from the api") };`;
/** What binds to a class or a Workflow of another Worker, and a limit that is soon reached. */
const OTHERS = {
  durable_object_namespace: { class_name: "Room", script_name: "api" },
  ratelimit: { namespace_id: "1001", simple: { limit: 2, period: 60 } },
  workflow: { workflow_name: "bake", script_name: "api" },
};
const TYPES = schema.bindings.map(({ type }) => type);

let site;
before(async () => {
  site = await createSite();
  await site.local.putObject("bundles", "user.js", Buffer.from(USER));
  await site.local.createBucket("media");
  const send = async (method, path, body, headers = {}) => {
    const sent = { authorization: `Bearer ${site.local.token}`, ...headers };
    const url = `${site.local.apiUrl}/accounts/${site.local.accountId}/${path}`;
    const { success, result, errors } = await (await fetch(url, { method, headers: sent, body })).json();
    assert.ok(success, JSON.stringify(errors));
    return result;
  };
  const json = (method, path, body) => send(method, path, JSON.stringify(body), { "content-type": "application/json" });
  const form = new FormData();
  const migrations = { new_tag: "v1", steps: [{ new_sqlite_classes: ["Room"] }] };
  form.set("metadata", JSON.stringify({ main_module: "i.js", compatibility_date: "2026-01-01", migrations }));
  form.set("i.js", new File([API], "i.js", { type: "application/javascript+module" }));
  await send("PUT", "workers/scripts/api", form);
  await json("PUT", "workflows/bake", { script_name: "api", class_name: "Bake" });
  await json("POST", "queues", { queue_name: "orders" });
  const made = {
    namespace: (await json("POST", "storage/kv/namespaces", { title: "cache" })).id,
    database: (await json("POST", "d1/database", { name: "shop" })).uuid,
  };
  const membersOf = (type) => OTHERS[type] ?? (BINDINGS[type].call ? BINDINGS[type](made) : BINDINGS[type]);
  const bindings = TYPES.map((type) => ({ type, name: type, ...membersOf(type) }));
  const code = { script_bundle: { bucket: "bundles", path: "user.js" } };
  const manifest = manifestOf(site, { ...code, bindings });
  await site.apply(manifest);
  assert.deepEqual((await site.during(() => site.apply(manifest))).writes, [], "the second run writes nothing");
});
after(() => site?.close());

const used = async (type) => JSON.parse(await site.ask(`shop.${ZONE}`, `/${type}`));

test("each type that runs here has a use, and no other", () => {
  assert.deepEqual(Object.keys(USES).toSorted(), TYPES.filter(hasLocalRuntime).toSorted());
});

for (const type of TYPES.filter(hasLocalRuntime)) {
  test(`a binding of type ${type} is used`, async () => {
    assert.deepEqual(await used(type), { answer: USES[type]?.[1] });
  });
}

for (const type of TYPES.filter((one) => !hasLocalRuntime(one))) {
  test(`a binding of type ${type} says that only Cloudflare itself can answer for it`, async () => {
    const { message } = await used(type);
    const why = `binding \`${type}\` of type ${type} has no local runtime: Local Cloudflare keeps it, and only Cloudflare itself can answer for it`;
    assert.equal(message, why);
  });
}
