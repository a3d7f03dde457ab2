/** Cloudflare's answer envelope, errors, paging. https://developers.cloudflare.com/fundamentals/api/how-to/make-api-calls/ */
import { randomBytes } from "node:crypto";

/**
 * A refusal: HTTP status, Cloudflare's code, message; `extra` adds `error_chain`, `meta` or `source` to the error item,
 * `more` are items after it.
 */
export class ApiError extends Error {
  constructor(status, code, message, extra = {}, more = []) {
    super(message);
    this.status = status;
    this.code = code;
    this.extra = extra;
    this.more = more;
  }
}

/**
 * @param {unknown} result `undefined` leaves the key out, as some deletions do
 * @param {{ status?: number, errors?: [] | null, messages?: object[] | null, resultInfo?: object, headers?: object }} [options]
 *   some families have null in place of empty lists
 */
export function success(result, { status = 200, errors = [], messages = [], resultInfo, headers = {} } = {}) {
  const envelope = { success: true, errors, messages, result };
  if (resultInfo) envelope.result_info = resultInfo;
  return json(status, envelope, headers);
}

/** The answer for an `ApiError`. */
export function failure(error) {
  const item = { code: error.code, message: error.message, ...error.extra };
  return json(error.status, { success: false, errors: [item, ...error.more], messages: [], result: null });
}

/** A body that is no envelope: script content, KV values. */
export function raw(body, { status = 200, headers = {} } = {}) {
  return { status, headers, body };
}

/**
 * One page of a list, with `result_info`. A page past the end is empty. Sizes outside the documented range are refused
 * (the code is ours: nobody recorded Cloudflare's).
 * @param {URLSearchParams} query
 * @param {{ perPage: number, min?: number, max: number }} sizes
 */
export function pageOf(list, query, { perPage, min = 1, max }) {
  const page = whole(query.get("page"), 1);
  const size = whole(query.get("per_page"), perPage);
  if (!(page >= 1)) throw new ApiError(400, 1100, "page must be 1 or more");
  if (!(size >= min && size <= max)) throw new ApiError(400, 1100, `per_page must be between ${min} and ${max}`);
  const items = list.slice((page - 1) * size, page * size);
  const resultInfo = {
    page,
    per_page: size,
    count: items.length,
    total_count: list.length,
    total_pages: Math.ceil(list.length / size),
  };
  return { items, resultInfo };
}

/** Headers of every answer; `quota` is what the rate limiter counted. */
export function commonHeaders(quota) {
  return {
    "cf-ray": `${randomBytes(8).toString("hex")}-LCL`,
    ratelimit: `"default";r=${quota.remaining};t=${quota.resetSeconds}`,
    "ratelimit-policy": `"default";q=${quota.limit};w=${quota.windowSeconds}`,
  };
}

function json(status, envelope, headers = {}) {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(envelope) };
}

function whole(text, fallback) {
  if (text === null || text === "") return fallback;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
