// Who may enter, and whether anybody may.

const NEEDED = ["API_TOKEN", "OWN_SCRIPT", "OWN_HOST"];
/** What a shell hands to `sha256sum` when the variable with the token is empty. */
const NOTHING = ["", " ", "\n", "\r\n"];

/** Why this deployer answers nobody; undefined when it may. It is asked before anything else. */
export async function misconfigured(env) {
  const missing = NEEDED.find((name) => !env[name]);
  if (missing) return `${missing} is not set`;
  if (!/^[0-9a-f]{64}$/.test(env.TOKEN_SHA256 ?? "")) return "TOKEN_SHA256 is not a SHA-256 in lower-case hex";
  const ofNothing = await Promise.all(NOTHING.map(async (text) => hex(await sha256(text))));
  return ofNothing.includes(env.TOKEN_SHA256) ? "TOKEN_SHA256 is the hash of no token" : undefined;
}

/** Compares digests of equal length in constant time. */
export async function isAllowed(request, env) {
  const token = request.headers.get("authorization")?.match(/^Bearer (.+)$/)?.[1];
  if (!token) return false;
  return crypto.subtle.timingSafeEqual(await sha256(token), bytes(env.TOKEN_SHA256));
}

const sha256 = async (text) => new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));

const hex = (digest) => [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const bytes = (text) => new Uint8Array(text.match(/../g).map((byte) => Number.parseInt(byte, 16)));
