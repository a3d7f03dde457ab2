/** Scripts, versions and deployments as the API shows them. */
import { liveVersion, newestVersion } from "../versions.js";
import { shown } from "./bindings.js";
import { placementView } from "./limits.js";

/** List item and PUT result; never bindings, never annotations. */
export function scriptView(script) {
  const version = liveVersion(script) ?? newestVersion(script);
  return {
    id: script.name,
    tag: script.tag,
    tags: tagsView(script),
    etag: version?.etag,
    handlers: version?.handlers ?? [],
    named_handlers: version?.namedHandlers ?? [],
    has_assets: Boolean(version?.assets),
    has_modules: Boolean(version?.mainModule),
    created_on: script.createdOn,
    modified_on: script.modifiedOn,
    compatibility_date: version?.compatibilityDate,
    compatibility_flags: version?.compatibilityFlags ?? [],
    usage_model: version?.usageModel ?? "standard",
    last_deployed_from: script.lastDeployedFrom,
    ...classesView(script.migrationTag, version?.exports),
    limits: version?.limits ?? {},
    placement: placementView(version?.placement),
    cache_options: version?.cacheOptions ?? null,
    ...settingsView(script),
  };
}

/** The settings that belong to the script and not to a version. */
export function settingsView(script) {
  return {
    logpush: script.logpush,
    observability: observabilityView(script.observability),
    tail_consumers: script.tailConsumers.length > 0 ? script.tailConsumers : null,
    tags: tagsView(script),
  };
}

/** A version with everything but its code. */
export function versionView(script, version) {
  return {
    ...versionItem(version),
    resources: {
      bindings: version.bindings.map(shown),
      script: {
        etag: version.etag,
        handlers: version.handlers,
        named_handlers: version.namedHandlers ?? [],
        last_deployed_from: script.lastDeployedFrom,
      },
      script_runtime: {
        compatibility_date: version.compatibilityDate,
        compatibility_flags: version.compatibilityFlags,
        usage_model: version.usageModel,
        limits: version.limits ?? {},
        ...classesView(version.migrationTag, version.exports),
      },
    },
    startup_time_ms: version.startupTimeMs,
  };
}

/** How far its classes were migrated, and what it says of them. */
function classesView(tag, exports) {
  return { ...(tag !== undefined && { migration_tag: tag }), ...(exports && { exports }) };
}

/** A version in the list. */
export function versionItem(version) {
  return {
    id: version.id,
    number: version.number,
    metadata: {
      author_email: version.authorEmail,
      author_id: version.authorId,
      created_on: version.createdOn,
      modified_on: version.createdOn,
      source: version.source,
      hasPreview: false,
    },
    annotations: version.annotations,
  };
}

/** @param {import("../state.js").Deployment} deployment */
export function deploymentView(deployment) {
  return {
    id: deployment.id,
    created_on: deployment.createdOn,
    source: deployment.source,
    strategy: deployment.strategy,
    author_email: deployment.authorEmail,
    annotations: deployment.annotations,
    versions: deployment.versions.map(({ versionId, percentage }) => ({ version_id: versionId, percentage })),
  };
}

/** Reads return explicit nulls for members that were not set. */
function observabilityView(observability) {
  const { enabled = false, logs, traces, ...rest } = observability ?? {};
  const unset = { head_sampling_rate: null, redact_query_string: null };
  return {
    enabled,
    ...unset,
    ...rest,
    logs: logs ? { head_sampling_rate: null, persist: null, destinations: null, ...logs } : null,
    traces: traces ? { head_sampling_rate: null, persist: null, destinations: null, ...traces } : null,
  };
}

function tagsView(script) {
  return script.tags.length > 0 ? script.tags : null;
}
