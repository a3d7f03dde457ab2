/**
 * rclone's `copyto`, `ls` and `cat` with its defaults, request by request as Debian's 1.60.1 and 1.75.2 sent them to a
 * server that wrote them down. The programs themselves run in `tests/fidelity/rclone.test.js`.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, beforeEach, describe, test } from "node:test";
import { startLocalCloudflare } from "../canaries/local.js";
import { signHeaders } from "./sigv4.js";

const SOURCE = "export default {}\n";
const MD5 = createHash("md5").update(SOURCE).digest("base64");
const OBJECT = "/bundles/a/w.js";
const UPLOAD = {
  "content-type": "text/javascript; charset=utf-8",
  "content-md5": MD5,
  "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
  "x-amz-meta-mtime": "1795830952.75198007",
};

/** What each version adds to its requests. */
const VERSIONS = {
  "1.60": {
    always: { "user-agent": "rclone/" },
    bucket: { "x-amz-acl": "private" },
    upload: { ...UPLOAD, "x-amz-acl": "private" },
    listQuery: { delimiter: "" },
    uploadQuery: {},
    downloadQuery: {},
  },
  1.75: {
    always: {
      "user-agent": "rclone/v1.75.2",
      "accept-encoding": "identity",
      "amz-sdk-invocation-id": "27101016-5053-46fc-bde6-0378572e1da9",
      "amz-sdk-request": "attempt=1; max=1",
    },
    bucket: { "x-amz-bucket-object-lock-enabled": "false" },
    upload: UPLOAD,
    listQuery: {},
    uploadQuery: { "x-id": "PutObject" },
    downloadQuery: { "x-id": "GetObject" },
  },
};

/** By reading of R2: what creating the own bucket answers, and whether rclone goes on after that. */
const AGAIN = {
  BucketAlreadyOwnedByYou: [409, true],
  created: [200, true],
  BucketConflict: [409, false],
};

for (const [version, adds] of Object.entries(VERSIONS)) {
  describe(`rclone ${version} with its defaults`, () => {
    let local;
    before(async () => {
      local = await startLocalCloudflare();
    });
    beforeEach(() => {
      local.state.objects.buckets.clear();
    });
    after(() => local.close());

    const send = async (method, path, { query = {}, headers = {}, body = "", to = local } = {}) => {
      const { host } = new URL(to.s3Url);
      const all = { ...adds.always, ...headers };
      const signed = signHeaders({ method, host, path, query, headers: all, body, keys: to.s3 });
      const search = new URLSearchParams(query).toString();
      const answer = await fetch(`${to.s3Url}${path}${search && `?${search}`}`, {
        method,
        headers: signed,
        body: method === "PUT" ? body : undefined,
      });
      return { status: answer.status, headers: answer.headers, text: await answer.text() };
    };
    const upload = (more) =>
      send("PUT", OBJECT, { query: adds.uploadQuery, headers: adds.upload, body: SOURCE, ...more });
    const list = (query) =>
      send("GET", "/bundles", {
        query: { "encoding-type": "url", "list-type": "2", "max-keys": "1000", ...adds.listQuery, ...query },
      });

    test("copyto makes the bucket, uploads and looks at what it has uploaded", async () => {
      assert.equal((await send("HEAD", OBJECT)).status, 404);
      assert.equal((await send("PUT", "/bundles", { headers: adds.bucket })).status, 200);
      assert.equal((await upload()).status, 200);
      const { status, headers } = await send("HEAD", OBJECT);
      assert.deepEqual(
        [status, headers.get("content-length"), headers.get("x-amz-meta-mtime")],
        [200, "18", UPLOAD["x-amz-meta-mtime"]],
      );
      assert.equal(headers.get("etag"), `"${Buffer.from(MD5, "base64").toString("hex")}"`);
    });

    test("ls lists keys and sizes, cat gives the bytes", async () => {
      local.putObject("bundles", "a/w.js", SOURCE);
      assert.match((await list({ prefix: "" })).text, /<Key>a\/w\.js<\/Key><Size>18<\/Size>/);
      assert.equal((await list({ prefix: "a/", delimiter: "/" })).status, 200);
      assert.equal((await send("GET", OBJECT, { query: adds.downloadQuery })).text, SOURCE);
    });

    for (const [reading, [status, goesOn]] of Object.entries(AGAIN)) {
      test(`where creating one's own bucket again is ${reading}, rclone ${goesOn ? "goes on" : "is told so"}`, async () => {
        const other = await startLocalCloudflare({ switches: { ownBucketAgain: reading } });
        try {
          other.createBucket("bundles");
          const again = await send("PUT", "/bundles", { headers: adds.bucket, to: other });
          assert.equal(again.status, status);
          if (status === 409) assert.match(again.text, new RegExp(`<Code>${reading}</Code>`));
        } finally {
          await other.close();
        }
      });
    }
  });
}

describe("x-amz-acl", () => {
  const put = async (local, acl) => {
    const { host } = new URL(local.s3Url);
    const headers = signHeaders({
      method: "PUT",
      host,
      path: OBJECT,
      headers: { "x-amz-acl": acl },
      body: SOURCE,
      keys: local.s3,
    });
    return (await fetch(local.s3Url + OBJECT, { method: "PUT", headers, body: SOURCE })).status;
  };

  for (const [reading, expected] of Object.entries({ ignore: 200, refuse: 501 })) {
    test(`private is ${reading === "ignore" ? "taken" : "refused"} where the reading is so; anything else is refused`, async () => {
      const local = await startLocalCloudflare({ switches: { privateAcl: reading } });
      try {
        local.createBucket("bundles");
        assert.equal(await put(local, "private"), expected);
        assert.equal(await put(local, "public-read"), 501);
      } finally {
        await local.close();
      }
    });
  }
});
