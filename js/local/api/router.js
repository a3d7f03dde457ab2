/**
 * One table of endpoints; the first match by path wins, so literal paths stand before patterns.
 *
 * @typedef {{ state: object, runtime: object, switches: Record<string, any>, request: ApiRequest,
 *   params: Record<string, string>, query: URLSearchParams, actor: import("../auth.js").Actor, zone?: object, imports: import("../d1/imports.js").Imports,
 *   assetSessions: import("../assets/sessions.js").AssetSessions,
 *   broker: import("../queues/broker.js").Broker,
 *   turn: (name: string, work: () => Promise<any>) => Promise<any> }} Context
 * @typedef {{ method: string, path: string, query: URLSearchParams, headers: Record<string, string>, body: Buffer }} ApiRequest
 * @typedef {{ status: number, headers: Record<string, string>, body: string | Buffer }} ApiResponse
 * @typedef {(context: Context) => ApiResponse | Promise<ApiResponse>} Handler
 */
import { ApiError } from "../envelope.js";

/** `{name}` is one segment, `{name*}` all that follows. */
const PLACEHOLDER = /\{(\w+)(\*?)\}/g;

const HEX_ID = "[0-9a-f]{32}";
const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
/**
 * What an id looks like, by the name of its placeholder; others are names and may be any segment. A placeholder that took
 * anything would answer for endpoints that are not served: `dns_records/export` is no record.
 */
const SHAPES = {
  recordId: HEX_ID,
  routeId: HEX_ID,
  namespaceId: HEX_ID,
  tokenId: HEX_ID,
  queueId: HEX_ID,
  consumerId: HEX_ID,
  versionId: UUID,
  deploymentId: UUID,
  databaseId: UUID,
  classId: HEX_ID,
  domainId: HEX_ID,
};

/**
 * @param {string} pattern `/accounts/{accountId}/workers/scripts`
 * @param {string[]} needs permission groups of which one suffices; empty = any valid credential
 * @param {Handler | undefined} handler undefined: not served
 * @param {{ invalidTokenCode?: number, anyStatus?: boolean, anyone?: (asked: object) => boolean }} [auth]
 *   `anyone`: no token of the API is needed where this says so, for the path itself is the secret, or a token of another kind is there
 */
export function endpoint(method, pattern, needs, handler, auth = {}) {
  const names = [...pattern.matchAll(PLACEHOLDER)].map(([, name]) => name);
  const source = pattern.replaceAll(PLACEHOLDER, (_, name, rest) => `(${rest ? ".+" : (SHAPES[name] ?? "[^/]+")})`);
  const regex = new RegExp(`^${source}$`);
  return { method, pattern, names, regex, needs, handler, auth };
}

/**
 * @returns {{ endpoint: object, params: Record<string, string> }}
 * @throws {ApiError} 404/7003 for what is not served, 405/10405 for a method that Cloudflare does not have there
 */
export function route(endpoints, method, path) {
  const samePath = endpoints.filter((candidate) => candidate.regex.test(path));
  if (samePath.length === 0) throw notRouted(path);
  const found = samePath.find((candidate) => candidate.method === method);
  if (!found) throw new ApiError(405, 10405, "Method not allowed for this authentication scheme");
  if (!found.handler) throw notRouted(path);
  const values = found.regex
    .exec(path)
    .slice(1)
    .map((text) => decode(text, path));
  return { endpoint: found, params: Object.fromEntries(found.names.map((name, index) => [name, values[index]])) };
}

/** The answer for an unknown path, and for ids that are malformed or not ours. */
export function notRouted(path) {
  const message = `Could not route to /client/v4${path}, perhaps your object identifier is invalid?`;
  return new ApiError(404, 7003, message);
}

function decode(text, path) {
  try {
    return decodeURIComponent(text);
  } catch {
    throw notRouted(path);
  }
}
