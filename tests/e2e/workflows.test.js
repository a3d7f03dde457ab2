/** Workflows of Workers through whole runs: made after the code that they run, taken only where that is said, never lost unasked. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createSite, isSettled, manifestOf } from "./site.js";

const BAKERY = `import { WorkflowEntrypoint } from "cloudflare:workers";
export class Bake extends WorkflowEntrypoint {
  async run(event, step) { return (await step.do("count", async () => event.payload.loaves + 1)) + " loaves"; }
}
export default { async fetch(request, env) {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/start") return new Response((await env.BAKE.create({ params: { loaves: 1 } })).id);
  const { status, output } = await (await env.BAKE.get(searchParams.get("id"))).status();
  return new Response(status === "complete" ? output : status);
} };`;
const ORDERS = `export default { fetch: async (request, env) =>
  new Response((await env.BAKE.create({ params: { loaves: 9 } })).id) };`;
const OWN = { name: "BAKE", type: "workflow", workflow_name: "bake", class_name: "Bake" };

let site;
before(async () => {
  site = await createSite();
});
after(() => site.close());

async function worker(name, code, bindings) {
  await site.local.putObject("bundles", `${name}.js`, Buffer.from(code));
  const dns = { enabled: true, zone_id: site.zone, hostname: `${name}.example.com` };
  const bundle = { bucket: "bundles", path: `${name}.js` };
  return manifestOf(site, { worker_name: name, script_bundle: bundle, dns, bindings }, { name });
}

const workflows = () => [...site.local.state.workflows.values()].map((it) => [it.name, it.script_name, it.class_name]);

async function outcome(id) {
  for (let turn = 0; turn < 200; turn++) {
    const said = await site.ask("bakery.example.com", `/?id=${id}`);
    if (String(said).endsWith("loaves")) return said;
    await sleep(10);
  }
  throw new Error("the Workflow did not end");
}

test("one run makes two Workers and the Workflow that both start, and the next one writes nothing", async () => {
  const bakery = await worker("bakery", BAKERY, [OWN]);
  const orders = await worker("orders", ORDERS, [
    { name: "BAKE", type: "workflow", workflow_name: "bake", script_name: "bakery" },
  ]);
  await site.apply([orders, bakery]);
  assert.deepEqual(workflows(), [["bake", "bakery", "Bake"]]);
  assert.equal(await outcome(await site.ask("bakery.example.com", "/start")), "2 loaves");
  assert.equal(await outcome(await site.ask("orders.example.com")), "10 loaves");
  const again = await site.during(() => site.apply([orders, bakery]));
  assert.equal(again.writes.length, 0);
});

test("what somebody changed behind our back is put right", async () => {
  const bakery = await worker("bakery", `${BAKERY}\nexport class Fry {}`, [OWN]);
  await site.apply(bakery);
  for (const [id, known] of site.local.state.workflows)
    site.local.state.workflows.set(id, { ...known, class_name: "Fry" });
  const { changes } = await site.plan(bakery);
  assert.deepEqual(changes.find(({ kind }) => kind === "workflow").fields[0].new, "Bake");
  await site.apply(bakery);
  assert.deepEqual(workflows(), [["bake", "bakery", "Bake"]]);
  assert.equal(isSettled(await site.plan(bakery)), true);
});

test("one of another Worker is taken only where that is said", async () => {
  const other = await worker("other", BAKERY, [OWN]);
  const refused = await site.during(() => site.apply(other).catch((error) => error));
  assert.deepEqual([refused.result.code, refused.result.exitCode, refused.writes.length], ["CFD0555", 5, 0]);
  await site.apply(other, { options: { take: ["workflow:bake"], allowDeletes: true } });
  assert.deepEqual(workflows(), [["bake", "other", "Bake"]]);
});

test("a Worker whose Workflow has instances is destroyed only where they are named", async () => {
  const other = await worker("other", BAKERY, [OWN]);
  const refused = await site.during(() => site.destroy(other).catch((error) => error));
  assert.deepEqual([refused.result.code, refused.result.exitCode, refused.writes.length], ["CFD0556", 5, 0]);
  await site.destroy(other, { options: { deleteData: ["workflow:bake"] } });
  assert.deepEqual(workflows(), []);
  assert.equal(site.local.state.scripts.has("other"), false);
});
