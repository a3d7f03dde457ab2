/**
 * A KV namespace's contents for the API: what Workers see, `list` pages and all. The calls go through the entry Worker, as
 * miniflare's own way blocks this process while a Worker computes.
 */
import { buffer, json } from "node:stream/consumers";

/**
 * @param {(call: string, args: unknown[], value?: Buffer) => Promise<import("./index.js").Answer>} send
 */
export function kvNamespace(send) {
  async function getWithMetadata(key) {
    const answer = await sent(send, "get", [key]);
    const { found, metadata } = JSON.parse(decodeURIComponent(answer.headers["x-local-found"]));
    const value = await buffer(answer.body);
    return { value: found ? value : null, metadata };
  }
  return {
    getWithMetadata,
    get: async (key) => (await getWithMetadata(key)).value,
    put: async (key, value, options) => json((await sent(send, "put", [key, options], value)).body),
    delete: async (key) => json((await sent(send, "delete", [key])).body),
    list: async (options) => json((await sent(send, "list", [options])).body),
  };
}

async function sent(send, ...call) {
  const answer = await send(...call);
  if (answer.exception !== undefined) throw new Error(answer.exception);
  return answer;
}
