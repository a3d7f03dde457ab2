import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { startLocalCloudflare } from "../canaries/local.js";
import { uploadAssets } from "./asset-upload.js";

let dir;
let local;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "persist-test-"));
  local = await startLocalCloudflare({ persist: dir });
});
afterEach(async () => {
  await local.close();
  await rm(dir, { recursive: true, force: true });
});

const headers = () => ({ authorization: `Bearer ${local.token}` });
const call = async (method, path, body, type = "application/json") => {
  const typed = type ? { ...headers(), "content-type": type } : headers();
  const answer = await fetch(local.apiUrl + path, { method, headers: typed, body });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
};
const upload = (name, source, bindings = []) => {
  const form = new FormData();
  form.set("metadata", JSON.stringify({ main_module: "i.js", compatibility_date: "2026-01-01", bindings }));
  form.set("i.js", new File([source], "i.js", { type: "application/javascript+module" }));
  return call("PUT", `/accounts/${local.accountId}/workers/scripts/${name}`, form, null);
};
async function restart(options = {}) {
  await local.close();
  local = await startLocalCloudflare({ persist: dir, ...options });
}

test("static assets are there after a restart, and are not asked for again", async () => {
  const account = `/accounts/${local.accountId}`;
  const files = { "/index.html": "home", "/a/b.bin": "bytes" };
  const send = (method, path, body, more = {}) => {
    const isForm = body instanceof FormData;
    const type = isForm ? {} : { "content-type": "application/json" };
    const init = { method, headers: { ...headers(), ...type, ...more }, body: isForm ? body : JSON.stringify(body) };
    return fetch(local.apiUrl + path, init).then((answer) => answer.json());
  };
  const { jwt, sent } = await uploadAssets(send, account, "site", files, { "/index.html": "text/html" });
  assert.equal(sent.length, 2);
  const form = new FormData();
  form.set("metadata", JSON.stringify({ assets: { jwt } }));
  await call("PUT", `${account}/workers/scripts/site`, form, null);
  const zone = `/zones/${local.zones[0].id}`;
  const record = { type: "A", name: "site.example.com", content: "192.0.2.1", proxied: true, ttl: 1 };
  await call("POST", `${zone}/dns_records`, JSON.stringify(record));
  await call("POST", `${zone}/workers/routes`, JSON.stringify({ pattern: "site.example.com/*", script: "site" }));
  assert.equal((await local.request("site.example.com", "/")).text, "home");
  await restart();
  const { status, text, headers: answered } = await local.request("site.example.com", "/");
  assert.deepEqual([status, text, answered["content-type"]], [200, "home", "text/html"]);
  assert.deepEqual((await uploadAssets(send, account, "site", files)).sent, []);
});

test("account, token, Worker, record, route, bundle and KV are there after a restart", async () => {
  const account = `/accounts/${local.accountId}`;
  const { result: namespace } = await call("POST", `${account}/storage/kv/namespaces`, JSON.stringify({ title: "t" }));
  await call("PUT", `${account}/storage/kv/namespaces/${namespace.id}/values/key`, "kept", "application/octet-stream");
  const bindings = [
    { type: "kv_namespace", name: "KV", namespace_id: namespace.id },
    { type: "secret_text", name: "S", text: "secret" },
  ];
  await upload(
    "api",
    "export default { fetch: async (r, { KV, S }) => new Response(`${await KV.get('key')} ${S}`) }",
    bindings,
  );
  const zone = `/zones/${local.zones[0].id}`;
  const record = { type: "A", name: "api.example.com", content: "192.0.2.1", proxied: true, ttl: 1 };
  await call("POST", `${zone}/dns_records`, JSON.stringify(record));
  await call("POST", `${zone}/workers/routes`, JSON.stringify({ pattern: "api.example.com/*", script: "api" }));
  local.putObject("bundles", "ü/1.js", Buffer.from([0, 255]), { metadata: { a: "b" } });
  const before = [local.accountId, local.token, local.tokenId, local.zones];
  const { tag, versions } = local.state.scripts.get("api");

  await restart({ zones: ["example.com", "added.test"], kv: ["t", "added"] });

  assert.deepEqual([local.accountId, local.token, local.tokenId, local.zones.slice(0, 1)], before);
  assert.deepEqual(
    local.zones.map(({ name }) => name),
    ["example.com", "added.test"],
  );
  assert.deepEqual(
    [...local.state.kv.values()].map(({ title }) => title),
    ["t", "added"],
  );
  assert.equal((await local.request("api.example.com")).text, "kept secret");
  const after = local.state.scripts.get("api");
  assert.deepEqual([after.tag, after.versions[0].id], [tag, versions[0].id]);
  assert.deepEqual(after.versions[0].modules, versions[0].modules);
  const object = local.state.objects.get("bundles", "ü/1.js");
  assert.deepEqual([object.content, object.metadata], [Buffer.from([0, 255]), { a: "b" }]);
});

