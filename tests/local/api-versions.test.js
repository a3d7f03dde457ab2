import assert from "node:assert/strict";
import { test } from "node:test";
import { createForeignActors } from "../../js/local/foreign.js";
import { createClient, ES_MODULE, HELLO, upload } from "./api-client.js";

/** An id that nothing has. */
const NO_UUID = "00000000-0000-4000-8000-000000000000";

const secret = (name, text) => ({ type: "secret_text", name, text });
const MODULE = [["index.js", HELLO, ES_MODULE]];

function formOf(name, value) {
  const form = new FormData();
  form.set(name, new Blob([JSON.stringify(value)], { type: "application/json" }));
  return form;
}

/** A script `a` with two uploaded versions, and short words for its calls. */
async function versionsClient(options) {
  const client = createClient(options);
  await client.put("a", { bindings: [secret("S", "1")], annotations: { "workers/tag": "first" } });
  const at = (rest) => client.script("a", rest);
  const helper = {
    ...client,
    at,
    newVersion: (metadata) => client.send("POST", at("/versions"), upload({ main_module: "index.js", ...metadata })),
    deploy: (versions, query = "", strategy = "percentage") =>
      client.send("POST", at(`/deployments${query}`), { strategy, versions }),
    live: async () => (await client.send("GET", at("/deployments"))).result.deployments[0],
    settings: async () => (await client.send("GET", at("/settings"))).result,
  };
  return helper;
}

test("an uploaded version is not live until it is deployed", async () => {
  const { newVersion, deploy, live, settings } = await versionsClient();
  const before = await live();
  const { status, result } = await newVersion({ annotations: { "workers/tag": "second" } });
  assert.equal(status, 200);
  assert.equal(result.number, 2);
  assert.match(result.resources.script.etag, /^[0-9a-f]{64}$/);
  assert.deepEqual(result.resources.bindings, [{ type: "secret_text", name: "S" }]);
  assert.equal(result.annotations["workers/triggered_by"], "version_upload");
  assert.deepEqual(await live(), before);
  assert.equal((await settings()).annotations["workers/tag"], "second", "settings speak of the newest version");
  const deployed = await deploy([{ version_id: result.id, percentage: 100 }]);
  assert.deepEqual(deployed.result.annotations, { "workers/triggered_by": "deployment" });
  assert.equal((await live()).versions[0].version_id, result.id);
});

test("settings speak of the live version when the switch says so", async () => {
  const { newVersion, settings } = await versionsClient({ switches: { settingsSpeaksOf: "live" } });
  await newVersion({ annotations: { "workers/tag": "second" } });
  assert.equal((await settings()).annotations["workers/tag"], "first");
});

test("version uploads refuse what only PUT takes", async () => {
  const { newVersion, verdictOf, script, at } = await versionsClient();
  assert.equal((await newVersion({ migrations: { new_tag: "v1" } })).errors[0].code, 10211);
  assert.deepEqual(await verdictOf("POST", at("/versions"), upload({ body_part: "index.js" })), [400, 10021]);
  assert.deepEqual(
    await verdictOf("POST", script("nobody", "/versions"), upload({ main_module: "index.js" })),
    [404, 10007],
  );
});

test("the list pages, and the deployable one holds the newest hundred", async () => {
  const { put, send, at, state } = await versionsClient();
  for (let index = 0; index < 104; index += 1) await put("a", {}, MODULE);
  const page = await send("GET", at("/versions?per_page=100&page=2"));
  assert.deepEqual([page.result.items.length, page.result_info.total_pages], [5, 2]);
  assert.equal(page.result.items.at(-1).annotations["workers/tag"], "first");
  assert.equal(page.result.items[0].resources, undefined);
  const deployable = await send("GET", at("/versions?deployable=true&per_page=3"));
  assert.equal(deployable.result.items.length, 100);
  assert.equal(deployable.result.items[0].number, 105);
  const oldest = state.scripts.get("a").versions.at(-1).id;
  const body = { strategy: "percentage", versions: [{ version_id: oldest, percentage: 100 }] };
  assert.equal((await send("POST", at("/deployments"), body)).errors[0].code, 100146);
  assert.equal((await send("GET", at("/versions?per_page=101"))).status, 400);
  const bare = await versionsClient({ switches: { versionAnnotationsInList: false } });
  assert.equal("annotations" in (await bare.send("GET", bare.at("/versions"))).result.items[0], false);
});

