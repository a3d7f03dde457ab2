/** Reading request bodies as strictly as Cloudflare does. */
import { ApiError } from "../envelope.js";

/**
 * A JSON body.
 * @param {{ headers: object, body: Buffer }} request
 * @param {number} code what this endpoint family answers to a body that it can't parse
 * @param {{ types?: string[], anyType?: boolean }} [options] `anyType`: the few endpoints that do not look at the type
 */
export function readJson(request, code, { types = ["application/json"], anyType = false } = {}) {
  const type = mediaType(request.headers["content-type"]);
  if (!anyType && !types.includes(type)) {
    const message = "Invalid Content-Type header, valid values are application/json,multipart/form-data";
    throw new ApiError(400, 6003, "Invalid request headers", { error_chain: [{ code: 6105, message }] });
  }
  try {
    return JSON.parse(utf8(request.body));
  } catch {
    throw unreadable(code);
  }
}

/** A JSON body that must be an object. */
export function readObject(request, code, options) {
  const value = readJson(request, code, options);
  if (!isObject(value)) throw unreadable(code);
  return value;
}

/** A JSON body that must be an array. */
export function readArray(request, code, options) {
  const value = readJson(request, code, options);
  if (!Array.isArray(value)) throw unreadable(code);
  return value;
}

/** Type and subtype in lower case, without parameters; empty without a header. */
export const mediaType = (header = "") => header.split(";", 1)[0].trim().toLowerCase();

/** A plain JSON object. */
export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @throws {TypeError} if the bytes are no UTF-8 */
export const utf8 = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

function unreadable(code) {
  return new ApiError(400, code, "could not parse request body");
}
