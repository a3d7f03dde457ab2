/**
 * A request in the form that signatures are made over, read from the request target as it was on the wire.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html#canonical-request
 */
import { S3Error } from "./errors.js";

/** Bucket and key as the client means them. S3 takes a bare `+` in a path for a space, and so do its signers. */
export function decodedPath(target) {
  return decode(splitOnce(target, "?")[0].replaceAll("+", " "));
}

/** The path, each segment percent-encoded once; dot segments stay. */
export function canonicalPath(target) {
  return decodedPath(target).split("/").map(encode).join("/");
}

/** The query, sorted, without the signature itself. */
export function canonicalQuery(target, presigned) {
  return queryPairs(target)
    .filter(([key]) => !(presigned && key.toLowerCase() === "x-amz-signature"))
    .map((pair) => pair.map(encode))
    .sort(([leftKey, left], [rightKey, right]) => order(leftKey, rightKey) || order(left, right))
    .map((pair) => pair.join("="))
    .join("&");
}

/** Decoded names and values, in the order of the query. @returns {[string, string][]} */
export function queryPairs(target) {
  const query = splitOnce(target, "?")[1] ?? "";
  const pairs = query.split("&").filter(Boolean);
  return pairs.map((pair) => {
    const [key, value = ""] = splitOnce(pair, "=");
    return [decode(key.replaceAll("+", " ")), decode(value.replaceAll("+", " "))];
  });
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error("InvalidArgument", "Malformed percent-encoding");
  }
}

function encode(text) {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The text before the first separator, and what follows it if there is one. */
export function splitOnce(text, separator) {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** One `name:value` line a header. */
export function canonicalHeaders(names, headers) {
  return names.map((name) => `${name}:${collapse(headers[name])}`).join("\n");
}

function collapse(value = "") {
  return value.trim().replace(/ +/g, " ");
}

function order(left, right) {
  return left < right ? -1 : left > right ? 1 : 0;
}
