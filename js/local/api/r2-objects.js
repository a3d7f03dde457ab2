/** R2 objects through the v4 API, without S3 keys. https://developers.cloudflare.com/api/resources/r2/subresources/buckets/subresources/objects/ */
import { ApiError, raw, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { bucketOf, storeOf } from "./r2-buckets.js";
import { endpoint } from "./router.js";

const OBJECTS = "/accounts/{accountId}/r2/buckets/{bucketName}/objects";
const OBJECT = `${OBJECTS}/{key*}`;
const MAX_KEY = 1024;

export const r2Objects = [
  endpoint("GET", OBJECTS, reads("Workers R2 Storage"), list),
  endpoint("GET", OBJECT, reads("Workers R2 Storage"), read),
  endpoint("PUT", OBJECT, writes("Workers R2 Storage"), put),
  endpoint("DELETE", OBJECT, writes("Workers R2 Storage"), remove),
];

function list(context) {
  const { query } = context;
  const limit = Number(query.get("per_page") ?? 20);
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= 1000)) {
    throw new ApiError(400, 10005, "per_page must be between 1 and 1000");
  }
  const page = storeOf(context).list(bucketOf(context).key, {
    prefix: query.get("prefix") ?? "",
    delimiter: query.get("delimiter") ?? "",
    after: query.get("cursor") || query.get("start_after") || "",
    limit,
  });
  const resultInfo = {
    cursor: page.next ?? "",
    is_truncated: page.next !== null,
    per_page: limit,
    delimited: page.prefixes,
  };
  return success(page.objects.map(view), { resultInfo });
}

/** Etags are quoted in the header and bare in JSON. */
function read(context) {
  const object = objectOf(context);
  const etag = `"${object.etag}"`;
  const modified = Math.floor(object.lastModified / 1000);
  const headers = { etag, "last-modified": new Date(modified * 1000).toUTCString() };
  const wanted = context.request.headers["if-none-match"]?.split(",").map((one) => one.trim().replace(/^W\//, ""));
  const since = Date.parse(context.request.headers["if-modified-since"] ?? "");
  const unchanged = wanted ? wanted.includes(etag) || wanted.includes("*") : modified * 1000 <= since;
  if (unchanged) return raw("", { status: 304, headers });
  const type = object.headers["content-type"] ?? "application/octet-stream";
  return raw(object.content, { headers: { ...headers, "content-type": type } });
}

/** The answer gives the size as text. */
function put(context) {
  const { request, params, state } = context;
  const { key: bucket } = bucketOf(context);
  if (Buffer.byteLength(params.key) > MAX_KEY)
    throw new ApiError(400, 10020, "The specified object name is not valid.");
  const type = request.headers["content-type"];
  const object = storeOf(context).put(bucket, params.key, request.body, {
    now: state.clock.now(),
    storageClass: request.headers["cf-r2-storage-class"],
    headers: type ? { "content-type": type } : {},
  });
  return success({
    key: object.key,
    etag: object.etag,
    size: String(object.content.length),
    uploaded: new Date(object.lastModified).toISOString(),
    version: object.etag,
    storage_class: object.storageClass,
  });
}

function remove(context) {
  const { key } = context.params;
  storeOf(context).delete(bucketOf(context).key, key);
  return success({ key });
}

function objectOf(context) {
  const object = bucketOf(context).objects.get(context.params.key);
  if (object) return object;
  throw new ApiError(404, 10007, "The specified key does not exist.");
}

function view({ key, content, etag, lastModified, headers, metadata, storageClass = "Standard" }) {
  return {
    key,
    size: content.length,
    etag,
    last_modified: new Date(lastModified).toISOString(),
    http_metadata: headers["content-type"] ? { contentType: headers["content-type"] } : {},
    custom_metadata: metadata,
    storage_class: storageClass,
    ssec: false,
  };
}
