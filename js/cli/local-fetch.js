/**
 * The `fetch` of a run with `--local`. Requests to its API and its R2 go there; a Worker's own hostname, which no
 * resolver knows, is asked at the data plane; so nothing leaves this machine.
 */

import { request as httpRequest } from "node:http";
import { buffer } from "node:stream/consumers";

const NO_BODY = [204, 205, 304];

/**
 * @param {import("./local-state.js").LocalState} local
 * @returns {(input: Request | string, init?: RequestInit) => Promise<Response>}
 */
export function createLocalFetch({ api, s3, data }) {
  const own = [api, s3, data].map((url) => new URL(url).origin);
  const localFetch = (input, init) => {
    const request = new Request(input, init);
    const { origin } = new URL(request.url);
    return own.includes(origin) ? fetch(request) : visit(data, request);
  };
  return Object.assign(localFetch, { takesStreams: true });
}

/** Node's `fetch` sends no `Host` of the caller's, so this is node:http. Redirects are not followed. */
async function visit(data, request) {
  const { method, url, headers, signal } = request;
  const { hostname, pathname, search } = new URL(url);
  const sent = { ...Object.fromEntries(headers), host: hostname };
  const body = request.body ? Buffer.from(await request.arrayBuffer()) : undefined;
  const incoming = await new Promise((resolve, reject) => {
    const outgoing = httpRequest(data, { method, path: pathname + search, headers: sent, signal }, resolve);
    outgoing.on("error", reject);
    outgoing.end(body);
  });
  const { statusCode: status, headers: answered } = incoming;
  const content = await buffer(incoming);
  return new Response(NO_BODY.includes(status) ? null : content, { status, headers: pairsOf(answered) });
}

function pairsOf(headers) {
  return Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
}
