/** A visitor's request by hostname: fetch neither sends a `Host` header nor resolves `<host>.localhost`. */
import { request } from "node:http";

/**
 * @param {number} port
 * @param {string} host
 * @param {string} path
 * @param {{ method?: string, headers?: Record<string, string>, body?: string | Buffer }} init
 * @returns {Promise<{ status: number, headers: Record<string, string | string[]>, body: Buffer, text: string }>}
 */
export function requestHost(port, host, path, { method = "GET", headers = {}, body } = {}) {
  const sent = { ...headers, host };
  if (body !== undefined) sent["content-length"] = String(Buffer.byteLength(body));
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path, method, headers: sent, agent: false };
    const outgoing = request(options, (incoming) => {
      const chunks = [];
      incoming.on("data", (chunk) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const bytes = Buffer.concat(chunks);
        resolve({ status: incoming.statusCode, headers: incoming.headers, body: bytes, text: bytes.toString("utf8") });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
