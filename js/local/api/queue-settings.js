/** Settings of queues and consumers: range and default of each. https://developers.cloudflare.com/queues/platform/limits/ */
import { ApiError } from "../envelope.js";
import { isObject } from "./body.js";

const DAY_SECONDS = 86_400;
const HALF_A_DAY_MS = 43_200_000;

/** name → [least, most, default] */
export const QUEUE_SETTINGS = {
  __proto__: null,
  delivery_delay: [0, DAY_SECONDS, 0],
  message_retention_period: [60, 14 * DAY_SECONDS, 4 * DAY_SECONDS],
  delivery_paused: "boolean",
};
export const CONSUMER_SETTINGS = {
  __proto__: null,
  batch_size: [1, 100, 10],
  max_concurrency: [1, 250, null],
  max_retries: [0, 100, 3],
  max_wait_time_ms: [0, 60_000, 5000],
  retry_delay: [0, DAY_SECONDS, 0],
};
export const PULL_SETTINGS = {
  __proto__: null,
  batch_size: [1, 100, 10],
  max_retries: [0, 100, 3],
  retry_delay: [0, DAY_SECONDS, 0],
  visibility_timeout_ms: [0, HALF_A_DAY_MS, 30_000],
};

/**
 * @param {object} [before] what is kept where nothing was sent; else the defaults
 * @throws {ApiError} with `code` for a value out of its range
 */
export function readSettings(sent, known, code, before = {}) {
  if (!isObject(sent ?? {})) throw new ApiError(400, code, "settings must be an object.");
  const settings = { ...before, ...sent };
  const read = Object.entries(known).map(([name, rule]) => [name, readSetting(name, settings[name], rule, code)]);
  return Object.fromEntries(read.filter(([, value]) => value !== undefined));
}

function readSetting(name, value, rule, code) {
  if (rule === "boolean") {
    if (value === undefined || typeof value === rule) return value;
    throw new ApiError(400, code, `${name} must be a boolean.`);
  }
  const [least, most, otherwise] = rule;
  if (value === undefined || value === null) return otherwise;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new ApiError(400, code, `${name} must be a whole number from ${least} to ${most}.`);
}
