/** Classes of Durable Objects: their lifecycle over the API, and objects that keep what they store. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startLocalCloudflare } from "../canaries/local.js";
import { startSite, until } from "./live-site.js";

/** A Worker whose objects count how often they are asked. */
const counting = (className = "Room", more = "") => `import { DurableObject } from "cloudflare:workers";
export class ${className} extends DurableObject {
  async fetch() {
    const count = ((await this.ctx.storage.get("count")) ?? 0) + 1;
    await this.ctx.storage.put("count", count);
    return new Response(String(count));
  }
}
${more}
export default { fetch: (request, env) => env.ROOM.get(env.ROOM.idFromName("hall")).fetch(request) };`;
const CLASSLESS = "export default { fetch: () => new Response('no class') };";
const bound = (className = "Room", more = {}) => ({
  type: "durable_object_namespace",
  name: "ROOM",
  class_name: className,
  ...more,
});
const made = (...classes) => ({ new_tag: "v1", steps: [{ new_sqlite_classes: classes }] });
const next = (step, oldTag = "v1", newTag = "v2") => ({ old_tag: oldTag, new_tag: newTag, steps: [step] });

let site;
before(async () => {
  site = await startSite();
});
after(() => site.close());

const api = (method, path) => site.send(method, `/accounts/${site.local.accountId}/workers${path}`);
const ask = async (name) => (await site.visit(name)).text();
const classes = async () => (await api("GET", "/durable_objects/namespaces")).result;
const classesOf = async (script) =>
  (await classes()).filter((known) => known.script === script).map((known) => known.class);
const room = (name, className = "Room", more = {}) =>
  site.deploy(name, counting(className), { bindings: [bound(className)], migrations: made(className), ...more });

function refused(answer, code, message) {
  assert.equal(answer.success, false, JSON.stringify(answer.result));
  assert.equal(answer.errors[0].code, code, JSON.stringify(answer.errors));
  if (message) assert.match(answer.errors[0].message, message);
}

