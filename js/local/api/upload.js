/**
 * An upload from the wire to a version that workerd accepted: form, metadata, modules, bindings, trial start.
 * https://developers.cloudflare.com/workers/configuration/multipart-upload-metadata/
 */
import { ApiError } from "../envelope.js";
import { checkAssetsBinding, readAssets } from "./asset-config.js";
import { checkParts, resolveBindings } from "./bindings.js";
import { mediaType } from "./body.js";
import { readClasses } from "./classes.js";
import { readCacheOptions, readLimits, readPlacement } from "./limits.js";
import {
  readAnnotations,
  readCompatibilityDate,
  readCompatibilityFlags,
  readMetadata,
  readUsageModel,
} from "./metadata.js";
import { checkEntry, readModules } from "./modules.js";
import { readParts } from "./multipart.js";
import { readTailConsumers } from "./script-settings.js";

const RAW_NAME = "worker.js";

/**
 * @param {import("./router.js").Context} context
 * @returns {{ metadata: object, modules: import("../state.js").Module[] }}
 */
export function readUpload({ request }) {
  if (mediaType(request.headers["content-type"]) !== "application/javascript") return readForm(request);
  const part = { name: RAW_NAME, contentType: "application/javascript", content: request.body };
  return { metadata: { body_part: RAW_NAME }, modules: readModules([part]) };
}

/**
 * The fields of the version that this upload makes, after workerd has started it once, and what there is to say about it.
 * @param {import("../state.js").Script | undefined} script what is there before
 * @param {string} triggeredBy `upload` or `version_upload`
 * @returns {Promise<{ fields: object, messages: object[], classes: import("./classes.js").ClassChange }>}
 * @throws {ApiError} 10021, 10068 and all that the parts refuse
 */
export async function readVersion(context, script, { metadata, modules }, triggeredBy) {
  const { state, switches, query, params, request, assetSessions } = context;
  const about = { scriptName: params.scriptName, previous: script?.versions[0], assetSessions };
  const assets = readAssets(metadata, about);
  const hasCode = !assets || modules.length > 0 || hasEntry(metadata);
  if (hasCode) checkEntry(metadata, modules);
  else refuseRules(assets);
  const classes = readClasses(context, script, metadata, triggeredBy);
  const fields = {
    modules: modules.filter((module) => module.type !== "source-map"),
    mainModule: metadata.main_module,
    bodyPart: metadata.body_part,
    compatibilityDate: readCompatibilityDate(metadata.compatibility_date, new Date(state.clock.now())),
    compatibilityFlags: readCompatibilityFlags(metadata.compatibility_flags),
    usageModel: readUsageModel(metadata.usage_model),
    limits: readLimits(metadata.limits),
    placement: readPlacement(metadata.placement),
    cacheOptions: readCacheOptions(metadata.cache_options),
    streamingTailConsumers: readTailConsumers(state, metadata.streaming_tail_consumers, "streaming_tail_consumers"),
    annotations: {
      ...readAnnotations(metadata.annotations ?? undefined, switches.longTag),
      "workers/triggered_by": triggeredBy,
    },
    source: sourceOf(request.headers),
    ...(assets && { assets }),
    ...(metadata.exports && { exports: metadata.exports }),
    ...(classes.tag !== undefined && { migrationTag: classes.tag }),
    bindings: resolveBindings(metadata, script?.versions ?? [], {
      state,
      switches,
      strictInherit: query.get("bindings_inherit") === "strict",
      scriptName: params.scriptName,
      carriesOver: true,
      classes,
    }),
  };
  checkParts(fields);
  checkAssetsBinding(fields);
  const accepted = await trialStart(context, fields);
  classes.checkCode(accepted.fields.classNames);
  return { ...accepted, classes };
}

/**
 * Starts the version alone, if it has code.
 * @param {object} fields of the version to be
 * @returns {Promise<{ fields: object, messages: object[] }>} with what the start showed
 * @throws {ApiError} 400 with 10021 or 10068
 */
export async function trialStart({ runtime }, fields) {
  if (fields.modules.length === 0) return { fields: { ...fields, classNames: [] }, messages: [] };
  const verdict = await runtime.check(fields);
  if (!verdict.ok) throw new ApiError(400, verdict.code, verdict.message);
  const { startupTimeMs, handlers, namedHandlers = [], classNames = [], messages = [] } = verdict;
  return {
    fields: { ...fields, startupTimeMs, handlers, namedHandlers, classNames },
    messages: messages.map((message) => ({ code: 10000, message })),
  };
}

/** Who made a version, as Cloudflare tells by user agent. */
export function sourceOf(headers) {
  const agent = headers["user-agent"] ?? "";
  if (/^wrangler\//i.test(agent)) return "wrangler";
  if (/terraform/i.test(agent)) return "terraform";
  return "api";
}

function readForm(request) {
  const parts = readParts(request);
  const named = parts.filter((part) => part.name === "metadata");
  if (named.length > 1) throw new ApiError(400, 10026, "could not parse request body: two metadata parts");
  const metadata = readMetadata(named[0]);
  return { metadata, modules: readModules(parts.filter((part) => part !== named[0])) };
}

/** Whether the metadata names code. */
export const hasEntry = ({ main_module: mainModule, body_part: bodyPart }) => (mainModule ?? bodyPart) !== undefined;

function refuseRules({ config: { run_worker_first: first = false } }) {
  if (first) throw new ApiError(400, 10021, "run_worker_first needs a Worker script");
}
