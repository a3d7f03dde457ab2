/** Which versions of a script serve, and under which names they are loaded. */

import { createHash } from "node:crypto";

/** Names versions that are to answer. https://developers.cloudflare.com/workers/configuration/versions-and-deployments/version-overrides/ */
const OVERRIDES = "cloudflare-workers-version-overrides";
/** Requests with one key get one version. https://developers.cloudflare.com/workers/configuration/versions-and-deployments/gradual-deployments/#version-affinity */
const KEY = "cloudflare-workers-version-key";

/** What a dictionary of structured fields must be for an override: names with texts. RFC 8941, section 3.2. */
const MEMBER = /^ *([a-z*][a-z0-9_.*-]*)="([\w-]+)" *$/;

/** Versions of the live deployment, largest share first. */
export function liveVersions(script) {
  const shares = [...(script.deployments[0]?.versions ?? [])].sort((left, right) => right.percentage - left.percentage);
  return shares.map(({ versionId }) => script.versions.find(({ id }) => id === versionId)).filter(Boolean);
}

/**
 * The version that answers a request: the one that it names, if that is in the deployment; else by the shares, the same one
 * for the same key.
 * @param {import("../state.js").Script} script
 * @param {Record<string, string>} [headers]
 */
export function drawVersion(script, headers = {}) {
  const shares = script.deployments[0]?.versions ?? [];
  const named = shares.find(({ versionId }) => versionId === overridesOf(headers[OVERRIDES]).get(script.name));
  const draw = headers[KEY] === undefined ? Math.random() * 100 : placeOf(headers[KEY]);
  const upTo = (index) => shares.slice(0, index + 1).reduce((sum, { percentage }) => sum + percentage, 0);
  const share = named ?? shares.find((_, index) => draw < upTo(index)) ?? shares[0];
  return share && script.versions.find(({ id }) => id === share.versionId);
}

/** Version ids by the names of scripts; none where any member is not as it should be, as for the whole header. */
function overridesOf(header) {
  const members = header === undefined ? [] : header.split(",").map((member) => MEMBER.exec(member));
  return new Map(members.includes(null) ? [] : members.map(([, name, versionId]) => [name, versionId]));
}

/** A number below 100, the same for the same key, and spread evenly over all keys. */
function placeOf(key) {
  const digest = createHash("sha256").update(key).digest();
  return (digest.readUInt32BE(0) / 2 ** 32) * 100;
}

/** Versions of one script run side by side while a deployment is split, and where one is looked at before it is live. */
export function loadedName(script, version) {
  const [main] = liveVersions(script);
  return main === version ? script.name : `${script.name}@${version.id}`;
}
