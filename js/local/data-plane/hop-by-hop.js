/** Headers that speak of one connection, not of the message: none of them is passed on. RFC 9110, section 7.6.1. */

const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
  "http2-settings",
];

/**
 * @template V
 * @param {Record<string, V>} headers lower-case names
 * @returns {Record<string, V>} without the hop-by-hop ones, and without those that `Connection` names
 */
export function endToEnd(headers) {
  const named = String(headers.connection ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase());
  const dropped = new Set([...HOP_BY_HOP, ...named]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)));
}
