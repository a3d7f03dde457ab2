/** Files of a site on their way into a Local Cloudflare, as a deployer sends them. */
import { createHash } from "node:crypto";

/** Any 32 hex digits will do. */
export const hashOf = (content, path) => createHash("sha256").update(path).update(content).digest("hex").slice(0, 32);

/** @param {Record<string, string>} files path → content */
export function manifestOf(files) {
  const announced = ([path, content]) => [path, { hash: hashOf(content, path), size: Buffer.byteLength(content) }];
  return Object.fromEntries(Object.entries(files).map(announced));
}

/** A form with the files of a bucket. @param {Record<string, string>} types path → content type */
export function bucketForm(bucket, files, types = {}) {
  const form = new FormData();
  for (const hash of bucket) {
    const [path, content] = Object.entries(files).find(([path, content]) => hashOf(content, path) === hash);
    const type = types[path] ?? "application/null";
    form.append(hash, new File([Buffer.from(content).toString("base64")], hash, { type }), hash);
  }
  return form;
}

/**
 * Announces the files and sends what is missing.
 * @param {(method: string, path: string, body: unknown, headers?: object) => Promise<object>} send
 * @returns {Promise<{ jwt: string, sent: string[] }>} the completion token, and the hashes that were sent
 */
export async function uploadAssets(send, account, name, files, types) {
  const session = `${account}/workers/scripts/${name}/assets-upload-session`;
  const { result } = await send("POST", session, { manifest: manifestOf(files) });
  let { jwt } = result;
  for (const bucket of result.buckets) {
    const headers = { authorization: `Bearer ${result.jwt}` };
    const path = `${account}/workers/assets/upload?base64=true`;
    const answer = await send("POST", path, bucketForm(bucket, files, types), headers);
    jwt = answer.result.jwt ?? jwt;
  }
  return { jwt, sent: result.buckets.flat() };
}
