/** Signers that we did not write, against Local Cloudflare's R2. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { AwsClient } from "aws4fetch";
import { startLocalCloudflare } from "../canaries/local.js";

const BUCKET = "fidelity";
const KEYS = ["plain.js", "a/b/c.js", "blank and +plus.js", "ümlaut.js", "q?a=b&c#d.js", "100%.js", "'(quoted)*!~.js"];

describe("S3 clients against Local Cloudflare", () => {
  let local;
  let sdk;

  before(async () => {
    local = await startLocalCloudflare();
    sdk = client(local.s3);
    await sdk.send(new CreateBucketCommand({ Bucket: BUCKET }));
  });

  after(() => local.close());

  function client(credentials, region = "auto") {
    return new S3Client({ endpoint: local.s3Url, region, credentials, forcePathStyle: true, maxAttempts: 1 });
  }

  for (const Key of KEYS) {
    test(`the AWS SDK writes and reads ${Key}`, async () => {
      await sdk.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: Key }));
      const read = await sdk.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      assert.equal(await read.Body.transformToString(), Key);
      const url = await getSignedUrl(sdk, new GetObjectCommand({ Bucket: BUCKET, Key }), { expiresIn: 60 });
      assert.equal(await (await fetch(url)).text(), Key);
    });

    test(`aws4fetch reads ${Key}`, async () => {
      const path = Key.split("/").map(encodeURIComponent).join("/");
      const answer = await foreign().fetch(`${local.s3Url}/${BUCKET}/${path}`);
      assert.equal(answer.status, 200);
      assert.equal(await answer.text(), Key);
    });
  }

  test("aws4fetch writes, heads, lists and deletes", async () => {
    const aws = foreign();
    const at = `${local.s3Url}/${BUCKET}/by-aws4fetch.js`;
    const put = await aws.fetch(at, { method: "PUT", body: "x", headers: { "x-amz-meta-by": "aws4fetch" } });
    assert.equal(put.status, 200);
    const head = await aws.fetch(at, { method: "HEAD" });
    assert.deepEqual([head.headers.get("content-length"), head.headers.get("x-amz-meta-by")], ["1", "aws4fetch"]);
    const list = await aws.fetch(`${local.s3Url}/${BUCKET}?list-type=2&prefix=by-aws`);
    assert.match(await list.text(), /<KeyCount>1<\/KeyCount>.*<Key>by-aws4fetch\.js<\/Key>/s);
    assert.equal((await aws.fetch(at, { method: "DELETE" })).status, 204);
    assert.equal((await aws.fetch(at)).status, 404);
  });

  test("presigned URLs of both write and read, until they expire or are altered", async () => {
    const at = { Bucket: BUCKET, Key: "presigned.js" };
    const put = await getSignedUrl(sdk, new PutObjectCommand(at), { expiresIn: 60 });
    assert.equal((await fetch(put, { method: "PUT", body: "first" })).status, 200);
    const url = new URL(`${local.s3Url}/${BUCKET}/presigned.js`);
    const signed = await foreign().sign(url, { aws: { signQuery: true } });
    assert.equal(await (await fetch(signed)).text(), "first");

    const get = await getSignedUrl(sdk, new GetObjectCommand(at), { expiresIn: 60 });
    const altered = get.replace("presigned.js", "plain.js");
    for (const [wrong, status, name] of [
      [altered, 403, "SignatureDoesNotMatch"],
      [get.replace("X-Amz-Expires=60", "X-Amz-Expires=600"), 403, "SignatureDoesNotMatch"],
      [get.replace(/X-Amz-Signature=../, "X-Amz-Signature=00"), 403, "SignatureDoesNotMatch"],
      [`${get}&response-content-type=text%2Fhtml`, 403, "SignatureDoesNotMatch"],
      [await old(new GetObjectCommand(at)), 400, "ExpiredRequest"],
      [await getSignedUrl(client(local.s3, "eu-west-3"), new GetObjectCommand(at)), 400, "InvalidRegionName"],
    ]) {
      const answer = await fetch(wrong);
      assert.deepEqual([answer.status, /<Code>(\w+)</.exec(await answer.text())?.[1]], [status, name], wrong);
    }
    assert.equal((await fetch(get, { method: "DELETE" })).status, 403, "signed for GET alone");
  });

  test("folders are listed by a delimiter, several objects deleted at once", async () => {
    const page = await sdk.send(new ListObjectsV2Command({ Bucket: BUCKET, Delimiter: "/", Prefix: "a" }));
    assert.deepEqual([page.CommonPrefixes, page.KeyCount], [[{ Prefix: "a/" }], 1]);
    const Objects = ["one", "two"].map((Key) => ({ Key: `gone/${Key}` }));
    for (const { Key } of Objects) await sdk.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: Key }));
    const { Deleted } = await sdk.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects } }));
    assert.equal(Deleted.length, 2);
    await sdk.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: "presigned.js" }));
  });

  test("lists in pages", async () => {
    const seen = [];
    let ContinuationToken;
    do {
      const page = await sdk.send(new ListObjectsV2Command({ Bucket: BUCKET, MaxKeys: 2, ContinuationToken }));
      seen.push(...page.Contents.map(({ Key }) => Key));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
    assert.deepEqual(seen.toSorted(), KEYS.toSorted());
  });

  test("ranges, conditions, heads and deletes", async () => {
    const at = { Bucket: BUCKET, Key: "plain.js" };
    const range = await sdk.send(new GetObjectCommand({ ...at, Range: "bytes=0-4" }));
    assert.equal(await range.Body.transformToString(), "plain");
    const { ETag } = await sdk.send(new HeadObjectCommand(at));
    await assert.rejects(sdk.send(new GetObjectCommand({ ...at, IfNoneMatch: ETag })), refused(304));
    await assert.rejects(sdk.send(new GetObjectCommand({ ...at, IfMatch: '"no"' })), refused(412));
    await assert.rejects(sdk.send(new GetObjectCommand({ ...at, Range: "bytes=900-" })), refused(416, "InvalidRange"));
    const end = await sdk.send(new GetObjectCommand({ ...at, Range: "bytes=-3" }));
    assert.deepEqual([await end.Body.transformToString(), end.ContentRange], [".js", "bytes 5-7/8"]);
    await assert.rejects(sdk.send(new PutObjectCommand({ ...at, Body: "x", IfNoneMatch: "*" })), refused(412));
    await assert.rejects(sdk.send(new PutObjectCommand({ ...at, Body: "x", IfMatch: '"no"' })), refused(412));
    await sdk.send(new PutObjectCommand({ ...at, Body: "plain.js", IfMatch: ETag }));
    await sdk.send(new DeleteObjectCommand(at));
    await assert.rejects(sdk.send(new GetObjectCommand(at)), refused(404, "NoSuchKey"));
  });

  test("wrong secret, unknown key, wrong region and foreign bucket are refused", async () => {
    const get = () => new GetObjectCommand({ Bucket: BUCKET, Key: "a/b/c.js" });
    const wrong = { ...local.s3, secretAccessKey: "0".repeat(64) };
    await assert.rejects(client(wrong).send(get()), refused(403, "SignatureDoesNotMatch"));
    const unknown = { ...local.s3, accessKeyId: "0".repeat(32) };
    await assert.rejects(client(unknown).send(get()), refused(401));
    await assert.rejects(client(local.s3, "eu-west-3").send(get()), refused(400));
    await assert.rejects(sdk.send(new GetObjectCommand({ Bucket: "nowhere", Key: "k" })), refused(404, "NoSuchBucket"));
  });

  function foreign() {
    const { accessKeyId, secretAccessKey } = local.s3;
    return new AwsClient({ accessKeyId, secretAccessKey, region: "auto", service: "s3", retries: 0 });
  }

  /** Signed two minutes ago, good for one. */
  const old = (command) => getSignedUrl(sdk, command, { expiresIn: 60, signingDate: new Date(Date.now() - 120_000) });

  const refused = (status, name) => (error) => {
    assert.equal(error.$metadata?.httpStatusCode, status, String(error));
    if (name) assert.equal(error.name, name);
    return true;
  };
});
