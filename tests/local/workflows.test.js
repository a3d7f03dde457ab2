/** Workflows of Workers: made over the API, run in workerd. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startSite, until } from "./live-site.js";

const BAKERY = `import { WorkflowEntrypoint } from "cloudflare:workers";
export class Bake extends WorkflowEntrypoint {
  async run(event, step) {
    const loaves = await step.do("count", async () => event.payload.loaves + 1);
    return loaves + " loaves at " + this.env.PLACE;
  }
}
export default { async fetch(request, env) {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/start") return new Response((await env.BAKE.create({ params: { loaves: 1 } })).id);
  return Response.json(await (await env.BAKE.get(searchParams.get("id"))).status());
} };`;
const ORDERS = `export default { fetch: async (request, env) => new Response((await env.BAKE.create({ params: { loaves: 9 } })).id) };`;
const PLACE = { type: "plain_text", name: "PLACE", text: "Bern" };
const own = { type: "workflow", name: "BAKE", workflow_name: "bake", class_name: "Bake" };
const foreign = { type: "workflow", name: "BAKE", workflow_name: "bake", script_name: "bakery" };

let site;
before(async () => {
  site = await startSite();
  await site.deploy("bakery", BAKERY, { bindings: [own, PLACE] });
});
after(() => site.close());

const api = (method, path, body) => {
  const headers = body ? { "content-type": "application/json" } : {};
  return site.send(method, `/accounts/${site.local.accountId}/workflows${path}`, body && JSON.stringify(body), headers);
};
const text = async (name, path) => (await site.visit(name, { path })).text();
const statusOf = async (id) => JSON.parse(await text("bakery", `/?id=${id}`));
const ended = (id) => until(async () => (await statusOf(id)).status === "complete", "the end of the Workflow");

test("a Worker is uploaded before its Workflow is made, and runs it from then on", async () => {
  assert.equal((await api("GET", "/bake")).errors[0].code, 10200);
  const { result, success } = await api("PUT", "/bake", { script_name: "bakery", class_name: "Bake" });
  assert.equal(success, true);
  assert.equal(result.name, "bake");
  const id = await text("bakery", "/start");
  await ended(id);
  assert.equal((await statusOf(id)).output, "2 loaves at Bern");
});

test("another Worker starts it, once it is there", async () => {
  const missing = await site.deploy("orders", ORDERS, { bindings: [{ ...foreign, workflow_name: "fry" }] });
  assert.equal(missing.errors[0]?.code, 10200);
  assert.equal((await site.deploy("orders", ORDERS, { bindings: [foreign] })).success, true);
  const id = await text("orders", "/");
  await ended(id);
  assert.equal((await statusOf(id)).output, "10 loaves at Bern");
});

test("instances stay through a new version and a second PUT, and go with their Workflow", async () => {
  const id = await text("bakery", "/start");
  await ended(id);
  await site.deploy("bakery", `${BAKERY}\n// another version`, { bindings: [own, PLACE] });
  const before = (await api("GET", "/bake")).result;
  const after = (await api("PUT", "/bake", { script_name: "bakery", class_name: "Bake" })).result;
  assert.deepEqual([after.id, after.created_on], [before.id, before.created_on]);
  assert.equal((await statusOf(id)).status, "complete");
  assert.equal((await api("DELETE", "/bake")).result.status, "ok");
  assert.equal((await api("DELETE", "/bake")).errors[0].code, 10200);
  await api("PUT", "/bake", { script_name: "bakery", class_name: "Bake" });
  assert.equal((await site.visit("bakery", { path: `/?id=${id}` })).status, 500);
});

test("one whose class left the code leads nowhere, and everything else goes on", async () => {
  await site.deploy("bakery", BAKERY.replace("class Bake ", "class Roast "), { bindings: [PLACE] });
  assert.equal((await site.visit("orders", { path: "/" })).status, 500);
  assert.match(await text("orders", "/"), /Workflow `bake` is not there/);
  await site.deploy("bakery", BAKERY, { bindings: [own, PLACE] });
  await ended(await text("orders", "/"));
});

test("only a class that the live code of a Worker exports can be one", async () => {
  const answer = await api("PUT", "/fry", { script_name: "bakery", class_name: "Fry" });
  assert.equal(answer.success, false);
  assert.equal((await api("PUT", "/fry", { script_name: "nobody", class_name: "Fry" })).errors[0].code, 10007);
});
