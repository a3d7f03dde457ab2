/**
 * What a request to S3 may ask for beside its path: everything else is 501 and said on stderr, so that no sub-resource
 * (`?attributes`, `?versionId`) is answered as if it were not there.
 */
import { S3Error } from "./errors.js";

/** Of every request: the signature's own, and what SDKs tell about themselves. */
const EVERYWHERE = [
  "x-amz-algorithm",
  "x-amz-content-sha256",
  "x-amz-credential",
  "x-amz-date",
  "x-amz-expires",
  "x-amz-sdk-checksum-algorithm",
  "x-amz-security-token",
  "x-amz-signature",
  "x-amz-signedheaders",
  "x-amz-user-agent",
  "x-id",
];
const LISTS = ["delimiter", "encoding-type", "fetch-owner", "list-type", "max-keys", "prefix"];
const OVERRIDES = [
  "content-type",
  "content-encoding",
  "content-disposition",
  "content-language",
  "cache-control",
  "expires",
];

/** By what is addressed and the method. */
const PARAMETERS = {
  bucket: { GET: [...LISTS, "continuation-token", "start-after", "marker", "location"], POST: ["delete"] },
  object: {
    GET: OVERRIDES.map((name) => `response-${name}`),
    HEAD: OVERRIDES.map((name) => `response-${name}`),
  },
};

/** Headers of AWS that are read, or that ask for nothing; prefixes end in `-`. */
const HEADERS = [
  "x-amz-checksum-",
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-meta-",
  "x-amz-sdk-checksum-algorithm",
  "x-amz-security-token",
  "x-amz-user-agent",
];
const CHECKSUM = "x-amz-checksum-";
const ACL = "x-amz-acl";
const STORAGE_CLASS = "x-amz-storage-class";
/** Of a new bucket; `false` asks for nothing. */
const OBJECT_LOCK = "x-amz-bucket-object-lock-enabled";

/**
 * @param {{ method: string, bucket?: string, key?: string, query: URLSearchParams, headers: Record<string, string> }} call
 * @param {Record<string, any>} switches
 * @throws {S3Error} 501 for a parameter or header of AWS that nothing here reads
 */
export function checkSupported({ method, bucket, key, query, headers }, switches) {
  const kind = key ? "object" : bucket ? "bucket" : "account";
  const known = [...EVERYWHERE, ...(PARAMETERS[kind]?.[method] ?? [])];
  const parameter = [...query.keys()].find((name) => !known.includes(name.toLowerCase()) && !isChecksum(name));
  if (parameter !== undefined) throw new S3Error("NotImplemented", `Sub-resource ${parameter} is not implemented`);
  const header = Object.keys(headers).find(
    (name) => name.startsWith("x-amz-") && !isKnown(name, headers[name], switches),
  );
  // Its value may be a key of the caller's.
  if (header) throw new S3Error("NotImplemented", `Header ${header} is not implemented`);
}

const isChecksum = (name) => name.toLowerCase().startsWith(CHECKSUM);

function isKnown(name, value, { privateAcl }) {
  if (name === STORAGE_CLASS) return value === "STANDARD";
  if (name === ACL) return value === "private" && privateAcl === "ignore";
  if (name === OBJECT_LOCK) return value === "false";
  return HEADERS.some((known) => (known.endsWith("-") ? name.startsWith(known) : name === known));
}
