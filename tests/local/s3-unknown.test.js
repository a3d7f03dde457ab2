/** What S3 is asked for and not served is said to who runs Local Cloudflare, without the values that came along. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ObjectStore } from "../../js/local/s3/objects.js";
import { createS3 } from "../../js/local/s3/server.js";
import { signHeaders } from "./sigv4.js";

const KEYS = {
  accessKeyId: "0".repeat(32),
  secretAccessKey: "1".repeat(64),
  mayRead: () => true,
  mayWrite: () => true,
};
const CUSTOMER_KEY = "x-amz-server-side-encryption-customer-key";

test("an operation that is not served is logged, without the values that came with it", async () => {
  const lines = [];
  const onUnknown = (line) => lines.push(line);
  const s3 = createS3({ objects: new ObjectStore(), findKey: () => KEYS, now: Date.now, onUnknown });
  const get = async ({ query = {}, headers = {} }) => {
    const path = "/bundles/a.js";
    const signed = signHeaders({ host: "s3.local", path, query, headers, keys: KEYS });
    const target = `${path}?${new URLSearchParams(query)}`.replace(/\?$/, "");
    return (await s3.handle({ method: "GET", target, headers: signed, body: Buffer.alloc(0) })).status;
  };
  assert.equal(await get({ query: { attributes: "private" } }), 501);
  assert.equal(await get({ headers: { [CUSTOMER_KEY]: "private" } }), 501);
  assert.equal(await get({}), 404);
  const served = "local cloudflare: S3 GET /bundles/a.js is not served as asked:";
  assert.deepEqual(lines, [
    `${served} Sub-resource attributes is not implemented`,
    `${served} Header ${CUSTOMER_KEY} is not implemented`,
  ]);
});
