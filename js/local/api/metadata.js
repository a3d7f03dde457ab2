/** The metadata part of an upload: JSON, annotations, tags, compatibility. https://developers.cloudflare.com/workers/configuration/multipart-upload-metadata/ */
import { ApiError } from "../envelope.js";
import { isObject, mediaType, utf8 } from "./body.js";

const MAX_TAGS = 10;
const MAX_TAG_BYTES = 1024;
const MAX_FLAGS = 50;
const MAX_METADATA_BYTES = 1024 * 1024;
const MESSAGE_BYTES = 1000;
/** annotation → most bytes; longer is refused */
const ANNOTATIONS = {
  __proto__: null,
  "workers/message": Number.POSITIVE_INFINITY,
  "workers/tag": 100,
  "workers/alias": 63,
  "workers/commit_sha": 64,
  "workers/repository_url": 512,
  "workers/pull_request_number": 20,
  "workers/pull_request_title": 512,
  "workers/pull_request_url": 512,
};

/**
 * @param {import("./multipart.js").Part | undefined} part the part named `metadata`
 * @returns {object} as sent
 * @throws {ApiError} 10026 if it is no JSON object
 */
export function readMetadata(part) {
  if (!part) throw new ApiError(400, 10026, "could not parse request body: metadata part is missing");
  const type = mediaType(part.contentType);
  if (type !== "" && type !== "application/json") {
    throw new ApiError(400, 10026, `could not parse request body: metadata part is ${type}, not application/json`);
  }
  if (part.content.length > MAX_METADATA_BYTES) throw new ApiError(400, 10026, "metadata is larger than 1 MB");
  const metadata = parse(part.content);
  if (!isObject(metadata)) throw new ApiError(400, 10026, "could not parse request body: metadata is no JSON object");
  return metadata;
}

/**
 * Annotations as they are stored: a long message is cut, a long tag refused.
 * @param {"refuse" | "cut"} longTag
 */
export function readAnnotations(annotations = {}, longTag = "refuse") {
  if (!isObject(annotations)) throw invalid("annotations must be an object");
  return Object.fromEntries(
    Object.entries(annotations)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, annotation(name, value, longTag)]),
  );
}

/** @returns {string[]} the script tags @throws {ApiError} 403 beyond ten, 400 for a bad one (codes are ours: not recorded) */
export function readTags(tags) {
  const list = tags ?? [];
  if (!Array.isArray(list) || list.some((tag) => typeof tag !== "string"))
    throw invalid("tags must be a list of strings");
  if (list.length > MAX_TAGS) {
    const message = `You have exceeded the limit of ${MAX_TAGS} tags per Worker. Remove a tag to add another.`;
    throw new ApiError(403, 10194, message);
  }
  if (list.some((tag) => Buffer.byteLength(tag) > MAX_TAG_BYTES)) throw new ApiError(400, 10195, "Tag is too large");
  if (list.some((tag) => /[,&]/.test(tag))) throw new ApiError(400, 10196, "Tag contains an invalid character");
  return [...new Set(list)];
}

/** @param {Date} today */
export function readCompatibilityDate(date, today) {
  if (date === undefined || date === null || date === "") return "2021-11-02";
  const real = typeof date === "string" && /^\d{4}-\d{2}-\d{2}$/.test(date) && isCalendarDate(date);
  if (!real) throw invalid(`Invalid compatibility date: ${date}`);
  if (date > today.toISOString().slice(0, 10)) throw invalid(`Can't set compatibility date in the future: "${date}"`);
  return date;
}

export function readCompatibilityFlags(flags) {
  const list = flags ?? [];
  if (!Array.isArray(list) || list.some((flag) => typeof flag !== "string")) {
    throw invalid("compatibility_flags must be a list of strings");
  }
  if (list.length > MAX_FLAGS) throw invalid(`at most ${MAX_FLAGS} compatibility flags are allowed`);
  const twice = list.find((flag, index) => list.indexOf(flag) !== index);
  if (twice) throw invalid(`Compatibility flag specified multiple times: ${twice}`);
  return list;
}

/** `bundled` and `unbound` are legacy and read as standard. */
export function readUsageModel(model) {
  if (model === undefined || ["standard", "bundled", "unbound"].includes(model)) return "standard";
  throw invalid(`Invalid usage model: ${model}`);
}

function annotation(name, value, longTag) {
  if (typeof value !== "string") throw invalid(`annotation ${name} must be a string`);
  if (name === "workers/message") return cutBytes(value, MESSAGE_BYTES);
  if (!(name in ANNOTATIONS)) throw invalid(`annotation ${name} cannot be set`);
  const limit = ANNOTATIONS[name];
  if (Buffer.byteLength(value) <= limit) return value;
  if (name === "workers/tag" && longTag === "cut") return cutBytes(value, limit);
  throw invalid(`annotation ${name} exceeds ${limit} bytes`);
}

function cutBytes(text, limit) {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  return bytes
    .subarray(0, limit)
    .toString("utf8")
    .replace(/\uFFFD+$/, "");
}

function isCalendarDate(text) {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function parse(bytes) {
  try {
    return JSON.parse(utf8(bytes));
  } catch {
    return undefined;
  }
}

function invalid(message) {
  return new ApiError(400, 10021, message);
}
