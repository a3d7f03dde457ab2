/** What a Worker's bucket binding asks: the same objects that S3 and the API show. */
import { createHash } from "node:crypto";
import { holds, rangeOf } from "./conditions.js";
import { BindingError } from "./errors.js";
import { described, headersOf, metadataOf } from "./objects.js";

const MAX_KEY_BYTES = 1024;
const MAX_METADATA_BYTES = 2048;
const MAX_LISTED = 1000;
const HTTP_METADATA = 0;
const CUSTOM_METADATA = 1;
const DIGESTS = ["sha1", "sha256", "sha384", "sha512"];

/** Operations that change nothing. */
export const READS = { head, get, list };

/** Operations that are answered after what they changed is saved. */
export const WRITES = {
  put,
  delete: remove,
  createMultipartUpload,
  uploadPart,
  completeMultipartUpload,
  abortMultipartUpload,
};

/**
 * @typedef {object} Call
 * @property {import("../s3/objects.js").ObjectStore} objects
 * @property {import("./uploads.js").Uploads} uploads
 * @property {string} bucket
 * @property {object} asked the operation, as workerd sends it
 * @property {Buffer} value
 * @property {number} now
 *
 * @typedef {{ json?: object, value?: Buffer }} Result
 */

/** @param {Call} call @returns {Result} */
function head(call) {
  return { json: described(found(call)) };
}

function get(call) {
  const object = found(call);
  if (!holds(call.asked.onlyIf, object)) throw new BindingError("PreconditionFailed", object);
  const range = rangeOf(call.asked, object.content.length);
  return { json: described(object, range), value: object.content.subarray(range.offset, range.offset + range.length) };
}

function list({ objects, bucket, asked }) {
  const { prefix = "", delimiter = "", cursor, startAfter = "", limit = MAX_LISTED, include = [] } = asked;
  if (!(limit >= 1 && limit <= MAX_LISTED)) throw new BindingError("InvalidMaxKeys");
  const after = cursor === undefined ? startAfter : Buffer.from(cursor, "base64url").toString("utf8");
  const page = objects.list(bucket, { prefix, delimiter, after, limit });
  const shown = page.objects.map((object) => {
    const one = described(object);
    return {
      ...one,
      httpFields: include.includes(HTTP_METADATA) ? one.httpFields : {},
      customFields: include.includes(CUSTOM_METADATA) ? one.customFields : [],
    };
  });
  const truncated = page.next !== null;
  const next = truncated ? { cursor: Buffer.from(page.next).toString("base64url") } : {};
  return { json: { objects: shown, truncated, ...next, delimitedPrefixes: page.prefixes } };
}

function put({ objects, bucket, asked, value, now }) {
  const { object: key, onlyIf, httpFields, customFields } = asked;
  checkKey(key);
  checkMetadata(customFields);
  const checksums = checkDigests(asked, value);
  if (!holds(onlyIf, objects.get(bucket, key))) throw new BindingError("PreconditionFailed");
  const about = { headers: headersOf(httpFields), metadata: metadataOf(customFields), checksums, now };
  return { json: described(objects.put(bucket, key, value, about)) };
}

function remove({ objects, bucket, asked }) {
  for (const key of asked.objects ?? [asked.object]) objects.delete(bucket, key);
  return {};
}

function createMultipartUpload({ uploads, bucket, asked }) {
  checkKey(asked.object);
  checkMetadata(asked.customFields);
  return { json: { uploadId: uploads.create(bucket, asked) } };
}

function uploadPart({ uploads, bucket, asked, value }) {
  return { json: { etag: uploads.addPart(bucket, asked, value) } };
}

function completeMultipartUpload({ objects, uploads, bucket, asked, now }) {
  const { content, about } = uploads.complete(bucket, asked);
  return { json: described(objects.put(bucket, asked.object, content, { ...about, now })) };
}

function abortMultipartUpload({ uploads, bucket, asked }) {
  uploads.abort(bucket, asked);
  return {};
}

function found({ objects, bucket, asked }) {
  checkKey(asked.object);
  const object = objects.get(bucket, asked.object);
  if (object) return object;
  throw new BindingError("NoSuchKey");
}

function checkKey(key) {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new BindingError("InvalidObjectName");
}

function checkMetadata(customFields = []) {
  const size = customFields.reduce((sum, { k, v }) => sum + Buffer.byteLength(k) + Buffer.byteLength(v), 0);
  if (size > MAX_METADATA_BYTES) throw new BindingError("MetadataTooLarge");
}

/** MD5 comes as base64, the others as hex. @returns {Record<string, string>} those given, but for MD5 */
function checkDigests(asked, value) {
  const digest = (name, encoding) => createHash(name).update(value).digest(encoding);
  if (asked.md5 !== undefined && asked.md5 !== digest("md5", "base64")) throw new BindingError("BadDigest");
  const given = DIGESTS.filter((name) => asked[name] !== undefined);
  const wrong = given.find((name) => asked[name].toLowerCase() !== digest(name, "hex"));
  if (wrong) throw new BindingError("BadDigest");
  return Object.fromEntries(given.map((name) => [name, asked[name].toLowerCase()]));
}
