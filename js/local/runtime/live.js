/** Which versions of a script serve, and under which names they are loaded. */

/** Versions of the live deployment, largest share first. */
export function liveVersions(script) {
  const shares = [...(script.deployments[0]?.versions ?? [])].sort((left, right) => right.percentage - left.percentage);
  return shares.map(({ versionId }) => script.versions.find(({ id }) => id === versionId)).filter(Boolean);
}

/** A version of a split deployment, by its percentage. */
export function drawVersion(script) {
  const shares = script.deployments[0]?.versions ?? [];
  const draw = Math.random() * 100;
  const upTo = (index) => shares.slice(0, index + 1).reduce((sum, { percentage }) => sum + percentage, 0);
  const share = shares.find((_, index) => draw < upTo(index)) ?? shares[0];
  return share && script.versions.find(({ id }) => id === share.versionId);
}

/** Two versions of one script run side by side while a deployment is split. */
export function loadedName(script, version) {
  const [main] = liveVersions(script);
  return main === version ? script.name : `${script.name}@${version.id}`;
}
