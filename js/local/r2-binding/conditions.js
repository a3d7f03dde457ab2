/** `onlyIf` and `range` of a bucket binding. https://developers.cloudflare.com/r2/api/workers/workers-api-reference/ */
import { readRange } from "../s3/conditions.js";
import { BindingError } from "./errors.js";

/** Whether the conditions hold for what is there now. @param {import("../s3/objects.js").StoredObject} [object] */
export function holds(onlyIf, object) {
  if (onlyIf === undefined) return true;
  const { etagMatches, etagDoesNotMatch, uploadedBefore, uploadedAfter, secondsGranularity } = onlyIf;
  if (!object) return etagMatches === undefined && uploadedAfter === undefined;
  const time = (value) => (secondsGranularity ? Math.floor(Number(value) / 1000) * 1000 : Number(value));
  const uploaded = time(object.lastModified);
  const matches = etagMatches === undefined || hasEtag(etagMatches, object, "strong");
  const differs = etagDoesNotMatch === undefined || !hasEtag(etagDoesNotMatch, object, "weak");
  const after =
    uploadedAfter === undefined || time(uploadedAfter) < uploaded || (etagDoesNotMatch !== undefined && differs);
  const before =
    uploadedBefore === undefined || uploaded < time(uploadedBefore) || (etagMatches !== undefined && matches);
  return matches && differs && after && before;
}

/**
 * The bytes that a `get` asks for.
 * @param {{ range?: object, rangeHeader?: string }} asked
 * @returns {{ offset: number, length: number }}
 * @throws {BindingError} InvalidRange
 */
export function rangeOf({ range, rangeHeader }, size) {
  if (rangeHeader !== undefined) return headerRange(rangeHeader, size);
  if (range === undefined) return { offset: 0, length: size };
  const number = (value) => (value === undefined ? undefined : Number(value));
  const suffix = number(range.suffix);
  if (suffix !== undefined && suffix <= 0) throw new BindingError("InvalidRange");
  const offset = suffix === undefined ? (number(range.offset) ?? 0) : Math.max(0, size - suffix);
  const length = suffix === undefined ? (number(range.length) ?? size - offset) : Math.min(suffix, size);
  if (offset < 0 || offset > size || length <= 0) throw new BindingError("InvalidRange");
  return { offset, length: Math.min(length, size - offset) };
}

function headerRange(header, size) {
  try {
    const { start, end } = readRange(header, size) ?? { start: 0, end: size - 1 };
    return { offset: start, length: end - start + 1 };
  } catch {
    throw new BindingError("InvalidRange");
  }
}

function hasEtag(list, { etag }, comparison) {
  return list.some(({ type, value }) => {
    return type === "wildcard" || (value === etag && (type === "strong" || comparison === "weak"));
  });
}
