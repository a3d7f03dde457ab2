/** R2 buckets through the v4 API; the same buckets that the S3 endpoint serves. https://developers.cloudflare.com/api/resources/r2/subresources/buckets/ */
import { ApiError, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { removeBucket } from "../r2/domains.js";
import { bucketKey, STORAGE_CLASSES } from "../s3/objects.js";
import { readObject } from "./body.js";
import { endpoint } from "./router.js";

const BUCKETS = "/accounts/{accountId}/r2/buckets";
/** Of one bucket. */
export const BUCKET = `${BUCKETS}/{bucketName}`;
/** Groups that read and change buckets. */
export const READS = reads("Workers R2 Storage");
export const WRITES = writes("Workers R2 Storage");
const NAME = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
const LOCATIONS = ["apac", "eeur", "enam", "weur", "wnam", "oc"];
const JURISDICTIONS = ["default", "eu", "us", "fedramp", "fedramp-high"];

export const r2Buckets = [
  endpoint("GET", BUCKETS, READS, list),
  endpoint("POST", BUCKETS, WRITES, create),
  endpoint("GET", BUCKET, READS, (context) => success(view(bucketOf(context)))),
  endpoint("PATCH", BUCKET, WRITES, setStorageClass),
  endpoint("DELETE", BUCKET, WRITES, remove),
];

/** The store of buckets. @throws {ApiError} 403/10042 when this state has none */
export function storeOf({ state }) {
  if (state.objects) return state.objects;
  throw new ApiError(403, 10042, "Please enable R2 through the Cloudflare Dashboard.");
}

/** The bucket that path and jurisdiction name. @throws {ApiError} 404/10006 */
export function bucketOf(context) {
  const key = bucketKey(context.params.bucketName, jurisdictionOf(context));
  const bucket = storeOf(context).buckets.get(key);
  if (bucket) return bucket;
  throw new ApiError(404, 10006, "The specified bucket does not exist.");
}

/** A name may be there once in each jurisdiction. */
function jurisdictionOf({ request }) {
  const jurisdiction = request.headers["cf-r2-jurisdiction"] ?? "default";
  if (JURISDICTIONS.includes(jurisdiction)) return jurisdiction;
  throw new ApiError(400, 10005, `'${jurisdiction}' is not a jurisdiction.`);
}

function list(context) {
  const { query } = context;
  const perPage = Number(query.get("per_page") ?? 20);
  if (!(Number.isInteger(perPage) && perPage >= 1 && perPage <= 1000)) {
    throw new ApiError(400, 10005, "per_page must be between 1 and 1000");
  }
  const after = query.get("cursor") || query.get("start_after") || "";
  const sign = query.get("direction") === "desc" ? -1 : 1;
  const jurisdiction = jurisdictionOf(context);
  const found = [...storeOf(context).buckets.values()]
    .filter((bucket) => bucket.jurisdiction === jurisdiction && bucket.name.includes(query.get("name_contains") ?? ""))
    .sort((a, b) => sign * (a.name < b.name ? -1 : 1))
    .filter(({ name }) => after === "" || (sign === 1 ? name > after : name < after));
  const buckets = found.slice(0, perPage);
  const resultInfo = found.length > perPage ? { cursor: buckets.at(-1).name, per_page: perPage } : undefined;
  return success({ buckets: buckets.map(listed) }, { resultInfo });
}

function create(context) {
  const {
    name,
    locationHint = "weur",
    storageClass = "Standard",
  } = readObject(context.request, 10040, { anyType: true });
  if (typeof name !== "string" || !NAME.test(name))
    throw new ApiError(400, 10005, "The specified bucket name is not valid.");
  if (!LOCATIONS.includes(locationHint)) throw new ApiError(400, 10005, `'${locationHint}' is not a location hint.`);
  checkStorageClass(storageClass);
  const store = storeOf(context);
  const key = bucketKey(name, jurisdictionOf(context));
  if (!store.createBucket(key, context.state.clock.now(), { location: locationHint.toUpperCase(), storageClass })) {
    throw new ApiError(409, 10004, "The bucket you tried to create already exists, and you own it.");
  }
  return success(view(store.buckets.get(key)));
}

/** The class stands in a header; there is no body. */
function setStorageClass(context) {
  const bucket = bucketOf(context);
  const storageClass = context.request.headers["cf-r2-storage-class"];
  checkStorageClass(storageClass);
  bucket.storageClass = storageClass;
  return success(view(bucket));
}

function checkStorageClass(storageClass) {
  if (storageClass in STORAGE_CLASSES) return;
  throw new ApiError(400, 10062, "The storage class you specified is not valid.");
}

function remove(context) {
  const bucket = bucketOf(context);
  if (bucket.objects.size > 0) throw new ApiError(409, 10008, "The bucket you tried to delete is not empty.");
  removeBucket(context.state, bucket.key);
  context.runtime.changed();
  return success({});
}

function listed({ name, createdOn }) {
  return { name, creation_date: new Date(createdOn).toISOString() };
}

/** Locations come back in upper case. */
function view(bucket) {
  const { location, storageClass, jurisdiction } = bucket;
  const elsewhere = jurisdiction === "default" ? {} : { jurisdiction };
  return { ...listed(bucket), location, ...elsewhere, storage_class: storageClass };
}