test("deployments are one or two known versions that make exactly 100", async () => {
  const { deploy, newVersion, live, state, verdictOf, at } = await versionsClient();
  await newVersion();
  const [two, one] = state.scripts.get("a").versions.map(({ id }) => id);
  const share = (version_id, percentage) => ({ version_id, percentage });
  const code = async (versions, strategy) => (await deploy(versions, "", strategy)).errors[0]?.code;
  assert.equal(await code([share(two, 99)]), 10021);
  assert.equal(await code([]), 10021);
  assert.equal(await code([share(two, 50), share(two, 50)]), 10021);
  assert.equal(await code([share(two, 50), share(one, 50), share(one, 0)]), 10021);
  assert.equal(await code([share(two, 100)], "blue-green"), 10021);
  assert.equal(await code([share(NO_UUID, 100)]), 100146);
  assert.equal(await code([share(two, 33.33), share(one, 66.67)]), undefined);
  assert.equal((await live()).versions.length, 2);
  assert.deepEqual(await verdictOf("GET", at(`/deployments/${NO_UUID}`)), [404, 10336]);
});

test("an upload ends a running split", async () => {
  const client = await versionsClient();
  await client.newVersion();
  const foreign = createForeignActors(client);
  foreign.splitDeployment("a");
  assert.equal((await client.live()).versions.length, 2);
  await client.put("a");
  assert.deepEqual(
    (await client.live()).versions.map(({ percentage }) => percentage),
    [100],
  );
});

test("a rollback over a changed secret needs force and names the secret", async () => {
  const { deploy, send, at, state } = await versionsClient();
  await send("PUT", at("/secrets"), secret("S", "2"));
  const first = state.scripts.get("a").versions.at(-1).id;
  const refused = await deploy([{ version_id: first, percentage: 100 }]);
  assert.deepEqual([refused.status, refused.errors[0].code], [400, 10220]);
  assert.equal(refused.errors[0].message, "The following secrets have changed: S");
  assert.equal((await deploy([{ version_id: first, percentage: 100 }], "?force=true")).status, 200);
});

test("a secret edit makes a live version without annotations", async () => {
  const { send, at, live, settings, state } = await versionsClient();
  const { result } = await send("PUT", at("/secrets"), secret("T", "x"));
  assert.deepEqual(result, { type: "secret_text", name: "T" });
  const [newest] = state.scripts.get("a").versions;
  assert.deepEqual(newest.annotations, { "workers/triggered_by": "secret" });
  assert.equal((await live()).versions[0].version_id, newest.id);
  assert.deepEqual(
    (await settings()).bindings.map(({ name }) => name),
    ["S", "T"],
  );
  assert.deepEqual(
    (await send("GET", at("/secrets"))).result.map(({ name }) => name),
    ["S", "T"],
  );
});

test("secrets are refused as Cloudflare refuses them", async () => {
  const client = await versionsClient();
  const { verdictOf, at, script, newVersion } = client;
  const bulk = { "content-type": "application/merge-patch+json" };
  assert.deepEqual(await verdictOf("DELETE", at("/secrets/NONE")), [404, 10056]);
  assert.deepEqual(await verdictOf("GET", at("/secrets/NONE")), [404, 10056]);
  assert.deepEqual(await verdictOf("PUT", at("/secrets"), { name: "X", text: "x", type: "plain_text" }), [400, 10026]);
  assert.deepEqual(await verdictOf("PUT", at("/secrets"), { text: "x", type: "secret_text" }), [400, 10052]);
  assert.deepEqual(await verdictOf("PUT", at("/secrets"), secret("X", "x".repeat(5121))), [400, 10054]);
  assert.deepEqual(await verdictOf("PUT", script("nobody", "/secrets"), secret("X", "x")), [404, 10007]);
  assert.deepEqual(await verdictOf("PATCH", at("/secrets-bulk"), { secrets: { NONE: null } }, bulk), [404, 10056]);
  await newVersion();
  assert.deepEqual(await verdictOf("PUT", at("/secrets"), secret("X", "x")), [400, 10215]);
  assert.deepEqual(await verdictOf("DELETE", at("/secrets/S")), [400, 10215]);
  assert.deepEqual(await verdictOf("PATCH", at("/secrets-bulk"), { secrets: { S: null } }, bulk), [400, 10215]);
  const variable = createClient();
  await variable.put("a", { bindings: [{ type: "plain_text", name: "V", text: "1" }] });
  assert.deepEqual(await variable.verdictOf("PUT", variable.script("a", "/secrets"), secret("V", "x")), [400, 10053]);
});

