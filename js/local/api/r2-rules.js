/**
 * What a bucket says to browsers, and what becomes of its objects in time.
 * https://developers.cloudflare.com/api/resources/r2/subresources/buckets/subresources/cors/
 * https://developers.cloudflare.com/api/resources/r2/subresources/buckets/subresources/lifecycle/
 * Rules of the lifecycle are kept and shown; no object goes by them. The codes for bad rules are ours.
 */
import { ApiError, success } from "../envelope.js";
import { isObject, readObject } from "./body.js";
import { BUCKET, bucketOf, READS, WRITES } from "./r2-buckets.js";
import { endpoint } from "./router.js";

const CORS = `${BUCKET}/cors`;
const LIFECYCLE = `${BUCKET}/lifecycle`;
const METHODS = ["GET", "PUT", "POST", "DELETE", "HEAD"];
const MOST_AGE_SECONDS = 86_400;
const BAD_CORS = 10060;
const BAD_LIFECYCLE = 10061;
/** What a bucket has as long as nobody sets other rules. */
const FIRST_LIFECYCLE = [
  {
    id: "Default Multipart Abort Rule",
    enabled: true,
    conditions: {},
    abortMultipartUploadsTransition: { condition: { type: "Age", maxAge: 604_800 } },
  },
];

export const r2Rules = [
  endpoint("GET", CORS, READS, readCors),
  endpoint("PUT", CORS, WRITES, (context) => put(context, "cors", checkCorsRule)),
  endpoint("DELETE", CORS, WRITES, (context) => {
    bucketOf(context).cors = undefined;
    return success({});
  }),
  endpoint("GET", LIFECYCLE, READS, (context) => success({ rules: bucketOf(context).lifecycle ?? FIRST_LIFECYCLE })),
  endpoint("PUT", LIFECYCLE, WRITES, (context) => put(context, "lifecycle", checkLifecycleRule)),
];

function readCors(context) {
  const { cors } = bucketOf(context);
  if (cors) return success({ rules: cors });
  throw new ApiError(404, 10059, "The CORS configuration does not exist.");
}

function put(context, which, check) {
  const bucket = bucketOf(context);
  const { rules } = readObject(context.request, 10040, { anyType: true });
  if (!Array.isArray(rules) || !rules.every(isObject)) throw new ApiError(400, 10040, "rules must be a list of rules.");
  for (const rule of rules) check(rule);
  bucket[which] = rules;
  return success({});
}

function checkCorsRule({ allowed, exposeHeaders, maxAgeSeconds }) {
  const ok =
    isObject(allowed) &&
    isTexts(allowed.origins) &&
    isTexts(allowed.methods) &&
    allowed.methods.every((method) => METHODS.includes(method)) &&
    isTexts(allowed.headers ?? []) &&
    isTexts(exposeHeaders ?? []) &&
    isSeconds(maxAgeSeconds ?? 0);
  if (!ok) throw new ApiError(400, BAD_CORS, "The CORS configuration you provided is not valid.");
}

function checkLifecycleRule({ id, enabled, conditions, ...transitions }) {
  const { deleteObjectsTransition, abortMultipartUploadsTransition, storageClassTransitions } = transitions;
  const moves = storageClassTransitions ?? [];
  const single = [deleteObjectsTransition, abortMultipartUploadsTransition].filter((one) => one ?? false);
  const all = Array.isArray(moves) ? [...single, ...moves] : [undefined];
  const ok =
    typeof id === "string" &&
    typeof enabled === "boolean" &&
    isObject(conditions ?? {}) &&
    typeof (conditions?.prefix ?? "") === "string" &&
    all.length > 0 &&
    all.every((transition) => isObject(transition) && isCondition(transition.condition)) &&
    moves.every(({ storageClass }) => storageClass === "InfrequentAccess");
  if (!ok) throw new ApiError(400, BAD_LIFECYCLE, "The lifecycle configuration you provided is not valid.");
}

function isCondition(condition) {
  if (!isObject(condition)) return false;
  if (condition.type === "Age") return Number.isInteger(condition.maxAge) && condition.maxAge >= 0;
  return condition.type === "Date" && !Number.isNaN(Date.parse(condition.date));
}

const isTexts = (list) => Array.isArray(list) && list.every((item) => typeof item === "string");
const isSeconds = (value) => Number.isInteger(value) && value >= 0 && value <= MOST_AGE_SECONDS;
