/**
 * Route patterns: `[http://|https://]host[/path]`, a `*` at the start of the host and at the end of the path.
 * https://developers.cloudflare.com/workers/configuration/routing/routes/#matching-behavior
 */

/**
 * @typedef {object} Pattern
 * @property {"http:" | "https:" | null} protocol null: either
 * @property {string} host lower-case, without its `*`
 * @property {boolean} anyPrefix the host had a `*` in front
 * @property {string} path without its `*`; `/` when none was written
 * @property {boolean} anySuffix the path had a `*` behind
 */

/** @param {string} text a pattern that the API has accepted @returns {Pattern} */
export function parsePattern(text) {
  const [, scheme, rest] = /^(https?:\/\/)?(.*)$/is.exec(text);
  const slash = rest.indexOf("/");
  const host = (slash === -1 ? rest : rest.slice(0, slash)).toLowerCase();
  const path = slash === -1 ? "/" : rest.slice(slash);
  return {
    protocol: scheme ? /** @type {"http:" | "https:"} */ (scheme.slice(0, -2).toLowerCase()) : null,
    host: host.startsWith("*") ? host.slice(1) : host,
    anyPrefix: host.startsWith("*"),
    path: path.endsWith("*") ? path.slice(0, -1) : path,
    anySuffix: path.endsWith("*"),
  };
}

/** The path is compared with its query, so a pattern without `*` at the end covers no URL with a query. @param {URL} url */
export function matches(pattern, url) {
  const path = url.pathname + url.search;
  return (
    (pattern.protocol === null || pattern.protocol === url.protocol) &&
    (pattern.anyPrefix ? url.hostname.endsWith(pattern.host) : url.hostname === pattern.host) &&
    (pattern.anySuffix ? path.startsWith(pattern.path) : path === pattern.path)
  );
}

/** Order of patterns, most specific first: literal host, longer host, longer path, literal path, scheme given. */
export function bySpecificity(left, right) {
  return (
    Number(left.anyPrefix) - Number(right.anyPrefix) ||
    right.host.length - left.host.length ||
    right.path.length - left.path.length ||
    Number(left.anySuffix) - Number(right.anySuffix) ||
    Number(right.protocol !== null) - Number(left.protocol !== null)
  );
}

/**
 * The route that serves the URL.
 * @template {{ pattern: string }} R
 * @param {R[]} routes
 * @param {URL} url
 * @returns {R | undefined}
 */
export function mostSpecific(routes, url) {
  const hits = routes.map((route) => ({ route, pattern: parsePattern(route.pattern) }));
  const matching = hits.filter(({ pattern }) => matches(pattern, url));
  return matching.sort((left, right) => bySpecificity(left.pattern, right.pattern))[0]?.route;
}