test("secrets in bulk are one version: set, delete, keep", async () => {
  const { send, at, state } = await versionsClient();
  const headers = { "content-type": "application/merge-patch+json" };
  await send("PUT", at("/secrets"), secret("OLD", "x"));
  const secrets = { NEW: { type: "secret_text", text: "n" }, OLD: null };
  const { status, result } = await send("PATCH", at("/secrets-bulk"), { secrets }, headers);
  assert.equal(status, 200);
  assert.deepEqual(result, { NEW: { type: "secret_text", name: "NEW" } });
  const { versions } = state.scripts.get("a");
  assert.deepEqual([versions[0].number, versions[0].bindings.map(({ name }) => name)], [3, ["S", "NEW"]]);
});

test("the newest version is edited without an upload and without a deployment", async () => {
  const { send, verdictOf, account, live, state } = await versionsClient();
  const path = `${account}/workers/workers/a/versions/latest`;
  const merge = { "content-type": "application/merge-patch+json" };
  const before = await live();
  const { status, result } = await send(
    "PATCH",
    path,
    { env: { S: null, T: { type: "secret_text", text: "x" } } },
    merge,
  );
  assert.deepEqual([status, result.bindings], [200, [{ type: "secret_text", name: "T" }]]);
  assert.equal(result.annotations["workers/tag"], undefined);
  assert.equal(state.scripts.get("a").versions[0].id, result.id);
  assert.deepEqual(await live(), before);
  assert.deepEqual(await verdictOf("PATCH", path, { env: {} }), [400, 6003]);
  assert.deepEqual(await verdictOf("PATCH", path, { env: { X: { type: "secret_text" } } }, merge), [400, 10021]);
});

test("PATCH settings is a form, and makes a live version without old annotations", async () => {
  const { send, verdictOf, at, settings, state, newVersion, live } = await versionsClient();
  assert.deepEqual(await verdictOf("PATCH", at("/settings"), { logpush: true }), [400, 10001]);
  assert.deepEqual(await verdictOf("PATCH", at("/settings"), formOf("metadata", {})), [400, 10026]);
  const uploaded = (await newVersion({ compatibility_date: "2025-05-05" })).result;
  const bindings = [
    { type: "inherit", name: "S" },
    { type: "plain_text", name: "V", text: "1" },
  ];
  const { status } = await send("PATCH", at("/settings"), formOf("settings", { bindings, tags: ["t"], logpush: true }));
  assert.equal(status, 200);
  const now = await settings();
  assert.deepEqual(
    now.bindings.map(({ name }) => name),
    ["S", "V"],
  );
  assert.deepEqual([now.tags, now.logpush, now.annotations], [["t"], true, {}]);
  assert.equal(
    now.compatibility_date,
    uploaded.resources.script_runtime.compatibility_date,
    "based on the newest version",
  );
  assert.equal((await live()).versions[0].version_id, state.scripts.get("a").versions[0].id);
  assert.equal(state.scripts.get("a").versions[0].bindings[0].text, "1");
  for (const hidden of ["etag", "id", "migration_tag"]) assert.equal(hidden in now, false);
});

