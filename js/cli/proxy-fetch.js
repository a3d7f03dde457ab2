/**
 * The `fetch` of a run behind a proxy: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in either case, as undici reads them.
 * It is loaded only where one of them is set, and changes nothing for anybody else in this process. What runs on this
 * machine is asked directly.
 */

import { usageError } from "../errors.js";

export const VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY"];

const SCHEMES = ["http:", "https:", "socks5:"];

/**
 * @param {Record<string, string | undefined>} env
 * @returns {Promise<((url: string, init: RequestInit) => Promise<Response>) | undefined>} undefined without a proxy
 */
export async function createProxyFetch(env) {
  const [httpProxy, httpsProxy] = VARIABLES.map((name) => addressIn(env, name));
  if (!httpProxy && !httpsProxy) return undefined;
  const { EnvHttpProxyAgent, fetch: fetchThrough } = await import("undici");
  // An empty text is no proxy; left out, undici would read the environment of the process.
  const dispatcher = new EnvHttpProxyAgent({ httpProxy, httpsProxy, noProxy: valueIn(env, "NO_PROXY") ?? "" });
  const proxyFetch = (url, init) =>
    isOnThisMachine(url) ? fetch(url, init) : fetchThrough(url, { ...init, dispatcher });
  return Object.assign(proxyFetch, { takesStreams: true });
}

/**
 * Passwords in the addresses of proxies: whatever a proxy or the way to it says, they are not shown.
 *
 * @param {Record<string, string | undefined>} env
 * @returns {string[]}
 */
export function proxyPasswords(env) {
  const addresses = VARIABLES.map((name) => valueIn(env, name)).filter((address) => URL.canParse(address ?? ""));
  const given = addresses.map((address) => new URL(address)).map(({ username, password }) => password || username);
  return [...new Set(given.flatMap((password) => [password, decoded(password)]))].filter(Boolean);
}

/** A `%` that stands for itself makes a text that can't be decoded. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** As curl does: the lower-case name counts first. */
const valueIn = (env, name) => env[name.toLowerCase()] || env[name];

/** Its address may hold a password, so it is never quoted. */
function addressIn(env, name) {
  const value = valueIn(env, name) ?? "";
  if (value === "" || (URL.canParse(value) && SCHEMES.includes(new URL(value).protocol))) return value;
  throw usageError(
    `${name} is no address of a proxy`,
    `write it with its scheme: ${name}=http://proxy.example.com:3128`,
  );
}

/** URLs write every IPv4 address in one way. */
function isOnThisMachine(url) {
  const { hostname } = new URL(url);
  return /^127\.|^\[::1\]$|^(?:.+\.)?localhost$/.test(hostname);
}
