/** An object of a public bucket, as anybody gets it. https://developers.cloudflare.com/r2/buckets/public-buckets/ */
import { S3Error } from "../s3/errors.js";
import { objectOperation } from "../s3/object-operations.js";
import { corsOf, preflightOf } from "./cors.js";

const METHODS = ["GET", "HEAD"];
/** What was stored beside an object is not for everybody. */
const HIDDEN = /^x-amz-meta-/;

/**
 * @param {import("../s3/objects.js").ObjectStore} objects
 * @param {object} bucket
 * @param {{ method: string, url: URL, headers: Record<string, string> }} visit
 * @returns {{ status: number, headers: Record<string, string>, body: Buffer }}
 */
export function publicObject(objects, bucket, visit) {
  const { method, headers } = visit;
  if (method === "OPTIONS") return { body: Buffer.alloc(0), ...preflightOf(bucket.cors, headers) };
  const cors = corsOf(bucket.cors, headers, method);
  try {
    const { status, headers: about, body = Buffer.alloc(0) } = read(objects, bucket, visit);
    const shown = Object.entries(about).filter(([name]) => !HIDDEN.test(name));
    return { status, headers: { ...Object.fromEntries(shown), ...lengthOf(status, body), ...cors }, body };
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    const text = { "content-type": "text/plain; charset=UTF-8", ...cors };
    return { status: error.status, headers: text, body: Buffer.from(`${error.message}\n`) };
  }
}

function read(objects, bucket, { method, url, headers }) {
  if (!METHODS.includes(method)) throw new S3Error("MethodNotAllowed");
  const call = { method, bucket: bucket.key, key: keyOf(url), headers, query: new URLSearchParams() };
  return objectOperation(call, objects);
}

/** The path as it is, decoded once; there is no index. */
function keyOf({ pathname }) {
  try {
    return decodeURIComponent(pathname.slice(1));
  } catch {
    throw new S3Error("InvalidObjectName");
  }
}

function lengthOf(status, body) {
  return status === 304 ? {} : { "content-length": String(body.length) };
}
