/** What a route pattern may look like. https://developers.cloudflare.com/workers/configuration/routing/routes/#matching-behavior */
import { ApiError } from "../envelope.js";

const HOST = /^(\*\.?)?([a-z0-9_]([a-z0-9_-]*[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/**
 * @param {string} pattern `[http://|https://]host[/path]`; host may start with one `*`, path may end with one
 * @param {string} zoneName
 * @throws {ApiError} 400/10022
 */
export function checkPattern(pattern, zoneName) {
  if (typeof pattern !== "string" || pattern === "") throw invalid(notUnderstood(pattern ?? ""));
  if (pattern.includes("?")) throw invalid(`Route pattern should not have query parameters: ${pattern}`);
  const { host, path } = split(pattern);
  if (path.includes("#") || /[\s\\]/.test(pattern) || host.includes(":") || host.includes("@"))
    throw invalid(notUnderstood(pattern));
  if (host.slice(1).includes("*") || path.slice(0, -1).includes("*")) {
    const rule = "Route pattern may only contain wildcards at the beginning of the hostname and the end of the path";
    throw invalid(`${rule}: ${pattern}`);
  }
  if (!underZone(host, zoneName)) throw invalid(`Route pattern must include zone name: ${zoneName}`);
  if (!HOST.test(host)) throw invalid(notUnderstood(pattern));
}

/** Two patterns are the same when this is equal: host and scheme without case, path with it. */
export function patternKey(pattern) {
  const { scheme, host, path } = split(pattern);
  return `${scheme}${host}${path}`;
}

/** @returns {{ scheme: string, host: string, path: string }} scheme with `://` or empty; a missing path is `/` */
export function split(pattern) {
  const [, scheme = "", host, path] = /^(https?:\/\/)?([^/]*)(.*)$/is.exec(pattern);
  return { scheme: scheme.toLowerCase(), host: host.toLowerCase(), path: path === "" ? "/" : path };
}

/** `*example.com` and `*.example.com` belong to example.com. */
function underZone(host, zoneName) {
  const bare = host.replace(/^\*\.?/, "");
  return bare === zoneName || bare.endsWith(`.${zoneName}`);
}

const notUnderstood = (pattern) => `Could not understand route pattern ${pattern}, please try a different pattern`;

function invalid(message) {
  return new ApiError(400, 10022, message);
}
