/**
 * R2 as Workers see it: a bucket binding of workerd speaks a protocol of its own, one request an operation. What is
 * asked stands in a header, or before the value in the body; the answer's metadata stands before the value, too.
 * https://github.com/cloudflare/workerd/blob/main/src/workerd/api/r2-api.capnp
 */
import { BodyTooLarge, readBody } from "../body.js";
import { bucketKey } from "../s3/objects.js";
import { BindingError } from "./errors.js";
import { described } from "./objects.js";
import { READS, WRITES } from "./operations.js";
import { Uploads } from "./uploads.js";

const REQUEST = "cf-r2-request";
const METADATA_SIZE = "cf-r2-metadata-size";
const ERROR = "cf-r2-error";

/**
 * @param {object} options
 * @param {import("../s3/objects.js").ObjectStore} options.objects
 * @param {() => number} options.now
 * @param {() => Promise<void>} options.written resolves when what was changed is saved
 * @returns {{ serve(request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse, about: { name: string, jurisdiction?: string }): Promise<void> }}
 */
export function createBucketBinding({ objects, now, written }) {
  const uploads = new Uploads();

  async function operate(request, bucket) {
    const { asked, value } = await readOperation(request);
    const operation = READS[asked.method] ?? WRITES[asked.method];
    if (!operation) throw new BindingError("InvalidArgument");
    if (!objects.hasBucket(bucket)) throw new BindingError("NoSuchBucket");
    const result = operation({ objects, uploads, bucket, asked, value, now: now() });
    if (asked.method in WRITES) await written();
    return result;
  }

  return {
    async serve(request, response, { name, jurisdiction }) {
      try {
        const { json, value } = await operate(request, bucketKey(name, jurisdiction));
        answer(response, 200, json, value);
      } catch (error) {
        refuse(response, known(error));
      }
    },
  };
}

async function readOperation(request) {
  const { headers } = request;
  const inHeader = headers[REQUEST];
  if (inHeader !== undefined) return { asked: JSON.parse(inHeader), value: Buffer.alloc(0) };
  const size = Number(headers[METADATA_SIZE]);
  if (!(size > 0)) throw new BindingError("InvalidArgument");
  const body = await readBody(request);
  return { asked: JSON.parse(body.subarray(0, size).toString("utf8")), value: Buffer.from(body.subarray(size)) };
}

function answer(response, status, json, value = Buffer.alloc(0), headers = {}) {
  if (json === undefined) return response.writeHead(status, headers).end();
  const metadata = Buffer.from(JSON.stringify(json));
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": metadata.length + value.length,
    [METADATA_SIZE]: metadata.length,
    ...headers,
  });
  response.write(metadata);
  response.end(value);
}

function refuse(response, { status, code, message, object }) {
  if (response.destroyed) return;
  const error = JSON.stringify({ version: 1, v4code: code, message });
  answer(response, status, object && described(object), undefined, { [ERROR]: error });
}

function known(error) {
  if (error instanceof BindingError) return error;
  if (error instanceof BodyTooLarge) return new BindingError("EntityTooLarge");
  if (error instanceof SyntaxError) return new BindingError("InvalidArgument");
  return new BindingError("InternalError");
}
