/** Permission groups of API tokens, by the names that Cloudflare's API gives them. https://developers.cloudflare.com/fundamentals/api/reference/permissions/ */
const ACCOUNT = "com.cloudflare.api.account";
const ZONE = "com.cloudflare.api.account.zone";
/** Scope of a bucket of R2. */
export const BUCKET = "com.cloudflare.edge.r2.bucket";
/** Scope of what a user does for itself. */
export const USER = "com.cloudflare.api.user";

/**
 * The groups that the endpoints here ask for, with the ids that Cloudflare gives them in every account: noun → scope, id
 * of the Read group, id of the Write group. What only reads has no Write group.
 */
const NOUNS = {
  "Workers Scripts": [ACCOUNT, "1a71c399035b4950a1bd1466bbe4f420", "e086da7e2179491d91ee5f35b3ca210a"],
  "Workers Tail": [ACCOUNT, "05880cd1bdc24d8bae0be2136972816b"],
  "Workers KV Storage": [ACCOUNT, "8b47d2786a534c08a1f94ee8f9f599ef", "f7f0eda5697f475c90846e879bab8666"],
  D1: [ACCOUNT, "192192df92ee43ac90f2aeeffce67e35", "09b2857d1c31407795e75e3fed8617a1"],
  Queues: [ACCOUNT, "84a7755d54c646ca87cd50682a34bf7c", "366f57075ffc42689627bcf8242a1b6d"],
  "Workers R2 Storage": [ACCOUNT, "b4992e1108244f5d8bfbd5744320c2e1", "bf7481a1826f439697cb59a20b22293e"],
  "Workers R2 Storage Bucket Item": [BUCKET, "6a018a9f2fc74eb6b293b0c548f38b39", "2efd5506f9c8494dacb1fa10a3e7d5b6"],
  "Account Settings": [ACCOUNT, "c1fde68c7bcc44588cbb6ddbc16d6480", "1af1fa2adc104452b74a9a3364202f20"],
  "Account API Tokens": [ACCOUNT, "eb56a6953c034b9d97dd838155666f06", "5bc3f8b21c554832afc660159ab75fa4"],
  "Workers Routes": [ZONE, "2072033d694d415a936eaeb94e6405b8", "28f4b596e7d643029c524985477ae49a"],
  DNS: [ZONE, "82e64a83756745bbbb1c9c2701bf816b", "4755a26eedb94da69e1066d98aa820be"],
  Zone: [ZONE, "c8fed203ed3043cba015a93ad1616f1f", "e6d2666161e84845a636613608cee8d5"],
  "SSL and Certificates": [ZONE, "7b7216b327b04b8fbc8f524e1f9b7531", "c03055bc037c4ea9afb9a9f104b7b721"],
  "Load Balancers": [ZONE, "e9a975f628014f1d85b723993116f7d5", "6d7f2f5f5b1d4a0e9081fdc98d432fd1"],
  "API Tokens": [USER, "0cc3a61731504c89b99ec1be78b77aa0", "686d18d5ac6c441c867cbf6771e58a0a"],
  Memberships: [USER, "3518d0f75557482e952c6762d3e64903", "9201bc6f42d440968aaab0c6f17ebb1d"],
  "User Details": [USER, "8acbe5bb0d54464ab867149d7f7cf8ac", "55a5e17cc99e4a3fa1f3432d262f2e55"],
};

/** Every group `{ id, name, scopes }`, as `GET /user/tokens/permission_groups` lists them. */
export const PERMISSION_GROUPS = Object.entries(NOUNS).flatMap(([noun, [scope, read, write]]) => [
  { id: read, name: `${noun} Read`, scopes: [scope] },
  ...(write ? [{ id: write, name: `${noun} Write`, scopes: [scope] }] : []),
]);

/** Groups of which one suffices to read. */
export const reads = (...nouns) => nouns.flatMap((noun) => [`${noun} Read`, `${noun} Write`]);

/** Groups of which one suffices to write. */
export const writes = (...nouns) => nouns.map((noun) => `${noun} Write`);

/** True if the token has one of the groups. */
export function grants(permissionGroups, needed) {
  return permissionGroups.includes("*") || needed.some((group) => permissionGroups.includes(group));
}
