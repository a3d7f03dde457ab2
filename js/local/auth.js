/**
 * Who asks, and may they? Bearer tokens and the legacy key.
 * Order as on the wire: headers there and well-formed, credential known, account or zone reachable, permission group.
 */
import { timingSafeEqual } from "node:crypto";
import { ApiError } from "./envelope.js";
import { grants } from "./permissions.js";

/** @typedef {{ kind: "token" | "key", id: string, owner: "user" | "account", policies: import("./state.js").Policy[],
 *   token?: import("./state.js").Token }} Actor */

/** Who needs no token, for the address that he was given says enough. @type {Actor} */
export const ANYONE = { kind: "key", id: "anyone", owner: "user", policies: [] };

/**
 * @param {Record<string, string>} headers lower-case names
 * @param {{ invalidTokenCode?: number }} [options] token verify and account endpoints say 1000 where others say 10000
 * @returns {Actor}
 */
export function authenticate(state, headers, options = {}) {
  if (headers.authorization !== undefined) return tokenActor(state, headers.authorization, options);
  if (headers["x-auth-key"] !== undefined && headers["x-auth-email"] !== undefined) return keyActor(state, headers);
  throw new ApiError(400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers");
}

/** What a token is worth now: its own status, or expired by date. */
export function tokenStatus(state, token) {
  if (token.status !== "active") return token.status;
  if (token.expiresOn && Date.parse(token.expiresOn) <= state.clock.now()) return "expired";
  return "active";
}

/** Refuses when no policy of the actor gives one of the groups for the zone, or else for the account. */
export function authorize(state, actor, needed, { zoneId } = {}) {
  if (needed.length === 0 || allows(state, actor, needed, zoneId)) return;
  throw new ApiError(403, 10000, "Authentication error");
}

/** Whether one policy both gives one of the groups and reaches the zone, without a zone the account. */
export function allows(state, { policies }, needed, zoneId) {
  const isReached = ({ accountIds, zoneIds }) =>
    zoneId === undefined ? reaches(accountIds, state.account.id) : reaches(zoneIds, zoneId);
  return policies.some((policy) => isReached(policy) && grants(policy.permissionGroups, needed));
}

/** Whether one policy gives one of the groups for a bucket of R2, or for the account and so for each of them. */
export function allowsBucket(state, { policies }, needed, bucket) {
  const isReached = ({ accountIds, buckets = [] }) => reaches(accountIds, state.account.id) || reaches(buckets, bucket);
  return policies.some((policy) => isReached(policy) && grants(policy.permissionGroups, needed));
}

/** Whether one policy gives one of the groups, wherever. */
export const allowsAnywhere = ({ policies }, needed) =>
  policies.some(({ permissionGroups }) => grants(permissionGroups, needed));

/** Whether one policy gives one of the groups for every zone there is and will be. */
export const allowsInAllZones = ({ policies }, needed) =>
  policies.some(({ permissionGroups, zoneIds }) => zoneIds === "*" && grants(permissionGroups, needed));

/** `"*"` or a list of ids. */
const reaches = (ids, id) => ids === "*" || ids.includes(id);

function tokenActor(state, header, { invalidTokenCode = 10000, anyStatus = false }) {
  const [, value] = /^Bearer ([\x21-\x7e]+)$/i.exec(header) ?? [];
  if (!value || !/^[A-Za-z0-9_-]{20,200}$/.test(value))
    throw invalidHeader(6111, "Invalid format for Authorization header");
  const token = state.tokens.find((candidate) => sameText(candidate.value, value));
  const usable = anyStatus || (token && tokenStatus(state, token) === "active" && !isEarly(state, token));
  if (!token || !usable) throw invalidToken(invalidTokenCode);
  const { id, owner, policies } = token;
  return { kind: "token", id, owner, policies, token };
}

const isEarly = (state, { notBefore }) => Boolean(notBefore) && Date.parse(notBefore) > state.clock.now();

function keyActor(state, headers) {
  const { "x-auth-key": key, "x-auth-email": email } = headers;
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw invalidHeader(6102, "Invalid format for X-Auth-Email header");
  if (!/^[0-9a-f]{37}$/.test(key)) throw invalidHeader(6103, "Invalid format for X-Auth-Key header");
  if (email !== state.user.email || !sameText(key, state.user.apiKey)) {
    throw new ApiError(403, 9103, "Unknown X-Auth-Key or X-Auth-Email");
  }
  const policies = [{ permissionGroups: ["*"], accountIds: "*", zoneIds: "*" }];
  return { kind: "key", id: state.user.id, owner: "user", policies };
}

function invalidToken(code) {
  return new ApiError(401, code, code === 1000 ? "Invalid API Token" : "Authentication error");
}

function invalidHeader(code, message) {
  return new ApiError(400, 6003, "Invalid request headers", { error_chain: [{ code, message }] });
}

function sameText(left, right) {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