describe("migrations", () => {
  test("make a class; the list of scripts, the versions and the list of classes tell how far they are", async () => {
    const answer = await room("told");
    assert.equal(answer.result?.migration_tag, "v1", JSON.stringify(answer.errors));
    const listed = (await api("GET", "/scripts")).result.find(({ id }) => id === "told");
    assert.equal(listed.migration_tag, "v1");
    const version = answer.result.deployment_id.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    const { resources } = (await api("GET", `/scripts/told/versions/${version}`)).result;
    assert.equal(resources.script_runtime.migration_tag, "v1");
    const { id, ...shown } = (await classes()).find(({ script }) => script === "told");
    assert.match(id, /^[0-9a-f]{32}$/);
    assert.deepEqual(shown, { name: "told_Room", script: "told", class: "Room", use_sqlite: true });
  });

  test("objects keep what they store through new versions and renames, and lose it with their class", async () => {
    await room("kept");
    assert.deepEqual([await ask("kept"), await ask("kept")], ["1", "2"]);
    await site.deploy("kept", counting("Room", "// another version"), { bindings: [bound()] });
    assert.equal(await ask("kept"), "3");
    const [before] = (await classes()).filter(({ script }) => script === "kept");
    const objects = await api("GET", `/durable_objects/namespaces/${before.id}/objects`);
    assert.deepEqual(
      objects.result.map(({ hasStoredData }) => hasStoredData),
      [true],
    );
    const renamed = await site.deploy("kept", counting("Hall"), {
      bindings: [bound("Hall")],
      migrations: next({ renamed_classes: [{ from: "Room", to: "Hall" }] }),
    });
    assert.equal(renamed.success, true, JSON.stringify(renamed.errors));
    assert.equal(await ask("kept"), "4");
    await site.deploy("kept", CLASSLESS, { migrations: next({ deleted_classes: ["Hall"] }, "v2", "v3") });
    assert.deepEqual(await classesOf("kept"), []);
    assert.equal(await ask("kept"), "no class");
    await room("kept", "Hall", { migrations: next({ new_sqlite_classes: ["Hall"] }, "v3", "v4") });
    assert.equal(await ask("kept"), "1");
  });

  test("a class of another Worker is called, also after a rename there, and can be transferred with its objects", async () => {
    await room("owner");
    await site.deploy("guest", CLASSLESS.replace("new Response('no class')", "0"), {});
    const guest = counting().replace(/export class[\s\S]*?\n\}\n/, "");
    await site.deploy("guest", guest, { bindings: [bound("Room", { script_name: "owner" })] });
    assert.deepEqual([await ask("owner"), await ask("guest")], ["1", "2"]);
    refused(await api("DELETE", "/scripts/owner"), 10064);
    const moved = await site.deploy("heir", counting("Suite"), {
      bindings: [bound("Suite")],
      migrations: {
        new_tag: "v1",
        steps: [{ transferred_classes: [{ from: "Room", from_script: "owner", to: "Suite" }] }],
      },
    });
    assert.equal(moved.success, true, JSON.stringify(moved.errors));
    assert.equal(await ask("heir"), "3");
    assert.deepEqual([await classesOf("owner"), await classesOf("heir")], [[], ["Suite"]]);
  });

  test("two versions that share requests share the objects", async () => {
    await room("split");
    assert.equal(await ask("split"), "1");
    await site.deploy("split", counting("Room", "// second"), { bindings: [bound()] });
    const { items } = (await api("GET", "/scripts/split/versions")).result;
    const versions = items.map(({ id }) => ({ version_id: id, percentage: 50 }));
    const body = JSON.stringify({ strategy: "percentage", versions });
    const path = `/accounts/${site.local.accountId}/workers/scripts/split/deployments`;
    const answer = await site.send("POST", path, body, { "content-type": "application/json" });
    assert.equal(answer.success, true, JSON.stringify(answer.errors));
    const said = [];
    for (let visit = 0; visit < 8; visit++) said.push(Number(await ask("split")));
    assert.deepEqual(said, [2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("go only with the class, the tag and the code that they need, and change nothing otherwise", async () => {
    refused(
      await site.deploy("bad", counting(), { bindings: [bound()] }),
      10061,
      /Did you forget to apply a migration/,
    );
    refused(await site.deploy("bad", CLASSLESS, { migrations: made("Room") }), 10070);
    refused(await room("bad", "Room", { migrations: made("Room", "Room") }), 10074);
    refused(await room("bad", "Room", { migrations: { ...made("Room"), old_tag: "v0" } }), 10079);
    refused(
      await room("bad", "Room", { migrations: { new_tag: "v1", steps: [{ deleted_classes: ["Room"] }] } }),
      10074,
    );
    assert.deepEqual(await classesOf("bad"), []);
    await room("bad");
    refused(await room("bad"), 10079, /current tag is 'v1'/);
    refused(await room("bad", "Room", { migrations: next({ new_sqlite_classes: ["Room"] }) }), 10074);
    refused(await site.deploy("bad", CLASSLESS, {}), 10064, /'Room'/);
    refused(
      await site.deploy("bad", counting(), { bindings: [bound()], migrations: next({ deleted_classes: ["Room"] }) }),
      10061,
    );
    assert.deepEqual(await classesOf("bad"), ["Room"]);
    assert.equal(site.local.state.scripts.get("bad").migrationTag, "v1");
    assert.equal(await ask("bad"), "1");
  });

  test("come with no version that gets no requests", async () => {
    await room("versioned");
    const path = `/accounts/${site.local.accountId}/workers/scripts/versioned/versions`;
    const upload = (source, metadata) => {
      const form = new FormData();
      form.set("metadata", JSON.stringify({ main_module: "i.js", compatibility_date: "2026-01-01", ...metadata }));
      form.set("i.js", new File([source], "i.js", { type: "application/javascript+module" }));
      return site.send("POST", path, form);
    };
    refused(await upload(counting(), { bindings: [bound()], migrations: next({ new_sqlite_classes: ["B"] }) }), 10211);
    refused(await upload(counting("Room", "export class B {}"), { bindings: [bound("B")] }), 10123);
    assert.equal((await upload(counting(), { bindings: [bound()] })).success, true);
  });

  test("a Worker that is deleted takes its classes and objects along", async () => {
    await room("gone");
    assert.equal(await ask("gone"), "1");
    const [{ id }] = (await classes()).filter(({ script }) => script === "gone");
    assert.equal((await api("DELETE", "/scripts/gone")).success, true);
    assert.deepEqual(await classesOf("gone"), []);
    await until(async () => (await site.local.runtime.objectsOf(id)).length === 0, "objects that are gone");
    assert.equal((await api("GET", `/durable_objects/namespaces/${id}/objects`)).errors[0].code, 10066);
  });
});

describe("exports", () => {
  const live = (more = {}) => ({ type: "durable-object", storage: "sqlite", ...more });
  const gone = (state, more = {}) => ({ type: "durable-object", state, ...more });
  const deploy = (name, exports, className = "Room") =>
    site.deploy(name, className ? counting(className) : CLASSLESS, {
      bindings: className ? [bound(className)] : [],
      exports,
    });
  const scenarios = (answer) => answer.errors[0].meta.details.map((detail) => [detail.class, detail.scenario]);

  test("make, rename and delete classes, and say what they came to", async () => {
    const first = await deploy("map", { Room: live() });
    assert.deepEqual(first.result?.exports_reconciliation.created, ["Room"], JSON.stringify(first.errors));
    assert.equal(await ask("map"), "1");
    const second = await deploy("map", { Room: gone("renamed", { renamed_to: "Hall" }), Hall: live() }, "Hall");
    assert.deepEqual(
      second.result?.exports_reconciliation.renamed,
      [{ from: "Room", to: "Hall" }],
      JSON.stringify(second.errors),
    );
    assert.equal(await ask("map"), "2");
    const listed = (await api("GET", "/scripts")).result.find(({ id }) => id === "map");
    assert.deepEqual(Object.keys(listed.exports), ["Room", "Hall"]);
    const third = await deploy("map", { Room: gone("deleted"), Hall: gone("deleted") }, null);
    assert.deepEqual(third.result?.exports_reconciliation.deleted, ["Hall"], JSON.stringify(third.errors));
    assert.deepEqual(third.result.exports_reconciliation.removable_entries, ["Room"]);
    assert.deepEqual(await classesOf("map"), []);
  });

  test("hand a class over once both Workers say so", async () => {
    await deploy("giver", { Room: live() });
    assert.equal(await ask("giver"), "1");
    const expecting = { Room: live({ state: "expecting-transfer", transfer_from: "giver" }) };
    refused(await deploy("taker", expecting), 10061);
    const leaving = await deploy("giver", { Room: gone("transferred", { transferred_to: "taker" }) });
    assert.deepEqual(leaving.result?.exports_reconciliation.transfer_pending, [{ class: "Room", to: "taker" }]);
    const taken = await deploy("taker", expecting);
    assert.equal(taken.result?.exports_reconciliation.transferred[0].phase, "committed", JSON.stringify(taken.errors));
    assert.equal(await ask("taker"), "2");
  });

  test("are refused class by class, each with its scenario", async () => {
    await deploy("wrong", { Room: live() });
    assert.deepEqual(scenarios(await site.deploy("wrong", counting(), { exports: { Hall: live() } })), [
      ["Room", "provisioned_class_missing_from_config"],
      ["Hall", "config_export_not_in_code"],
    ]);
    const kept = { bindings: [], exports: { Room: gone("deleted") } };
    assert.deepEqual(scenarios(await site.deploy("wrong", counting(), kept)), [
      ["Room", "tombstone_delete_class_still_in_code"],
    ]);
    const other = { bindings: [], exports: { Room: live({ storage: "legacy-kv" }) } };
    assert.deepEqual(scenarios(await site.deploy("wrong", counting(), other)), [["Room", "storage_type_mismatch"]]);
    refused(await deploy("wrong", { Room: { type: "mystery" } }), 10021);
    refused(await room("wrong", "Room", { exports: { Room: live() } }), 10021);
    assert.deepEqual(await classesOf("wrong"), ["Room"]);
  });

  test("of a version come with its deployment", async () => {
    await site.deploy("later", CLASSLESS, {});
    const path = `/accounts/${site.local.accountId}/workers/scripts/later`;
    const form = new FormData();
    const metadata = { main_module: "i.js", compatibility_date: "2026-01-01", exports: { Room: live() } };
    form.set("metadata", JSON.stringify({ ...metadata, bindings: [bound()] }));
    form.set("i.js", new File([counting()], "i.js", { type: "application/javascript+module" }));
    refused(await site.send("POST", `${path}/versions`, form), 100406);
    form.set("metadata", JSON.stringify(metadata));
    const { result } = await site.send("POST", `${path}/versions`, form);
    assert.deepEqual(await classesOf("later"), []);
    const body = JSON.stringify({ strategy: "percentage", versions: [{ version_id: result.id, percentage: 100 }] });
    const deployed = await site.send("POST", `${path}/deployments`, body, { "content-type": "application/json" });
    assert.equal(deployed.success, true, JSON.stringify(deployed.errors));
    assert.deepEqual(await classesOf("later"), ["Room"]);
  });
});

test("with a kept account, objects are there after a restart", async () => {
  const dir = await mkdtemp(join(tmpdir(), "objects-test-"));
  const start = () => startLocalCloudflare({ persist: dir });
  let local = await start();
  try {
    const form = new FormData();
    const metadata = {
      main_module: "i.js",
      compatibility_date: "2026-01-01",
      bindings: [bound()],
      migrations: made("Room"),
    };
    form.set("metadata", JSON.stringify(metadata));
    form.set("i.js", new File([counting()], "i.js", { type: "application/javascript+module" }));
    const headers = { authorization: `Bearer ${local.token}` };
    const url = `${local.apiUrl}/accounts/${local.accountId}/workers/scripts/room`;
    assert.equal((await fetch(url, { method: "PUT", headers, body: form })).status, 200);
    const asked = async () =>
      (await local.runtime.fetch("room", { method: "GET", url: "http://x/", headers: {} })).body;
    const text = async () => Buffer.concat(await (await asked()).toArray()).toString();
    assert.deepEqual([await text(), await text()], ["1", "2"]);
    await local.close();
    local = await start();
    assert.equal(await text(), "3");
    const [{ id }] = local.state.classes.values();
    assert.equal(existsSync(join(dir, "stores", "do", id)), true);
  } finally {
    await local.close();
    await rm(dir, { recursive: true, force: true });
  }
});
