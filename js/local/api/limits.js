/** What an upload says about how its version runs: limits, placement, cache, and who streams its traces. https://developers.cloudflare.com/workers/configuration/placement/ */
import { ApiError } from "../envelope.js";
import { isObject } from "./body.js";

const MAX_CPU_MS = 300_000;
const PLACES = ["region", "hostname", "host"];
const MODES = ["smart", "targeted"];

/** @returns {object | undefined} as sent @throws {ApiError} 10021 */
export function readLimits(limits) {
  if (limits === undefined || limits === null) return undefined;
  if (!isObject(limits)) throw invalid("limits must be an object");
  checkCount(limits.cpu_ms, "limits.cpu_ms", MAX_CPU_MS);
  checkCount(limits.subrequests, "limits.subrequests", Number.MAX_SAFE_INTEGER);
  return limits;
}

/** @returns {object | undefined} as sent @throws {ApiError} 10021 */
export function readPlacement(placement) {
  if (placement === undefined || placement === null) return undefined;
  if (!isObject(placement)) throw invalid("placement must be an object");
  const { mode, target } = placement;
  if (mode !== undefined && !MODES.includes(mode)) throw invalid(`placement.mode must be ${MODES.join(" or ")}`);
  const wrong = PLACES.find((name) => placement[name] !== undefined && typeof placement[name] !== "string");
  if (wrong) throw invalid(`placement.${wrong} must be a string`);
  if (target !== undefined && !(Array.isArray(target) && target.length === 1 && target.every(isObject)))
    throw invalid("placement.target must be a list of one place");
  return placement;
}

/** @returns {object | undefined} as sent @throws {ApiError} 10021 */
export function readCacheOptions(options) {
  if (options === undefined || options === null) return undefined;
  if (!isObject(options) || typeof options.enabled !== "boolean")
    throw invalid("cache_options.enabled must be a boolean");
  if (!["undefined", "boolean"].includes(typeof (options.cross_version_cache ?? undefined)))
    throw invalid("cache_options.cross_version_cache must be a boolean");
  return options;
}

/** Reads add what Cloudflare found out about a Worker; here it is asked too seldom for that. */
export function placementView(placement) {
  if (placement?.mode !== "smart") return placement ?? {};
  return { ...placement, status: "INSUFFICIENT_INVOCATIONS", last_analyzed_at: null };
}

function checkCount(value, name, most) {
  if (value === undefined || value === null) return;
  if (!Number.isInteger(value) || value < 1 || value > most) throw invalid(`${name} must be between 1 and ${most}`);
}

function invalid(message) {
  return new ApiError(400, 10021, message);
}
