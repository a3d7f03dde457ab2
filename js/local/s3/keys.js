/**
 * S3 keys: each API token is one (access key id = token id, secret = SHA-256 of its value), and so are temporary
 * credentials cut from it. https://developers.cloudflare.com/r2/api/tokens/
 */
import { randomBytes } from "node:crypto";
import { allowsBucket, tokenStatus } from "../auth.js";
import { reads, writes } from "../permissions.js";
import { newId, s3SecretOf } from "../state.js";

const R2_NOUNS = ["Workers R2 Storage", "Workers R2 Storage Bucket Item"];

/**
 * @param {object} state
 * @returns {(accessKeyId: string, sessionToken?: string) => { accessKeyId: string, secretAccessKey: string, sessionToken?: string, mayRead: (bucket: string) => boolean, mayWrite: (bucket: string) => boolean } | undefined}
 */
export function keyFinder(state) {
  return (accessKeyId, sessionToken) => {
    if (sessionToken !== undefined) return sessionKey(state, accessKeyId, sessionToken);
    const token = activeToken(state, accessKeyId);
    return token && { accessKeyId, secretAccessKey: s3SecretOf(token), ...rightsOf(state, token) };
  };
}

/**
 * Temporary credentials that end with their parent token.
 * @param {{ parentTokenId: string, mayWrite?: boolean, ttlSeconds?: number }} options
 * @returns {{ accessKeyId: string, secretAccessKey: string, sessionToken: string }}
 */
export function addSession(state, { parentTokenId, mayWrite = false, ttlSeconds = 900 }) {
  const session = {
    parentTokenId,
    accessKeyId: newId(),
    secretAccessKey: randomBytes(32).toString("hex"),
    sessionToken: randomBytes(48).toString("base64"),
    mayWrite,
    expiresAt: state.clock.now() + ttlSeconds * 1000,
  };
  state.s3Sessions = [...(state.s3Sessions ?? []), session];
  const { accessKeyId, secretAccessKey, sessionToken } = session;
  return { accessKeyId, secretAccessKey, sessionToken };
}

function sessionKey(state, accessKeyId, sessionToken) {
  const session = state.s3Sessions?.find((one) => one.accessKeyId === accessKeyId && one.sessionToken === sessionToken);
  if (!session || session.expiresAt <= state.clock.now()) return undefined;
  const parent = activeToken(state, session.parentTokenId);
  if (!parent) return undefined;
  const rights = rightsOf(state, parent);
  return { ...session, mayRead: rights.mayRead, mayWrite: (bucket) => session.mayWrite && rights.mayWrite(bucket) };
}

function activeToken(state, id) {
  const token = state.tokens.find((one) => one.id === id);
  return token && tokenStatus(state, token) === "active" ? token : undefined;
}

function rightsOf(state, token) {
  return {
    mayRead: (bucket) => allowsBucket(state, token, reads(...R2_NOUNS), bucket),
    mayWrite: (bucket) => allowsBucket(state, token, writes(...R2_NOUNS), bucket),
  };
}
