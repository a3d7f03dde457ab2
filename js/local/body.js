/** Bodies of requests to API and S3, which are kept in memory: within bounds. */

/** What R2 takes in one request to the API; the largest body of all. */
export const MAX_BODY_BYTES = 300 * 1024 * 1024;

export class BodyTooLarge extends Error {
  constructor() {
    super(`Local Cloudflare takes bodies of up to ${MAX_BODY_BYTES / 1024 / 1024} MiB`);
  }
}

/**
 * @param {import("node:http").IncomingMessage} request
 * @returns {Promise<Buffer>}
 * @throws {BodyTooLarge} before anything was read, if the request says how large it is
 */
export async function readBody(request, limit = MAX_BODY_BYTES) {
  if (Number(request.headers["content-length"]) > limit) throw new BodyTooLarge();
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > limit) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
