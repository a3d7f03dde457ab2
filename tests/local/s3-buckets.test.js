/** A token for single buckets, as the dashboard makes them for R2, opens those over S3 and nothing else. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { keyFinder } from "../../js/local/s3/keys.js";
import { ObjectStore } from "../../js/local/s3/objects.js";
import { createS3 } from "../../js/local/s3/server.js";
import { createClient } from "./api-client.js";
import { signHeaders } from "./sigv4.js";

const BUCKET = "com.cloudflare.edge.r2.bucket";

async function site() {
  const client = createClient();
  const { state } = client;
  const objects = new ObjectStore();
  state.objects = objects;
  for (const name of ["bundles", "others"]) {
    objects.createBucket(name);
    objects.put(name, "a.js", Buffer.from("x"));
  }
  const s3 = createS3({ objects, findKey: keyFinder(state), now: Date.now });
  const groups = (await client.send("GET", "/user/tokens/permission_groups")).result;
  return {
    client,
    /** S3 keys of a new token with these resources. */
    async keysFor(verb, resources) {
      const { id } = groups.find(({ name }) => name === `Workers R2 Storage Bucket Item ${verb}`);
      const policies = [{ effect: "allow", permission_groups: [{ id }], resources }];
      const { result, errors } = await client.send("POST", "/user/tokens", { name: "bucket", policies });
      assert.deepEqual(errors, []);
      return { accessKeyId: result.id, secretAccessKey: createHash("sha256").update(result.value).digest("hex") };
    },
    async status(keys, method, target) {
      const body = method === "PUT" ? "new" : "";
      const length = method === "PUT" ? { "content-length": "3" } : {};
      const headers = { ...signHeaders({ method, host: "s3.local", path: target, body, keys }), ...length };
      return (await s3.handle({ method, target, headers, body: Buffer.from(body) })).status;
    },
  };
}

test("a token for one bucket reads it, and no other", async () => {
  const { client, keysFor, status } = await site();
  const keys = await keysFor("Read", { [`${BUCKET}.${client.state.account.id}_default_bundles`]: "*" });
  assert.equal(await status(keys, "GET", "/bundles/a.js"), 200);
  assert.equal(await status(keys, "GET", "/bundles"), 200);
  assert.equal(await status(keys, "PUT", "/bundles/b.js"), 403, "reading is not writing");
  for (const target of ["/others/a.js", "/others", "/"]) assert.equal(await status(keys, "GET", target), 403, target);
});

test("a token for all buckets of the account writes in each; one of another account or jurisdiction in none", async () => {
  const { client, keysFor, status } = await site();
  const { id } = client.state.account;
  const all = await keysFor("Write", { [`com.cloudflare.api.account.${id}`]: { [`${BUCKET}.*`]: "*" } });
  for (const bucket of ["bundles", "others"]) assert.equal(await status(all, "PUT", `/${bucket}/b.js`), 200);
  for (const resource of [`${BUCKET}.${"0".repeat(32)}_default_bundles`, `${BUCKET}.${id}_eu_bundles`]) {
    const keys = await keysFor("Write", { [resource]: "*" });
    assert.equal(await status(keys, "PUT", "/bundles/b.js"), 403, resource);
  }
});
