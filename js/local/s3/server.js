/**
 * R2's S3 endpoint over an `ObjectStore`: path style, region `auto`, every request signed.
 * https://developers.cloudflare.com/r2/api/s3/api/
 * Absent on purpose: multipart uploads, CopyObject, CORS and lifecycle (501 NotImplemented).
 */
import { BodyTooLarge } from "../body.js";
import { readSwitches } from "../switches.js";
import { bucketOperation, listBuckets } from "./buckets.js";
import { decodedPath } from "./canonical.js";
import { S3Error, xmlResponse } from "./errors.js";
import { objectOperation } from "./object-operations.js";
import { verify } from "./signature.js";
import { checkSupported } from "./supported.js";

/**
 * @param {object} options
 * @param {import("./objects.js").ObjectStore} options.objects
 * @param {(accessKeyId: string, sessionToken?: string) => (import("./signature.js").Key & { mayRead: (bucket: string) => boolean, mayWrite: (bucket: string) => boolean }) | undefined} options.findKey
 * @param {() => number} options.now milliseconds
 * @param {(bucket: string) => void} [options.removeBucket] removes an empty one, with what belongs to it
 * @param {Record<string, unknown>} [options.switches] readings of R2, see `switches.js`
 * @param {(line: string) => void} [options.onUnknown] hears of every operation that is not served
 * @returns {{ handle(request: import("./signature.js").WireRequest): Promise<{ status: number, headers: Record<string, string>, body: Buffer }> }}
 */
export function createS3({ objects, findKey, now, removeBucket, switches: chosen = {}, onUnknown = console.error }) {
  const about = {
    switches: readSwitches(chosen),
    removeBucket: removeBucket ?? ((bucket) => objects.buckets.delete(bucket)),
  };
  return {
    async handle(request) {
      try {
        const signed = await verify(request, findKey, now());
        const body = await readWhole(request, signed);
        const answer = operate({ ...request, body }, signed.key, objects, { now: now(), ...about });
        return { headers: {}, body: Buffer.alloc(0), ...answer };
      } catch (error) {
        if (error instanceof S3Error) return refusal(asRead(error, about.switches), request, onUnknown);
        throw error;
      }
    },
  };
}

/** The refusal under the readings that are switched on. */
function asRead(error, { unknownKeys, expiredRequest }) {
  if (error.code === "Unauthorized" && unknownKeys !== error.code) return new S3Error(unknownKeys);
  if (error.code === "ExpiredRequest") error.status = expiredRequest;
  return error;
}

function refusal(error, { method, target }, onUnknown) {
  const [path] = target.split("?", 1);
  if (error.status === 501)
    onUnknown(`local cloudflare: S3 ${method} ${path} is not served as asked: ${error.message}`);
  return error.toResponse();
}

/** Read only for those who have signed, and then compared with what they signed. */
async function readWhole(request, { checkBody }) {
  try {
    const body = request.body ?? (await request.readBody());
    checkBody(body);
    return body;
  } catch (error) {
    if (error instanceof BodyTooLarge) throw new S3Error("EntityTooLarge", error.message);
    throw error;
  }
}

function operate(request, key, objects, about) {
  const [, bucket, ...rest] = decodedPath(request.target).split("/");
  const call = { ...request, query: queryOf(request.target), bucket, key: rest.join("/"), ...about };
  checkSupported(call, call.switches);
  const writes = !["GET", "HEAD"].includes(request.method);
  const mayDo = writes ? key.mayWrite : key.mayRead;
  if (!mayDo(bucket)) throw new S3Error("AccessDenied");
  if (!call.bucket) return listBuckets(call, objects);
  if (call.key) return objectOperation(call, objects);
  if (call.query.has("location")) return xmlResponse(200, "<LocationConstraint>auto</LocationConstraint>");
  return bucketOperation(call, objects);
}

function queryOf(target) {
  const at = target.indexOf("?");
  return new URLSearchParams(at === -1 ? "" : target.slice(at + 1));
}
