/** Settings of a script that make no version: logpush, observability, tags, tail consumers. */
import { ApiError, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { isObject, readObject } from "./body.js";
import { scriptOf } from "./lookup.js";
import { readTags } from "./metadata.js";
import { endpoint } from "./router.js";
import { settingsView } from "./script-view.js";

const PATH = "/accounts/{accountId}/workers/scripts/{scriptName}/script-settings";

export const scriptSettings = [
  endpoint("GET", PATH, reads("Workers Scripts", "Workers Tail"), (context) =>
    success(settingsView(scriptOf(context))),
  ),
  endpoint("PATCH", PATH, writes("Workers Scripts"), patch),
];

/**
 * Sets those of the four keys that `sent` has, each as a whole.
 * @throws {ApiError} before anything is changed
 */
export function applySettings({ state }, script, sent) {
  const changes = readSettings(state, sent);
  Object.assign(script, changes);
}

/** The checked settings in `sent`, by the names of the state. */
export function readSettings(state, sent) {
  const changes = {};
  if ("tags" in sent) changes.tags = readTags(sent.tags);
  if ("logpush" in sent) changes.logpush = boolean(sent.logpush, "logpush");
  if ("observability" in sent) changes.observability = observability(sent.observability);
  if ("tail_consumers" in sent) changes.tailConsumers = readTailConsumers(state, sent.tail_consumers);
  return changes;
}

function patch(context) {
  const script = scriptOf(context);
  applySettings(context, script, readObject(context.request, 10026));
  context.runtime.changed();
  return success(settingsView(script));
}

function observability(value) {
  if (value === null) return null;
  if (!isObject(value) || typeof value.enabled !== "boolean") throw invalid("observability.enabled must be a boolean");
  rate(value.head_sampling_rate, "observability.head_sampling_rate");
  optionalBoolean(value.redact_query_string, "observability.redact_query_string");
  optionalBoolean(value.issues?.enabled, "observability.issues.enabled");
  for (const part of ["logs", "traces"]) observed(value[part], `observability.${part}`);
  return value;
}

/** Logs and traces: each its own switches. */
function observed(part, name) {
  if (part === undefined || part === null) return;
  if (!isObject(part)) throw invalid(`${name} must be an object`);
  for (const key of ["enabled", "invocation_logs", "persist"]) optionalBoolean(part[key], `${name}.${key}`);
  const { destinations = null } = part;
  if (destinations !== null && !(Array.isArray(destinations) && destinations.every((one) => typeof one === "string")))
    throw invalid(`${name}.destinations must be a list of names`);
  rate(part.head_sampling_rate, `${name}.head_sampling_rate`);
}

/** @returns {object[]} as sent @throws {ApiError} 10021, 10144 for a Worker that is not there */
export function readTailConsumers(state, sent, key = "tail_consumers") {
  const list = sent ?? [];
  if (!Array.isArray(list)) throw invalid(`${key} must be a list`);
  for (const consumer of list) {
    if (!isObject(consumer) || typeof consumer.service !== "string") throw invalid("tail consumer without a service");
    if (!state.scripts.has(consumer.service)) {
      throw new ApiError(400, 10144, `Tail consumer '${consumer.service}' not found.`);
    }
  }
  return list;
}

function rate(value, name) {
  if (value === undefined || value === null) return;
  if (typeof value !== "number" || value < 0 || value > 1) throw invalid(`${name} must be between 0 and 1`);
}

function optionalBoolean(value, name) {
  if (value !== undefined && value !== null) boolean(value, name);
}

function boolean(value, name) {
  if (typeof value !== "boolean") throw invalid(`${name} must be a boolean`);
  return value;
}

function invalid(message) {
  return new ApiError(400, 10021, message);
}
