/** Keys and values of a KV namespace; the values themselves live in the runtime's store. https://developers.cloudflare.com/api/resources/kv/subresources/namespaces/subresources/values/ */
import { ApiError, raw, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { isObject, mediaType, readArray, readObject } from "./body.js";
import { namespaceOf } from "./lookup.js";
import { readParts } from "./multipart.js";
import { endpoint } from "./router.js";

const NAMESPACE = "/accounts/{accountId}/storage/kv/namespaces/{namespaceId}";
const MAX_VALUE = 25 * 1024 * 1024;
const MAX_KEY = 512;
const MAX_METADATA = 1024;
const MAX_BULK = 10_000;
const MIN_TTL = 60;

export const kvValues = [
  endpoint("GET", `${NAMESPACE}/keys`, reads("Workers KV Storage"), listKeys),
  endpoint("GET", `${NAMESPACE}/values/{key}`, reads("Workers KV Storage"), read),
  endpoint("PUT", `${NAMESPACE}/values/{key}`, writes("Workers KV Storage"), write),
  endpoint("DELETE", `${NAMESPACE}/values/{key}`, writes("Workers KV Storage"), remove),
  endpoint("GET", `${NAMESPACE}/metadata/{key}`, reads("Workers KV Storage"), readMetadata),
  endpoint("PUT", `${NAMESPACE}/bulk`, writes("Workers KV Storage"), writeAll),
  endpoint("DELETE", `${NAMESPACE}/bulk`, writes("Workers KV Storage"), removeAll),
  endpoint("POST", `${NAMESPACE}/bulk/delete`, writes("Workers KV Storage"), removeAll),
  endpoint("POST", `${NAMESPACE}/bulk/get`, reads("Workers KV Storage"), readAll),
];

async function listKeys(context) {
  const { query } = context;
  const limit = Number(query.get("limit") ?? 1000);
  if (!(Number.isInteger(limit) && limit >= 10 && limit <= 1000)) {
    throw new ApiError(400, 10020, "list keys: 'limit must be between 10 and 1000'");
  }
  const page = await store(context).list({
    prefix: query.get("prefix") ?? undefined,
    cursor: query.get("cursor") || undefined,
    limit,
  });
  const cursor = page.list_complete ? "" : (page.cursor ?? "");
  return success(page.keys, { resultInfo: { count: page.keys.length, cursor } });
}

async function read(context) {
  const found = await store(context).getWithMetadata(checkKey(context.params.key));
  if (found.value === null) throw notFound();
  const expiration = found.expiration ? { expiration: String(found.expiration) } : {};
  return raw(found.value, { headers: { "content-type": "application/octet-stream", ...expiration } });
}

async function readMetadata(context) {
  const found = await store(context).getWithMetadata(checkKey(context.params.key));
  if (found.value === null) throw notFound();
  return success(found.metadata ?? null);
}

async function write(context) {
  const { request, query, params } = context;
  const { value, metadata } = readValue(request);
  const item = {
    key: params.key,
    expiration: numberOf(query.get("expiration")),
    expiration_ttl: numberOf(query.get("expiration_ttl")),
    metadata,
  };
  await put(context, item, value);
  return success(null);
}

async function remove(context) {
  await store(context).delete(checkKey(context.params.key));
  return success(null);
}

async function writeAll(context) {
  const items = readArray(context.request, 10012);
  if (items.length > MAX_BULK) throw new ApiError(400, 10012, `bulk put: 'at most ${MAX_BULK} pairs'`);
  for (const item of items) {
    const isBase64 = isObject(item) && (item.base64 ?? false);
    if (typeof item?.key !== "string" || typeof item.value !== "string" || typeof isBase64 !== "boolean") {
      throw new ApiError(400, 10012, "bulk put: 'could not parse request body'");
    }
    checkItem(context, item);
  }
  for (const item of items) await put(context, item, Buffer.from(item.value, item.base64 ? "base64" : "utf8"));
  return success({ successful_key_count: items.length, unsuccessful_keys: [] });
}

/** Of names alone; wrangler sends them by DELETE, the SDK by POST. Nothing goes when one of them is no key. */
async function removeAll(context) {
  const keys = readArray(context.request, 10012);
  if (keys.length === 0) throw new ApiError(400, 10029, "bulk delete: 'no keys'");
  if (keys.length > MAX_BULK) throw new ApiError(400, 10012, `bulk delete: 'at most ${MAX_BULK} keys'`);
  keys.forEach(checkKey);
  for (const key of keys) await store(context).delete(key);
  return success({ successful_key_count: keys.length, unsuccessful_keys: [] });
}

async function readAll(context) {
  const { keys, type = "text", withMetadata = false } = readObject(context.request, 10012);
  if (!Array.isArray(keys) || keys.length === 0) throw new ApiError(400, 10029, "bulk get: 'no keys'");
  if (!["text", "json"].includes(type)) throw new ApiError(400, 10012, "bulk get: 'type must be text or json'");
  if (keys.length > 100) throw new ApiError(400, 10012, "bulk get: 'at most 100 keys'");
  const values = { __proto__: null };
  for (const key of keys) {
    const found = await store(context).getWithMetadata(checkKey(key));
    values[key] = bulkValue(found, type, withMetadata);
  }
  return success({ values });
}

function store(context) {
  return context.runtime.kv(namespaceOf(context).id);
}

async function put(context, item, value) {
  checkItem(context, item);
  if (value.length > MAX_VALUE) throw new ApiError(413, 10033, "put: 'value is larger than 25 MiB'");
  const { expiration, expiration_ttl: expirationTtl, metadata } = item;
  await store(context).put(item.key, value, { expiration, expirationTtl, metadata });
}

function checkItem({ state }, { key, expiration, expiration_ttl: ttl, metadata }) {
  checkKey(key);
  const soon = state.clock.now() / 1000 + MIN_TTL;
  if (ttl !== undefined && !(ttl >= MIN_TTL))
    throw new ApiError(400, 10034, "put: 'expiration_ttl must be at least 60'");
  if (expiration !== undefined && !(expiration >= soon)) {
    throw new ApiError(400, 10034, "put: 'expiration must be at least 60 seconds in the future'");
  }
  if (metadata !== undefined && Buffer.byteLength(JSON.stringify(metadata)) > MAX_METADATA) {
    throw new ApiError(400, 10035, "put: 'metadata is larger than 1024 bytes'");
  }
}

function checkKey(key) {
  const bytes = typeof key === "string" ? Buffer.byteLength(key) : 0;
  if (bytes >= 1 && bytes <= MAX_KEY && key !== "." && key !== "..") return key;
  throw new ApiError(414, 10030, "key: 'must be 1 to 512 bytes, and not . or ..'");
}

/** A plain body, or a form with `value` and `metadata`. */
function readValue(request) {
  if (mediaType(request.headers["content-type"]) !== "multipart/form-data") return { value: request.body };
  const parts = readParts(request);
  const value = parts.find((part) => part.name === "value");
  const metadata = parts.find((part) => part.name === "metadata");
  if (!value) throw new ApiError(400, 10012, "put: 'could not parse request body: value is missing'");
  return { value: value.content, metadata: metadata && parse(metadata.content) };
}

function parse(bytes) {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    throw new ApiError(400, 10012, "put: 'could not parse request body: metadata is no JSON'");
  }
}

function bulkValue({ value, metadata, expiration }, type, withMetadata) {
  if (value === null) return null;
  const text = value.toString("utf8");
  const read = type === "json" ? jsonOf(text) : text;
  return withMetadata ? { value: read, metadata: metadata ?? null, ...(expiration && { expiration }) } : read;
}

function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, 10012, "bulk get: 'a value is no JSON'");
  }
}

const numberOf = (text) => (text === null ? undefined : Number(text));

const notFound = () => new ApiError(404, 10009, "get: 'key not found'");
