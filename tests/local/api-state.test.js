import assert from "node:assert/strict";
import { test } from "node:test";
import { createForeignActors } from "../../js/local/foreign.js";
import { addToken, createState, fromJSON, timestamp, toJSON } from "../../js/local/state.js";
import { readSwitches, SWITCHES } from "../../js/local/switches.js";
import { createClient } from "./api-client.js";

test("a state survives JSON, module bytes included", async () => {
  const client = createClient();
  await client.put("a", { bindings: [{ type: "secret_text", name: "S", text: "x" }] });
  await client.send("POST", `${client.zone}/workers/routes`, { pattern: "example.com/*", script: "a" });
  const saved = JSON.stringify(toJSON(client.state));
  const again = fromJSON(JSON.parse(saved));
  assert.equal(JSON.stringify(toJSON(again)), saved);
  assert.deepEqual(
    again.scripts.get("a").versions[0].modules[0].content,
    client.state.scripts.get("a").versions[0].modules[0].content,
  );
  assert.equal(again.routes.get([...again.zones.keys()][0]).length, 1);
  assert.ok(timestamp(again) > "2026");
});

test("a token that an earlier build kept may do what it could", async () => {
  const client = createClient();
  const kept = JSON.parse(JSON.stringify(toJSON(client.state)));
  const [{ policies, ...token }] = kept.tokens;
  kept.tokens = [{ ...token, ...policies[0] }];
  assert.deepEqual(fromJSON(kept).tokens, [{ ...token, policies }]);
});

test("timestamps have microseconds and always rise", () => {
  const state = createState({ now: () => Date.parse("2026-01-02T03:04:05.006Z") });
  const [first, second] = [timestamp(state), timestamp(state)];
  assert.match(first, /^2026-01-02T03:04:05\.006\d{3}Z$/);
  assert.ok(second > first);
});

test("ids may be given", () => {
  const id = "a".repeat(32);
  const state = createState({ account: { id, name: "Mine" }, zones: [{ id, name: "Example.COM" }] });
  assert.deepEqual([state.account.id, state.zones.get(id).name], [id, "example.com"]);
  assert.match(addToken(state).value, /^[A-Za-z0-9_-]{40}$/);
  assert.match(addToken(state, { owner: "account" }).value, /^cfat_/);
});

test("switches have defaults and refuse what they do not know", () => {
  assert.deepEqual(Object.keys(readSwitches()).sort(), Object.keys(SWITCHES).sort());
  assert.equal(readSwitches({ zoneUnknown: 7003 }).zoneUnknown, 7003);
  assert.throws(() => readSwitches({ nothing: 1 }), /unknown switch `nothing`/);
  assert.throws(() => readSwitches({ zoneUnknown: 1 }), /cannot be `1`/);
  assert.throws(() => readSwitches({ lateVisibility: -1 }), /cannot be/);
});

test("other people's actions show up in the reads", async () => {
  const client = createClient();
  const foreign = createForeignActors(client);
  await client.put("a", { annotations: { "workers/tag": "ours" } });
  const live = async () => (await client.send("GET", client.script("a", "/deployments"))).result.deployments[0];
  const version = async (id) => (await client.send("GET", client.script("a", `/versions/${id}`))).result;
  const ours = (await live()).versions[0].version_id;

  const saved = foreign.dashboardSave("a", { code: "export default {}" });
  assert.equal((await live()).versions[0].version_id, ours, "saved, not deployed");
  assert.equal((await version(saved.id)).annotations["workers/tag"], undefined);

  const deployed = foreign.dashboardDeploy("a", { code: "export default { fetch() {} }" });
  assert.equal((await live()).versions[0].version_id, deployed.id);
  assert.equal((await version(deployed.id)).metadata.source, "dash");

  foreign.rollback("a", ours);
  assert.equal((await live()).versions[0].version_id, ours);
  foreign.splitDeployment("a");
  assert.equal((await live()).versions.length, 2);
  const edited = foreign.editSecret("a", "S", "x");
  assert.equal((await version(edited.id)).annotations["workers/triggered_by"], "secret");

  foreign.createScript("theirs", { tags: ["cf:service=theirs"] });
  foreign.addRecord("example.com", { name: "x.example.com" });
  foreign.changeRecord("example.com", "x.example.com", { proxied: false });
  const route = foreign.addRoute("example.com", { pattern: "x.example.com/*", script: "a" });
  const records = (await client.send("GET", `${client.zone}/dns_records`)).result;
  assert.deepEqual(
    records.map(({ name, proxied }) => [name, proxied]),
    [["x.example.com", false]],
  );
  assert.deepEqual((await client.send("GET", `${client.zone}/workers/routes`)).result, [route]);
  assert.throws(() => foreign.dashboardSave("nobody"), /there is no script `nobody`/);
});
