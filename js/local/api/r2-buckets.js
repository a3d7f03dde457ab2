/** R2 buckets through the v4 API; the same buckets that the S3 endpoint serves. https://developers.cloudflare.com/api/resources/r2/subresources/buckets/ */
import { ApiError, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { readObject } from "./body.js";
import { endpoint } from "./router.js";

const BUCKETS = "/accounts/{accountId}/r2/buckets";
const BUCKET = `${BUCKETS}/{bucketName}`;
const NAME = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
const LOCATIONS = ["apac", "eeur", "enam", "weur", "wnam", "oc"];

export const r2Buckets = [
  endpoint("GET", BUCKETS, reads("Workers R2 Storage"), list),
  endpoint("POST", BUCKETS, writes("Workers R2 Storage"), create),
  endpoint("GET", BUCKET, reads("Workers R2 Storage"), (context) => success(view(bucketOf(context)))),
  endpoint("DELETE", BUCKET, writes("Workers R2 Storage"), remove),
];

/** The store of buckets. @throws {ApiError} 403/10042 when this state has none */
export function storeOf({ state, request }) {
  if (!state.objects) throw new ApiError(403, 10042, "Please enable R2 through the Cloudflare Dashboard.");
  const jurisdiction = request.headers["cf-r2-jurisdiction"] ?? "default";
  if (jurisdiction === "default") return state.objects;
  throw new ApiError(404, 10006, `The specified bucket does not exist in jurisdiction ${jurisdiction}.`);
}

/** The bucket that the path names. @throws {ApiError} 404/10006 */
export function bucketOf(context) {
  const bucket = storeOf(context).buckets.get(context.params.bucketName);
  if (bucket) return bucket;
  throw new ApiError(404, 10006, "The specified bucket does not exist.");
}

function list(context) {
  const { query } = context;
  const perPage = Number(query.get("per_page") ?? 20);
  if (!(Number.isInteger(perPage) && perPage >= 1 && perPage <= 1000)) {
    throw new ApiError(400, 10005, "per_page must be between 1 and 1000");
  }
  const after = query.get("cursor") || query.get("start_after") || "";
  const sign = query.get("direction") === "desc" ? -1 : 1;
  const found = [...storeOf(context).buckets.values()]
    .filter(({ name }) => name.includes(query.get("name_contains") ?? ""))
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
  if (storageClass !== "Standard")
    throw new ApiError(400, 10062, "Local Cloudflare keeps buckets of the storage class Standard alone.");
  const store = storeOf(context);
  if (!store.createBucket(name, context.state.clock.now())) {
    throw new ApiError(409, 10004, "The bucket you tried to create already exists, and you own it.");
  }
  return success(view(Object.assign(store.buckets.get(name), { location: locationHint.toUpperCase() })));
}

function remove(context) {
  const bucket = bucketOf(context);
  if (bucket.objects.size > 0) throw new ApiError(409, 10008, "The bucket you tried to delete is not empty.");
  storeOf(context).buckets.delete(bucket.name);
  context.runtime.changed();
  return success({});
}

function listed({ name, createdOn }) {
  return { name, creation_date: new Date(createdOn).toISOString() };
}

/** Locations come back in upper case. */
function view(bucket) {
  return { ...listed(bucket), location: bucket.location ?? "WEUR", storage_class: "Standard" };
}
