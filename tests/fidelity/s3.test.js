/** Signers that we did not write, against Local Cloudflare's R2. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
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
      const { accessKeyId, secretAccessKey } = local.s3;
      const aws = new AwsClient({ accessKeyId, secretAccessKey, region: "auto", service: "s3" });
      const path = Key.split("/").map(encodeURIComponent).join("/");
      const answer = await aws.fetch(`${local.s3Url}/${BUCKET}/${path}`);
      assert.equal(answer.status, 200);
      assert.equal(await answer.text(), Key);
    });
  }

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
    await assert.rejects(sdk.send(new PutObjectCommand({ ...at, Body: "x", IfNoneMatch: "*" })), refused(412));
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

  const refused = (status, name) => (error) => {
    assert.equal(error.$metadata?.httpStatusCode, status, String(error));
    if (name) assert.equal(error.name, name);
    return true;
  };
});