test("script settings change without a version, each key as a whole", async () => {
  const { send, at, state, put } = await versionsClient();
  const observability = { enabled: true, logs: { enabled: true, invocation_logs: true } };
  await send("PATCH", at("/script-settings"), { tags: ["b", "a"], observability });
  const { result } = await send("PATCH", at("/script-settings"), { logpush: true });
  assert.deepEqual([result.tags, result.logpush], [["b", "a"], true]);
  assert.equal(result.observability.head_sampling_rate, null, "explicit nulls for what is unset");
  assert.equal(result.observability.logs.invocation_logs, true);
  assert.equal(state.scripts.get("a").versions.length, 1);
  const bad = await send("PATCH", at("/script-settings"), { tags: ["ok"], logpush: "yes" });
  assert.equal(bad.errors[0].code, 10021);
  assert.deepEqual(state.scripts.get("a").tags, ["b", "a"], "nothing of a refused request is stored");
  await put("a");
  const after = (await send("GET", at("/script-settings"))).result;
  assert.deepEqual(
    [after.tags, after.logpush, after.observability.enabled],
    [["b", "a"], false, false],
    "PUT keeps tags alone",
  );
  const keeping = await versionsClient({ switches: { absentSettingsOnPut: "keep" } });
  await keeping.send("PATCH", keeping.at("/script-settings"), { logpush: true });
  await keeping.put("a");
  assert.equal((await keeping.send("GET", keeping.at("/script-settings"))).result.logpush, true);
});

test("content alone can be replaced, by metadata or by header", async () => {
  const { send, verdictOf, at, state, settings } = await versionsClient();
  const form = (metadata) => upload(metadata, [["other.mjs", "export default { fetch() {} }", ES_MODULE]]);
  assert.equal((await send("PUT", at("/content"), form({ main_module: "other.mjs" }))).status, 200);
  const [version] = state.scripts.get("a").versions;
  assert.equal(version.mainModule, "other.mjs");
  assert.deepEqual((await settings()).bindings, [{ type: "secret_text", name: "S" }]);
  assert.notEqual(version.etag, state.scripts.get("a").versions[1].etag);
  assert.deepEqual(await verdictOf("PUT", at("/content"), form({ main_module: "gone.mjs" })), [400, 10021]);
});

test("a bound script is deleted by force only", async () => {
  const { put, verdictOf, script, send } = await versionsClient();
  await put("user", { bindings: [{ type: "service", name: "A", service: "a" }] });
  assert.deepEqual(await verdictOf("DELETE", script("a")), [409, 10142]);
  const { result } = await send("GET", script("a", "/references"));
  assert.deepEqual(
    result.services.incoming.map(({ service }) => service),
    ["user"],
  );
  assert.deepEqual(await verdictOf("DELETE", script("a", "?force=true")), [200]);
  assert.deepEqual(await verdictOf("DELETE", script("a")), [404, 10007]);
  assert.deepEqual(await verdictOf("GET", script("a", "/deployments")), [404, 10007]);
  const lenient = await versionsClient({ switches: { referencedDelete: "allow" } });
  await lenient.put("user", { bindings: [{ type: "service", name: "A", service: "a" }] });
  assert.deepEqual(await lenient.verdictOf("DELETE", lenient.script("a")), [200]);
});

test("workers.dev is off for a new script and set with both fields", async () => {
  const { send, at, verdictOf } = await versionsClient();
  const post = async (body, headers) => (await send("POST", at("/subdomain"), body, headers)).result;
  assert.deepEqual(await post({ enabled: true }), { enabled: true, previews_enabled: false });
  const api = { "cloudflare-workers-script-api-date": "2025-08-01" };
  assert.deepEqual(await post({ enabled: true }, api), { enabled: true, previews_enabled: true });
  assert.deepEqual(await verdictOf("POST", at("/subdomain"), { enabled: "yes" }), [400, 10026]);
  assert.deepEqual((await send("DELETE", at("/subdomain"))).result, { enabled: false, previews_enabled: false });
});

