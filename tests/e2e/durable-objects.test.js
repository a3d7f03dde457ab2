/** Classes of Durable Objects through whole runs: what is sent, what is refused before anything is, and what converges. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createSite, isSettled, manifestOf } from "./site.js";

const counting = (className, more = "") => `import { DurableObject } from "cloudflare:workers";
export class ${className} extends DurableObject {
  async fetch() {
    const count = ((await this.ctx.storage.get("count")) ?? 0) + 1;
    await this.ctx.storage.put("count", count);
    return new Response(String(count));
  }
}
${more}
export default { fetch: (request, env) => env.ROOMS.get(env.ROOMS.idFromName("one")).fetch(request) };`;

let site;
before(async () => {
  site = await createSite();
});
after(() => site.close());

const bound = (className) => [{ name: "ROOMS", type: "durable_object_namespace", class_name: className }];
const V1 = { tag: "v1", new_sqlite_classes: ["Room"] };

/** A Worker of the name with this code. */
async function worker(name, code, spec = {}) {
  await site.local.putObject("bundles", `${name}.js`, Buffer.from(code));
  const dns = { enabled: true, zone_id: site.zone, hostname: `${name}.example.com` };
  const named = { worker_name: name, script_bundle: { bucket: "bundles", path: `${name}.js` }, dns };
  return manifestOf(site, { ...named, ...spec }, { name });
}

const room = (name, spec = {}, className = "Room") =>
  worker(name, counting(className), { bindings: bound(className), migrations: [V1], ...spec });
const ask = (name) => site.ask(`${name}.example.com`);
const uploads = (requests) => requests.filter(({ method, path }) => method === "PUT" && /\/scripts\/[^/]+$/.test(path));

test("an answer to an upload with migrations that is lost is no end: the rest goes up without them", async () => {
  const manifest = await room("lost");
  site.local.setFaults(["PUT */workers/scripts/lost:lost:1"]);
  const { result, requests } = await site.during(() => site.apply(manifest));
  site.local.setFaults([]);
  assert.equal(result.exitCode, 0);
  assert.equal(uploads(requests).length, 3, "the lost one, the same once more, and one without migrations");
  assert.equal(await ask("lost"), "1");
  const again = await site.during(() => site.apply(manifest));
  assert.equal(again.writes.length, 0);
});

test("a Worker of wrangler's with classes is taken over, and its classes stay as they are", async () => {
  await site.apply(await room("theirs"));
  assert.equal(await ask("theirs"), "1");
  site.local.state.scripts.get("theirs").tags = [];
  site.foreign.dashboardDeploy("theirs");
  const adopt = ["script:theirs", "route:theirs.example.com/*"];
  const silent = await worker("theirs", counting("Room", "// ours"));
  const planned = await site.plan(silent, { options: { adopt } });
  assert.deepEqual(
    planned.kept.map(({ path }) => path),
    ["bindings.ROOMS (durable_object_namespace)", "migrations (v1)"],
  );
  const { requests } = await site.during(() => site.apply(silent, { options: { adopt, allowDeletes: true } }));
  const sent = uploads(requests).map(({ multipart }) => multipart.find(({ name }) => name === "metadata").json);
  assert.equal(sent.length, 1);
  assert.equal(
    sent.every(({ migrations }) => migrations === undefined),
    true,
  );
  assert.equal(await ask("theirs"), "2");
});

test("what the account has by itself is no part of a run without classes: the same requests as ever", async () => {
  await site.bundle("shop");
  const { requests } = await site.during(() => site.apply(manifestOf(site)));
  assert.equal(
    requests.some(({ path }) => path.includes("durable_objects")),
    false,
  );
});

test("a class of another Worker of the run comes over with its objects, and without --take", async () => {
  const hotel = await room("hotel");
  await site.apply(hotel);
  assert.equal(await ask("hotel"), "1");
  const transfer = { tag: "v1", transferred_classes: [{ from: "Room", from_script: "hotel", to: "Suite" }] };
  const heir = await room("heir", { migrations: [transfer] }, "Suite");
  await assert.rejects(site.apply(heir), ({ code, exitCode }) => code === "CFD0552" && exitCode === 5);
  const without = await worker("hotel", "export default { fetch: () => new Response('moved out') };");
  await site.apply([without, heir]);
  assert.equal(await ask("heir"), "2");
  assert.equal(isSettled(await site.plan([heir, without])), true);
});

test("a map of exports makes and renames classes, and its refusal is told class by class", async () => {
  const live = { type: "durable-object", storage: "sqlite" };
  await site.apply(await room("map", { migrations: undefined, exports: { Room: live } }));
  assert.equal(await ask("map"), "1");
  const exports = { Room: { type: "durable-object", state: "renamed", renamed_to: "Hall" }, Hall: live };
  const renamed = await room("map", { migrations: undefined, exports }, "Hall");
  await site.apply(renamed);
  assert.equal(await ask("map"), "2");
  assert.equal((await site.during(() => site.apply(renamed))).writes.length, 0);
  const lacking = { ...exports, Cellar: live };
  const bad = await room("map", { migrations: undefined, exports: lacking }, "Hall");
  await assert.rejects(site.apply(bad), ({ message, help }) => {
    assert.match(message, /class `Cellar`: the code does not export this class/);
    assert.match(help, /mend the entry/);
    return true;
  });
});

test("a Worker with classes is destroyed only with their data named, and before that nothing is written", async () => {
  const manifest = await room("gone");
  await site.apply(manifest);
  assert.equal(await ask("gone"), "1");
  const refused = await site.during(() => site.destroy(manifest).catch((error) => error));
  assert.deepEqual([refused.result.code, refused.result.exitCode, refused.writes.length], ["CFD0551", 5, 0]);
  assert.deepEqual(refused.result.resolve.deleteData, ["class:gone/Room"]);
  await site.destroy(manifest, { options: { deleteData: ["script:gone"] } });
  assert.equal(site.local.state.scripts.has("gone"), false);
  assert.equal(
    [...site.local.state.classes.values()].some(({ script }) => script === "gone"),
    false,
  );
});

test("classes that somebody else migrated since the plan stop the run with the way out", async () => {
  const manifest = await room("raced");
  await site.apply(manifest);
  const next = await room("raced", { migrations: [V1, { tag: "v2", new_sqlite_classes: ["Cellar"] }] });
  await assert.rejects(site.apply(next), ({ message, help }) => {
    assert.match(message, /Cellar/);
    assert.match(help, /export the class/);
    return true;
  });
  site.local.state.scripts.get("raced").migrationTag = "v9";
  await assert.rejects(site.apply(next), ({ code, exitCode }) => code === "CFD0553" && exitCode === 5);
});
