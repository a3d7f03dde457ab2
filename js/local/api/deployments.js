/** Deployments: which versions serve how much. https://developers.cloudflare.com/workers/configuration/versions-and-deployments/gradual-deployments/ */
import { isDeepStrictEqual } from "node:util";
import { ApiError, pageOf, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { addDeployment, DEPLOYABLE_VERSIONS, liveDeployment, liveVersion } from "../versions.js";
import { isSecret } from "./bindings.js";
import { isObject, readObject } from "./body.js";
import { deployClasses } from "./classes.js";
import { scriptOf } from "./lookup.js";
import { readAnnotations } from "./metadata.js";
import { endpoint } from "./router.js";
import { deploymentView } from "./script-view.js";
import { sourceOf } from "./upload.js";

const DEPLOYMENTS = "/accounts/{accountId}/workers/scripts/{scriptName}/deployments";

export const deployments = [
  endpoint("GET", DEPLOYMENTS, reads("Workers Scripts"), list),
  endpoint("POST", DEPLOYMENTS, writes("Workers Scripts"), deploy),
  endpoint("GET", `${DEPLOYMENTS}/{deploymentId}`, reads("Workers Scripts"), read),
  endpoint("DELETE", `${DEPLOYMENTS}/{deploymentId}`, writes("Workers Scripts"), remove),
];

function list(context) {
  const { query } = context;
  const since = Date.parse(query.get("since") ?? "") || Number.NEGATIVE_INFINITY;
  const until = Date.parse(query.get("until") ?? "") || Number.POSITIVE_INFINITY;
  const inTime = scriptOf(context).deployments.filter(({ createdOn }) => {
    const at = Date.parse(createdOn);
    return at >= since && at <= until;
  });
  const { items } = pageOf(inTime, query, { perPage: 10, max: 100 });
  return success({ deployments: items.map(deploymentView) });
}

function deploy(context) {
  const { state, request, params, query, runtime, turn } = context;
  return turn(params.scriptName, async () => {
    const script = scriptOf(context);
    const body = readObject(request, 10026);
    const versions = readSplit(script, body);
    if (query.get("force") !== "true") refuseSecretRollback(script, versions);
    deployClassesOf(context, script, versions);
    const { "workers/message": message } = readAnnotations(body.annotations ?? undefined);
    const annotations = {
      "workers/triggered_by": "deployment",
      ...(message !== undefined && { "workers/message": message }),
    };
    const deployment = addDeployment(state, script, { versions, annotations, source: sourceOf(request.headers) });
    runtime.changed();
    return success(deploymentView(deployment));
  });
}

function read(context) {
  return success(deploymentView(deploymentOf(context)));
}

function remove(context) {
  const script = scriptOf(context);
  const deployment = deploymentOf(context);
  if (deployment === liveDeployment(script)) throw new ApiError(400, 10021, "The live deployment cannot be deleted.");
  script.deployments = script.deployments.filter((other) => other !== deployment);
  return success(undefined);
}

function deploymentOf(context) {
  const found = scriptOf(context).deployments.find(({ id }) => id === context.params.deploymentId);
  if (!found) throw new ApiError(404, 10336, "Deployment not found.");
  return found;
}

function readSplit(script, { strategy, versions }) {
  if (strategy !== "percentage") throw invalid("strategy must be percentage");
  if (!Array.isArray(versions) || versions.length < 1 || versions.length > 2)
    throw invalid("one or two versions are required");
  const split = versions.map((share) => readShare(script, share));
  if (new Set(split.map(({ versionId }) => versionId)).size !== split.length) throw invalid("a version is named twice");
  const sum = split.reduce((total, { percentage }) => total + Math.round(percentage * 100), 0);
  if (sum !== 10_000) throw invalid("percentages must sum to 100");
  return split;
}

function readShare(script, share) {
  if (!isObject(share)) throw invalid("a version must be an object");
  const { version_id: versionId, percentage } = share;
  const deployable = script.versions.slice(0, DEPLOYABLE_VERSIONS);
  if (!deployable.some(({ id }) => id === versionId))
    throw new ApiError(404, 100146, `Version '${versionId}' not found.`);
  if (typeof percentage !== "number" || percentage < 0.01 || percentage > 100) {
    throw invalid("percentage must be between 0.01 and 100");
  }
  return { versionId, percentage };
}

/** What versions say of their classes comes with them; two that share requests must say the same. */
function deployClassesOf(context, script, split) {
  const [main, ...others] = split.map(({ versionId }) => script.versions.find(({ id }) => id === versionId));
  if (others.some(({ exports }) => !isDeepStrictEqual(exports, main.exports)))
    throw new ApiError(400, 100405, "Versions of one deployment cannot have different exports.");
  deployClasses(context, script, main);
}

/** Going back to a version from before a secret was changed is refused unless forced. wrangler reads the names out of the message. */
function refuseSecretRollback(script, versions) {
  const live = liveVersion(script);
  if (!live) return;
  const older = versions
    .map(({ versionId }) => script.versions.find(({ id }) => id === versionId))
    .filter(({ number }) => number < live.number);
  const changed = new Set(older.flatMap((version) => changedSecrets(version, live)));
  if (changed.size === 0) return;
  throw new ApiError(400, 10220, `The following secrets have changed: ${[...changed].sort().join(", ")}`);
}

function changedSecrets(before, after) {
  const [old, now] = [before, after].map(
    ({ bindings }) => new Map(bindings.filter(isSecret).map((one) => [one.name, one])),
  );
  const names = [...new Set([...old.keys(), ...now.keys()])];
  return names.filter((name) => !isDeepStrictEqual(old.get(name), now.get(name)));
}

function invalid(message) {
  return new ApiError(400, 10021, message);
}