test("the account's workers.dev name is registered once", async () => {
  const client = createClient({ accountSubdomain: null });
  const path = `${client.account}/workers/subdomain`;
  await client.put("a");
  assert.deepEqual(await client.verdictOf("GET", path), [404, 10007]);
  assert.deepEqual(await client.verdictOf("POST", client.script("a", "/subdomain"), { enabled: true }), [400, 10063]);
  assert.deepEqual(await client.verdictOf("PUT", path, { subdomain: "mine" }), [200]);
  assert.deepEqual(await client.verdictOf("PUT", path, { subdomain: "other" }), [409, 10036]);
  assert.deepEqual(await client.verdictOf("GET", `${path}s/mine`), [409, 10031]);
  assert.deepEqual(await client.verdictOf("GET", `${path}s/free`), [404, 10032]);
});

test("schedules replace each other and are checked", async () => {
  const verdict = { ok: true, startupTimeMs: 1, handlers: ["fetch", "scheduled"] };
  const { send, at, verdictOf } = await versionsClient({ verdict });
  const crons = ["*/5 * * * *", "0 9 L * *", "15,45 8-17/2 * JAN-MAR MON-FRI", "0 0 * * 2#1"];
  const { result } = await send(
    "PUT",
    at("/schedules"),
    crons.map((cron) => ({ cron })),
  );
  assert.deepEqual(
    result.schedules.map(({ cron }) => cron),
    crons,
  );
  assert.deepEqual((await send("GET", at("/schedules"))).result, result);
  for (const cron of [
    "* * * *",
    "60 * * * *",
    "* * 0 * *",
    "* * * * 0",
    "* * * * 8",
    "a b c d e",
    "*/0 * * * *",
    undefined,
  ]) {
    assert.deepEqual(await verdictOf("PUT", at("/schedules"), [{ cron }]), [400, 10100], cron);
  }
  assert.deepEqual((await send("PUT", at("/schedules"), [])).result, { schedules: [] });
  const plain = await versionsClient();
  assert.deepEqual(await plain.verdictOf("PUT", plain.at("/schedules"), [{ cron: crons[0] }]), [400, 10069]);
});

test("the service read and the newer Workers API tell the same script", async () => {
  const { send, account, verdictOf, at, state } = await versionsClient();
  const service = await send("GET", `${account}/workers/services/a`);
  assert.equal(service.result.default_environment.script.tag, state.scripts.get("a").tag);
  assert.deepEqual(await verdictOf("GET", `${account}/workers/services/nobody`), [404, 10090]);
  const worker = (await send("GET", `${account}/workers/workers/a`)).result;
  assert.deepEqual([worker.name, worker.tags, worker.subdomain.enabled], ["a", [], false]);
  assert.equal((await send("GET", `${account}/workers/workers/${worker.id}`)).result.name, "a");
  const latest = (await send("GET", `${account}/workers/workers/a/versions/latest`)).result;
  assert.equal(latest.annotations["workers/tag"], "first");
  assert.equal(
    (await send("GET", `${account}/workers/workers/a/versions/${latest.id.slice(0, 8)}`)).result.id,
    latest.id,
  );
  assert.deepEqual(await verdictOf("GET", `${account}/workers/workers/a/versions/none`), [404, 10071]);
  assert.deepEqual(await verdictOf("GET", at(`/versions/${NO_UUID}`)), [404, 100146]);
  assert.deepEqual(await verdictOf("GET", `${account}/workers/workers/nobody`), [404, 10007]);
});

test("a Worker that was made without a version has no settings and empty lists, until something is uploaded", async () => {
  const client = createClient();
  const { send, verdictOf, account } = client;
  const made = await send("POST", `${account}/workers/workers`, { name: "bare", tags: ["ours"] });
  assert.deepEqual([made.status, made.result.name, made.result.tags], [200, "bare", ["ours"]]);
  assert.equal((await send("POST", `${account}/workers/workers`, { name: "bare" })).status, 400);
  assert.equal((await send("POST", `${account}/workers/workers`, {})).status, 400);
  const at = (rest) => client.script("bare", rest);
  assert.deepEqual(await verdictOf("GET", at("/settings")), [404, 10222]);
  assert.deepEqual((await send("GET", at("/deployments"))).result.deployments, []);
  assert.deepEqual((await send("GET", at("/versions?deployable=true"))).result.items, []);
  assert.equal((await client.put("bare")).status, 200);
  assert.equal((await send("GET", at("/deployments"))).result.deployments.length, 1);
});
