/**
 * R2's S3 endpoint over an `ObjectStore`: path style, region `auto`, every request signed.
 * https://developers.cloudflare.com/r2/api/s3/api/
 * Absent on purpose: multipart uploads, CopyObject, CORS and lifecycle (501 NotImplemented).
 */
import { bucketOperation, listBuckets } from "./buckets.js";
import { decodedPath } from "./canonical.js";
import { S3Error, xmlResponse } from "./errors.js";
import { objectOperation } from "./object-operations.js";
import { verify } from "./signature.js";

/** Sub-resources that R2 has and we do not, or that R2 itself refuses. */
const UNSUPPORTED = [
  "acl",
  "cors",
  "encryption",
  "lifecycle",
  "notification",
  "object-lock",
  "partNumber",
  "policy",
].concat([
  "replication",
  "requestPayment",
  "restore",
  "tagging",
  "torrent",
  "uploadId",
  "uploads",
  "versioning",
  "versions",
  "website",
]);
const UNSUPPORTED_HEADERS = ["x-amz-copy-source", "x-amz-tagging", "x-amz-acl", "x-amz-server-side-encryption"];

/**
 * @param {object} options
 * @param {import("./objects.js").ObjectStore} options.objects
 * @param {(accessKeyId: string, sessionToken?: string) => (import("./signature.js").Key & { mayRead: boolean, mayWrite: boolean }) | undefined} options.findKey
 * @param {() => number} options.now milliseconds
 * @returns {{ handle(request: import("./signature.js").WireRequest): Promise<{ status: number, headers: Record<string, string>, body: Buffer }> }}
 */
export function createS3({ objects, findKey, now }) {
  return {
    async handle(request) {
      try {
        const key = await verify(request, findKey, now());
        const answer = operate(request, key, objects, now());
        return { headers: {}, body: Buffer.alloc(0), ...answer };
      } catch (error) {
        if (error instanceof S3Error) return error.toResponse();
        throw error;
      }
    },
  };
}

function operate(request, key, objects, now) {
  const [, bucket, ...rest] = decodedPath(request.target).split("/");
  const call = { ...request, query: queryOf(request.target), bucket, key: rest.join("/"), now };
  checkSupported(call);
  const writes = !["GET", "HEAD"].includes(request.method);
  if (!(writes ? key.mayWrite : key.mayRead)) throw new S3Error("AccessDenied");
  if (!call.bucket) return listBuckets(call, objects);
  if (call.key) return objectOperation(call, objects);
  if (call.query.has("location")) return xmlResponse(200, "<LocationConstraint>auto</LocationConstraint>");
  return bucketOperation(call, objects);
}

function checkSupported({ query, headers }) {
  const parameter = UNSUPPORTED.find((name) => query.has(name));
  if (parameter) throw new S3Error("NotImplemented", `Sub-resource ${parameter} is not implemented`);
  const header = UNSUPPORTED_HEADERS.find((name) => headers[name] !== undefined);
  if (header) throw new S3Error("NotImplemented", `Header '${header}' with value '${headers[header]}' not implemented`);
}

function queryOf(target) {
  const at = target.indexOf("?");
  return new URLSearchParams(at === -1 ? "" : target.slice(at + 1));
}