describe("on disk", () => {
  test("a change is saved without a close: a killed process loses nothing", async () => {
    await upload("api", "export default { fetch: () => new Response('1') }");
    const saved = async () => JSON.parse(await readFile(join(dir, "state.json"), "utf8"));
    while ((await saved()).state.scripts.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const [{ name, versions }] = (await saved()).state.scripts;
    assert.deepEqual([name, versions.length], ["api", 1]);
  });

  test("only the owner can read it, and it is removed when nothing refers to it", async () => {
    local.putObject("bundles", "1.js", "one");
    local.putObject("bundles", "copy.js", "one");
    local.putObject("bundles", "2.js", "two");
    await restart();
    assert.equal((await readdir(join(dir, "contents"))).length, 2);
    for (const name of [
      "state.json",
      ...(await readdir(join(dir, "contents"))).map((file) => join("contents", file)),
    ]) {
      assert.equal((await stat(join(dir, name))).mode & 0o077, 0, name);
    }
    local.state.objects.delete("bundles", "2.js");
    await restart();
    assert.equal((await readdir(join(dir, "contents"))).length, 1);
    assert.equal(String(local.state.objects.get("bundles", "copy.js").content), "one");
  });

  test("a directory of another format is refused, and left as it is", async () => {
    await local.close();
    await writeFile(join(dir, "state.json"), '{"format":99}');
    await assert.rejects(startLocalCloudflare({ persist: dir }), /has format 99/);
    assert.equal(await readFile(join(dir, "state.json"), "utf8"), '{"format":99}');
    await rm(join(dir, "state.json"));
    local = await startLocalCloudflare({ persist: dir });
  });
});

describe("one directory, one Local Cloudflare", () => {
  const lock = () => join(dir, "lock");

  test("a second one is refused, and what the first one keeps is not touched", async () => {
    local.putObject("bundles", "1.js", "one");
    await assert.rejects(startLocalCloudflare({ persist: dir }), {
      name: "LockedError",
      pid: process.pid,
      message: `process ${process.pid} keeps its account in \`${dir}\` already`,
    });
    await restart();
    assert.equal(String(local.state.objects.get("bundles", "1.js").content), "one");
  });

  test("what a dead process left behind is taken over, also by a process of the same id", async () => {
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    for (const left of [`${dead}\n`, `${process.pid}\n`, ""]) {
      await local.close();
      await writeFile(lock(), left);
      local = await startLocalCloudflare({ persist: dir });
      assert.equal(await readFile(lock(), "utf8"), `${process.pid}\n`);
    }
    await local.close();
    assert.deepEqual((await readdir(dir)).sort(), ["contents", "state.json", "stores"]);
    local = await startLocalCloudflare({ persist: dir });
  });

  test("one that can't start gives it back", async () => {
    await local.close();
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    await assert.rejects(startLocalCloudflare({ persist: dir, port: taken.address().port }), { code: "EADDRINUSE" });
    taken.close();
    local = await startLocalCloudflare({ persist: dir });
  });
});

test("without --persist nothing stays in the temporary directory", async () => {
  const stores = async () => (await readdir(tmpdir())).filter((name) => name.startsWith("local-cloudflare-"));
  const earlier = await stores();
  const other = await startLocalCloudflare();
  other.state.kv.set("0".repeat(32), { id: "0".repeat(32), title: "t" });
  other.runtime.changed();
  await other.runtime.kv("0".repeat(32)).put("a", Buffer.from("b"));
  const made = (await stores()).filter((name) => !earlier.includes(name));
  assert.ok(made.length >= 1);
  await other.close();
  const left = await stores();
  assert.ok(made.some((name) => !left.includes(name)));
});
