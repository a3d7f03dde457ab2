/** Settings of script and version together. https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/script_and_version_settings/ */
import { ApiError, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { addDerivedVersion, deployWhole, liveVersion } from "../versions.js";
import { checkAssetsBinding } from "./asset-config.js";
import { resolveBindings, shown } from "./bindings.js";
import { mediaType } from "./body.js";
import { placementView, readCacheOptions, readLimits, readPlacement } from "./limits.js";
import { newestOf, scriptOf, stillUnseen } from "./lookup.js";
import {
  readAnnotations,
  readCompatibilityDate,
  readCompatibilityFlags,
  readMetadata,
  readUsageModel,
} from "./metadata.js";
import { readParts } from "./multipart.js";
import { endpoint } from "./router.js";
import { applySettings, readSettings } from "./script-settings.js";
import { settingsView } from "./script-view.js";
import { sourceOf, trialStart } from "./upload.js";

const PATH = "/accounts/{accountId}/workers/scripts/{scriptName}/settings";

export const settings = [
  endpoint("GET", PATH, reads("Workers Scripts"), read),
  endpoint("PATCH", PATH, writes("Workers Scripts"), patch),
];

function read(context) {
  const script = scriptOf(context);
  const version = newestOf(stillUnseen(script, "settings") ? { versions: [] } : script);
  return success(
    view(script, context.switches.settingsSpeaksOf === "live" ? (liveVersion(script) ?? version) : version),
  );
}

/** Makes a version from the newest one and deploys it, so it can put an undeployed upload live. */
function patch(context) {
  const { state, params, request, runtime, turn } = context;
  const sent = readForm(request);
  return turn(params.scriptName, async () => {
    const script = scriptOf(context);
    const base = newestOf(script);
    readSettings(state, sent);
    const changes = versionChanges(context, script, base, sent);
    checkAssetsBinding({ ...base, ...changes });
    const { fields, messages } = await trialStart(context, { ...base, ...changes });
    applySettings(context, script, sent);
    const version = addDerivedVersion(state, script, base, fields);
    deployWhole(state, script, version, { "workers/triggered_by": "deployment" });
    runtime.changed();
    return success(view(script, version), { messages });
  });
}

function readForm(request) {
  if (mediaType(request.headers["content-type"]) !== "multipart/form-data") {
    throw new ApiError(400, 10001, "content type required: multipart/form-data");
  }
  const parts = readParts(request);
  if (parts.length !== 1 || parts[0].name !== "settings") {
    throw new ApiError(400, 10026, "could not parse request body: one part named settings is required");
  }
  return readMetadata(parts[0]);
}

function versionChanges(context, script, base, sent) {
  const { state, switches, query, params, request } = context;
  const today = new Date(state.clock.now());
  const changes = { source: sourceOf(request.headers) };
  if ("compatibility_date" in sent) changes.compatibilityDate = readCompatibilityDate(sent.compatibility_date, today);
  if ("compatibility_flags" in sent) changes.compatibilityFlags = readCompatibilityFlags(sent.compatibility_flags);
  if ("usage_model" in sent) changes.usageModel = readUsageModel(sent.usage_model);
  if ("limits" in sent) changes.limits = readLimits(sent.limits);
  if ("placement" in sent) changes.placement = readPlacement(sent.placement);
  if ("cache_options" in sent) changes.cacheOptions = readCacheOptions(sent.cache_options);
  changes.annotations = readAnnotations(sent.annotations ?? undefined, switches.longTag);
  changes.bindings = base.bindings;
  if ("bindings" in sent) {
    const strictInherit = query.get("bindings_inherit") === "strict";
    const options = { state, switches, strictInherit, scriptName: params.scriptName };
    changes.bindings = resolveBindings({ bindings: sent.bindings }, script.versions, options);
  }
  return changes;
}

/** Without etag, version id and migration tag. */
function view(script, version) {
  return {
    annotations: version.annotations,
    bindings: version.bindings.map(shown),
    compatibility_date: version.compatibilityDate,
    compatibility_flags: version.compatibilityFlags,
    usage_model: version.usageModel,
    limits: version.limits ?? {},
    placement: placementView(version.placement),
    cache_options: version.cacheOptions ?? null,
    ...settingsView(script),
  };
}
