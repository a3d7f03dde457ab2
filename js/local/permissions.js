/** Permission groups of API tokens, by the names that Cloudflare's API gives them. https://developers.cloudflare.com/fundamentals/api/reference/permissions/ */
import { createHash } from "node:crypto";

const ACCOUNT = "com.cloudflare.api.account";
const ZONE = "com.cloudflare.api.account.zone";
const USER = "com.cloudflare.api.user";

/** noun → scope; each noun has a Read and a Write group. */
const NOUNS = {
  "Workers Scripts": ACCOUNT,
  "Workers Tail": ACCOUNT,
  "Workers KV Storage": ACCOUNT,
  "Workers R2 Storage": ACCOUNT,
  "Workers R2 Storage Bucket Item": "com.cloudflare.edge.r2.bucket",
  "Account Settings": ACCOUNT,
  "Account API Tokens": ACCOUNT,
  "Workers Routes": ZONE,
  DNS: ZONE,
  Zone: ZONE,
  "SSL and Certificates": ZONE,
  "Load Balancers": ZONE,
  "API Tokens": USER,
  Memberships: USER,
  "User Details": USER,
};

/** Every group `{ id, name, scopes }`, as `GET /user/tokens/permission_groups` lists them. */
export const PERMISSION_GROUPS = Object.entries(NOUNS).flatMap(([noun, scope]) =>
  ["Read", "Write"].map((verb) => ({ id: groupId(`${noun} ${verb}`), name: `${noun} ${verb}`, scopes: [scope] })),
);

/** Groups of which one suffices to read. */
export const reads = (...nouns) => nouns.flatMap((noun) => [`${noun} Read`, `${noun} Write`]);

/** Groups of which one suffices to write. */
export const writes = (...nouns) => nouns.map((noun) => `${noun} Write`);

/** True if the token has one of the groups. */
export function grants(permissionGroups, needed) {
  return permissionGroups.includes("*") || needed.some((group) => permissionGroups.includes(group));
}

function groupId(name) {
  return createHash("sha256").update(name).digest("hex").slice(0, 32);
}
