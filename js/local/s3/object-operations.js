/** GetObject, HeadObject, PutObject, DeleteObject. */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { checkWrite, mayRead, readRange } from "./conditions.js";
import { S3Error } from "./errors.js";

const STORED_HEADERS = [
  "content-type",
  "content-encoding",
  "content-disposition",
  "content-language",
  "cache-control",
  "expires",
];
const META = "x-amz-meta-";
const MAX_METADATA_BYTES = 8192;
const MAX_KEY_BYTES = 1024;

/** Whatever is asked of one object. */
export function objectOperation(call, objects) {
  if (Buffer.byteLength(call.key) > MAX_KEY_BYTES) throw new S3Error("InvalidObjectName");
  if (call.method === "PUT") return putObject(call, objects);
  if (!objects.hasBucket(call.bucket)) throw new S3Error("NoSuchBucket");
  if (call.method === "DELETE") return deleteObject(call, objects);
  if (call.method === "GET" || call.method === "HEAD") return getObject(call, objects);
  throw new S3Error("MethodNotAllowed");
}

function getObject({ bucket, key, headers, query }, objects) {
  const object = objects.get(bucket, key);
  if (!object) throw new S3Error("NoSuchKey");
  const about = { ...describe(object), ...overrides(query) };
  if (!mayRead(headers, object)) return { status: 304, headers: withoutContent(about) };
  const range = readRange(headers.range, object.content.length);
  if (!range) return { status: 200, headers: about, body: object.content };
  const { start, end } = range;
  return {
    status: 206,
    headers: { ...about, "content-range": `bytes ${start}-${end}/${object.content.length}` },
    body: object.content.subarray(start, end + 1),
  };
}

function putObject({ bucket, key, headers, body, now }, objects) {
  if (headers["content-length"] === undefined) throw new S3Error("MissingContentLength");
  if (!objects.hasBucket(bucket)) {
    if (headers["cf-create-bucket-if-missing"] !== "true") throw new S3Error("NoSuchBucket");
    objects.createBucket(bucket, now);
  }
  checkContentMd5(headers["content-md5"], body);
  checkChecksums(headers, body);
  checkWrite(headers, objects.get(bucket, key));
  const stored = objects.put(bucket, key, body, {
    headers: storedHeaders(headers),
    metadata: metadataOf(headers),
    now,
  });
  return { status: 200, headers: { etag: `"${stored.etag}"` } };
}

function deleteObject({ bucket, key, headers }, objects) {
  if (headers["if-match"] !== undefined) checkWrite({ "if-match": headers["if-match"] }, objects.get(bucket, key));
  objects.delete(bucket, key);
  return { status: 204 };
}

function describe({ etag, lastModified, headers, metadata }) {
  const meta = Object.entries(metadata).map(([name, value]) => [META + name, value]);
  return {
    "content-type": "application/octet-stream",
    ...headers,
    ...Object.fromEntries(meta),
    etag: `"${etag}"`,
    "last-modified": new Date(lastModified).toUTCString(),
    "accept-ranges": "bytes",
  };
}

/** `response-content-type` and its kin, for presigned downloads. */
function overrides(query) {
  const given = STORED_HEADERS.filter((name) => query.has(`response-${name}`));
  return Object.fromEntries(given.map((name) => [name, query.get(`response-${name}`)]));
}

function withoutContent(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith("content-")));
}

function storedHeaders(headers) {
  return Object.fromEntries(STORED_HEADERS.filter((name) => headers[name]).map((name) => [name, headers[name]]));
}

function metadataOf(headers) {
  const entries = Object.entries(headers).filter(([name]) => name.startsWith(META));
  const size = entries.reduce((sum, [name, value]) => sum + name.length - META.length + value.length, 0);
  if (size > MAX_METADATA_BYTES) throw new S3Error("MetadataTooLarge");
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(META.length), value]));
}

function checkContentMd5(given, body) {
  if (given === undefined) return;
  if (Buffer.from(given, "base64").length !== 16) throw new S3Error("InvalidDigest");
  if (createHash("md5").update(body).digest("base64") !== given) throw new S3Error("BadDigest");
}

/** Checksums that AWS's SDKs add by themselves; CRC32C and CRC64NVME are taken on trust. */
function checkChecksums(headers, body) {
  const actual = {
    sha1: () => createHash("sha1").update(body).digest("base64"),
    sha256: () => createHash("sha256").update(body).digest("base64"),
    crc32: () => crc32Base64(body),
  };
  for (const [name, compute] of Object.entries(actual)) {
    const given = headers[`x-amz-checksum-${name}`];
    if (given !== undefined && given !== compute()) {
      throw new S3Error("BadDigest", `The ${name.toUpperCase()} you specified did not match what we received.`);
    }
  }
}

function crc32Base64(body) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString("base64");
}
