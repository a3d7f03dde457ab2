/** The upload of static assets: what is announced, asked for, sent and named by a script's upload. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createClient } from "./api-client.js";
import { bucketForm, hashOf, manifestOf, uploadAssets } from "./asset-upload.js";

const FILES = { "/index.html": "home", "/a/b.css": "p {}", "/same.css": "p {}" };
const CODE = [["index.js", "export default {}", "application/javascript+module"]];

const announce = (client, files = FILES, name = "site") =>
  client.send("POST", client.script(name, "/assets-upload-session"), { manifest: manifestOf(files) });

const sendBucket = (client, jwt, form, query = "?base64=true") =>
  client.send("POST", `${client.account}/workers/assets/upload${query}`, form, { authorization: `Bearer ${jwt}` });

const complete = async (client, files = FILES, name = "site") =>
  (await uploadAssets(client.send, client.account, name, files)).jwt;

const putAssets = (client, metadata, name = "site") => {
  const form = new FormData();
  form.set("metadata", JSON.stringify(metadata));
  return client.send("PUT", client.script(name), form);
};

const claimsOf = (jwt) => JSON.parse(Buffer.from(jwt.split(".")[1], "base64url").toString());

describe("a session", () => {
  test("asks for what the account lacks, in buckets, and ends with the token that an upload names", async () => {
    const client = createClient({ switches: { assetsPerBucket: 2 } });
    const { status, result } = await announce(client);
    assert.deepEqual([status, result.buckets.map(({ length }) => length)], [201, [2, 1]]);
    const first = await sendBucket(client, result.jwt, bucketForm(result.buckets[0], FILES));
    assert.deepEqual([first.status, first.result], [202, {}]);
    const last = await sendBucket(client, result.jwt, bucketForm(result.buckets[1], FILES));
    assert.equal(last.status, 201);
    assert.equal((await putAssets(client, { assets: { jwt: last.result.jwt } })).status, 200);
    assert.equal(client.runtime.checked.length, 0, "there is no code to start");
  });

  test("answers once more when its answer was lost", async () => {
    const client = createClient();
    const { result } = await announce(client);
    const form = bucketForm(result.buckets[0], FILES);
    await sendBucket(client, result.jwt, form);
    const again = await sendBucket(client, result.jwt, form);
    assert.deepEqual([again.status, claimsOf(again.result.jwt).purpose], [201, "completion"]);
  });

  test("has its last token at once where nothing is missing, whichever Worker brought the files", async () => {
    const client = createClient();
    await complete(client, FILES, "other");
    const { result } = await announce(client);
    assert.deepEqual(result.buckets, []);
    assert.equal((await putAssets(client, { assets: { jwt: result.jwt } })).status, 200);
  });

  test("lasts an hour: its token is refused then, and files that were sent are not asked for again", async () => {
    let now = Date.parse("2026-05-01T00:00:00Z");
    const client = createClient({ now: () => now, switches: { assetsPerBucket: 1 } });
    const { result } = await announce(client);
    await sendBucket(client, result.jwt, bucketForm(result.buckets[0], FILES));
    now += 3_600_000;
    const late = await sendBucket(client, result.jwt, bucketForm(result.buckets[1], FILES));
    assert.deepEqual([late.status, late.errors[0].code], [401, 10000]);
    assert.deepEqual((await announce(client)).result.buckets.flat(), result.buckets.slice(1).flat());
    const jwt = await complete(client);
    now += 3_600_000;
    assert.deepEqual((await putAssets(client, { assets: { jwt } })).errors[0].code, 10021);
  });

  test("takes no token of the API, no token of another kind, and none that was changed", async () => {
    const client = createClient();
    const { result } = await announce(client);
    const form = bucketForm(result.buckets[0], FILES);
    const [head, claims, signature] = result.jwt.split(".");
    const forged = Buffer.from(JSON.stringify({ ...claimsOf(result.jwt), exp: 9e9 })).toString("base64url");
    const done = (await sendBucket(client, result.jwt, form)).result.jwt;
    for (const token of [client.token.value, done, `${head}.${forged}.${signature}`, `${head}.${claims}.AAAA`]) {
      const { status, errors } = await sendBucket(client, token, form);
      assert.deepEqual([status, errors[0].code], [401, 10000]);
    }
  });

  test("takes the files that were announced and nothing else", async () => {
    const client = createClient();
    const { result } = await announce(client);
    const verdict = async (hash, content) => {
      const form = new FormData();
      form.append(hash, new File([content], hash));
      const { status, errors } = await sendBucket(client, result.jwt, form);
      return [status, errors[0].message];
    };
    const [hash] = result.buckets[0];
    assert.deepEqual(await verdict("0".repeat(32), ""), [400, `no asset of hash "${"0".repeat(32)}" was announced`]);
    assert.deepEqual(await verdict(hash, "not base64!"), [400, `asset "${hash}" is not base64`]);
    assert.deepEqual(await verdict(hash, "aGVsbG8="), [400, `asset "${hash}" has not the size that was announced`]);
    const raw = await sendBucket(client, result.jwt, bucketForm(result.buckets[0], FILES), "");
    assert.match(raw.errors[0].message, /base64=true/);
  });

  test("refuses a manifest that no deployer may send", async () => {
    const client = createClient();
    const verdict = async (manifest) => {
      const { status, errors } = await client.send("POST", client.script("site", "/assets-upload-session"), {
        manifest,
      });
      return [status, errors[0]?.message];
    };
    const file = { hash: hashOf("", ""), size: 0 };
    assert.deepEqual(await verdict(undefined), [400, "manifest must be an object"]);
    for (const path of ["a", "/a/../b", "/a//b", "/", "/./a"]) {
      assert.deepEqual(await verdict({ [path]: file }), [400, `"${path}" is no path of an asset`]);
    }
    assert.match((await verdict({ "/a": { ...file, hash: "abc" } }))[1], /hash of "\/a"/);
    assert.match((await verdict({ "/a": { ...file, size: 25 * 1024 * 1024 + 1 } }))[1], /larger than/);
    assert.match((await verdict({ "/a": file, "/a/b": file }))[1], /"\/a" can't be a folder as well/);
    assert.match((await verdict({ "/_headers": file }))[1], /serves no asset "\/_headers"/);
    assert.deepEqual(await verdict({ "/_headers/a": file }), [201, undefined]);
  });

  test("is for those who may write scripts", async () => {
    const client = createClient();
    client.token.policies[0].permissionGroups = ["Workers Scripts Read"];
    assert.equal((await announce(client)).status, 403);
  });
});

describe("an upload of a script", () => {
  test("takes the token of an upload for this Worker alone", async () => {
    const client = createClient();
    const message = /completion token of an upload of assets for this Worker/;
    assert.match(
      (await putAssets(client, { assets: { jwt: await complete(client) } }, "other")).errors[0].message,
      message,
    );
    assert.match((await putAssets(client, { assets: {} })).errors[0].message, message);
  });

  test("refuses a configuration that Cloudflare does not have", async () => {
    const client = createClient();
    const jwt = await complete(client);
    const verdict = async (config) => (await client.put("site", { assets: { jwt, config } })).errors[0]?.message;
    assert.match(await verdict({ html_handling: "maybe" }), /html_handling must be one of auto-trailing-slash/);
    assert.match(await verdict({ not_found_handling: "maybe" }), /not_found_handling must be one of none/);
    assert.match(await verdict({ _headers: {} }), /_headers must be a string/);
    assert.match(await verdict({ run_worker_first: [] }), /run_worker_first must be true, false or/);
    assert.match(await verdict({ run_worker_first: ["api"] }), /must start with/);
    assert.match(await verdict({ run_worker_first: ["!/a"] }), /must have a rule without !/);
    assert.match(await verdict({ run_worker_first: ["/a", "/a"] }), /must differ/);
    assert.equal(await verdict({ run_worker_first: ["/a/*", "!/a/b"] }), undefined);
  });

  test("without code has no rules of who is asked first, and no binding without assets", async () => {
    const client = createClient();
    const jwt = await complete(client);
    const alone = await putAssets(client, { assets: { jwt, config: { run_worker_first: true } } });
    assert.match(alone.errors[0].message, /needs a Worker script/);
    const bindings = [{ type: "assets", name: "ASSETS" }];
    assert.match((await client.put("site", { bindings }, CODE)).errors[0].message, /needs assets/);
    assert.equal((await client.put("site", { bindings, assets: { jwt } }, CODE)).status, 200);
    assert.equal((await client.put("site", { bindings, keep_assets: true }, CODE)).status, 200);
  });

  test("keeps files and configuration with keep_assets, in a version as well; a token wins over it", async () => {
    const client = createClient();
    const config = { html_handling: "none" };
    await client.put("site", { assets: { jwt: await complete(client), config } });
    await client.put("site", { keep_assets: true });
    const [kept] = client.state.scripts.get("site").versions;
    assert.deepEqual([kept.assets.files.length, kept.assets.config], [3, config]);
    const jwt = await complete(client, { "/only.txt": "1" });
    await client.put("site", { keep_assets: true, assets: { jwt } });
    const [replaced] = client.state.scripts.get("site").versions;
    assert.deepEqual([replaced.assets.files.map(({ path }) => path), replaced.assets.config], [["/only.txt"], {}]);
    const form = new FormData();
    form.set("metadata", JSON.stringify({ keep_assets: true, assets: { config } }));
    assert.equal((await client.send("POST", client.script("site", "/versions"), form)).status, 200);
    const [version] = client.state.scripts.get("site").versions;
    assert.deepEqual([version.assets.files.length, version.assets.config, version.modules], [1, config, []]);
  });
});
