/** D1 as Workers see it: what the binding of workerd asks is handed on to the database, unless that is gone. */
import { pipeline } from "node:stream";
import { readBody } from "../body.js";

/** What the binding's protocol has. */
const PATHS = ["/query", "/execute"];

/**
 * @param {{ state: object, send: (id: string, path: string, body: Buffer) => Promise<object>, written: () => Promise<void> }} options
 * @returns {{ serve(request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse, about: { id: string }): Promise<void> }}
 */
export function createDatabaseBinding({ state, send, written }) {
  async function ask(request, id) {
    const database = state.databases.get(id);
    if (!database) throw new Error(`D1 database ${id} is not there`);
    const { pathname, search } = new URL(request.url, "http://d1");
    if (!PATHS.includes(pathname)) throw new Error(`Local Cloudflare's D1 has nothing at ${pathname}`);
    if (!database.used) {
      database.used = true;
      await written();
    }
    return send(id, pathname + search, await readBody(request));
  }

  return {
    async serve(request, response, { id }) {
      try {
        const { status, headers, body } = await ask(request, id);
        if (response.destroyed) return body.destroy();
        response.writeHead(status, headers);
        pipeline(body, response, () => {});
      } catch (error) {
        if (response.destroyed) return;
        response.writeHead(500, { "content-type": "application/json" });
        response.end(JSON.stringify({ success: false, error: error.message }));
      }
    },
  };
}
