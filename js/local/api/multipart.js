/**
 * multipart/form-data as it is on the wire. Node's `formData()` loses what we check: the content type of parts without a
 * file name, and their bytes.
 */
import { ApiError } from "../envelope.js";

const CRLF = Buffer.from("\r\n");
const HEADERS_END = Buffer.from("\r\n\r\n");

/** @typedef {{ name: string, filename?: string, contentType?: string, content: Buffer }} Part */

/**
 * @param {{ headers: object, body: Buffer }} request
 * @returns {Part[]} in the order of the body
 * @throws {ApiError} 400/10026 for anything that is no well-formed form
 */
export function readParts(request) {
  const boundary = boundaryOf(request.headers["content-type"] ?? "");
  const delimiter = Buffer.from(`--${boundary}`);
  const parts = [];
  let at = openingOf(request.body, delimiter);
  while (!request.body.subarray(at, at + 2).equals(Buffer.from("--"))) {
    if (!request.body.subarray(at, at + 2).equals(CRLF)) throw malformed("boundary line has trailing bytes");
    const end = request.body.indexOf(Buffer.concat([CRLF, delimiter]), at);
    if (end < 0) throw malformed("closing boundary is missing");
    parts.push(readPart(request.body.subarray(at + 2, end)));
    at = end + CRLF.length + delimiter.length;
  }
  return parts;
}

function boundaryOf(header) {
  if (!/^multipart\/form-data\s*(;|$)/i.test(header)) throw malformed("content type is not multipart/form-data");
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(header) ?? [];
  const boundary = quoted ?? plain;
  if (!boundary || boundary.length > 70) throw malformed("boundary is missing");
  return boundary;
}

function openingOf(body, delimiter) {
  if (body.subarray(0, delimiter.length).equals(delimiter)) return delimiter.length;
  const at = body.indexOf(Buffer.concat([CRLF, delimiter]));
  if (at < 0) throw malformed("opening boundary is missing");
  return at + CRLF.length + delimiter.length;
}

function readPart(bytes) {
  const split = bytes.indexOf(HEADERS_END);
  if (split < 0) throw malformed("part without headers");
  const headers = partHeaders(bytes.subarray(0, split).toString("utf8"));
  const disposition = headers["content-disposition"] ?? "";
  if (!/^form-data\s*;/i.test(disposition)) throw malformed("part without content-disposition: form-data");
  const name = parameter(disposition, "name");
  if (!name) throw malformed("part without a name");
  return {
    name,
    filename: parameter(disposition, "filename"),
    contentType: headers["content-type"],
    content: Buffer.from(bytes.subarray(split + HEADERS_END.length)),
  };
}

function partHeaders(text) {
  const pairs = text.split("\r\n").map((line) => {
    const colon = line.indexOf(":");
    if (colon < 1) throw malformed("part header without a colon");
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  });
  return Object.fromEntries(pairs);
}

/** `name="a"`: backslash escapes, and the %22 %0D %0A of browsers. */
function parameter(disposition, key) {
  const match = new RegExp(`;\\s*${key}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s"]+))`, "i").exec(disposition);
  if (!match) return undefined;
  if (match[2] !== undefined) return match[2];
  return match[1].replaceAll(/\\(.)/g, "$1").replaceAll(/%22|%0D|%0A/gi, (code) => decodeURIComponent(code));
}

function malformed(detail) {
  return new ApiError(400, 10026, `could not parse request body: ${detail}`);
}
