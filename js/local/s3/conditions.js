/** Conditional requests and ranges, RFC 9110 sections 13 and 14, as R2 reads them for GET, HEAD and PUT. */
import { S3Error } from "./errors.js";

/**
 * Whether a read may go on.
 * @param {Record<string, string>} headers
 * @param {import("./objects.js").StoredObject} object
 * @returns {boolean} false: answer 304
 * @throws {S3Error} PreconditionFailed
 */
export function mayRead(headers, object) {
  const { "if-match": ifMatch, "if-none-match": ifNoneMatch } = headers;
  const since = seconds(headers["if-modified-since"]);
  const until = seconds(headers["if-unmodified-since"]);
  if (ifMatch !== undefined && !matches(ifMatch, object)) throw new S3Error("PreconditionFailed");
  if (ifMatch === undefined && until !== null && object.lastModified > until) throw new S3Error("PreconditionFailed");
  if (ifNoneMatch !== undefined) return !matches(ifNoneMatch, object);
  return since === null || object.lastModified > since;
}

/**
 * Refuses a write whose conditions do not hold; `If-None-Match: *` means "create only".
 * @param {import("./objects.js").StoredObject | undefined} object what is there now
 * @throws {S3Error} PreconditionFailed
 */
export function checkWrite(headers, object) {
  const { "if-match": ifMatch, "if-none-match": ifNoneMatch } = headers;
  const since = seconds(headers["if-modified-since"]);
  const until = seconds(headers["if-unmodified-since"]);
  const fails =
    (ifMatch !== undefined && !(object && matches(ifMatch, object))) ||
    (ifNoneMatch !== undefined && object && matches(ifNoneMatch, object)) ||
    (since !== null && !(object && object.lastModified > since)) ||
    (until !== null && object && object.lastModified > until);
  if (fails) throw new S3Error("PreconditionFailed");
}

/**
 * The bytes that a `Range` header asks for; null = the whole object (no header, several ranges, another unit).
 * @returns {{ start: number, end: number } | null} `end` is the last byte, inclusive
 * @throws {S3Error} InvalidRange
 */
export function readRange(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return null;
  const [first, last] = [match[1], match[2]].map((text) => (text === "" ? null : Number(text)));
  const start = first ?? Math.max(0, size - last);
  const end = first === null || last === null ? size - 1 : Math.min(last, size - 1);
  if (start >= size || (first === null && last === 0)) throw new S3Error("InvalidRange");
  return start > end ? null : { start, end };
}

function matches(list, object) {
  const tags = list.split(",").map((tag) => tag.trim().replace(/^W\//, "").replaceAll('"', ""));
  return tags.includes("*") || tags.includes(object.etag);
}

/** Milliseconds of an HTTP date; null for none or an unreadable one, which counts as absent. */
function seconds(date) {
  const time = Date.parse(date ?? "");
  return Number.isNaN(time) ? null : time;
}
