/** Cron triggers of a script. https://developers.cloudflare.com/workers/configuration/cron-triggers/ */
import { ApiError, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { canonicalCron, readCron } from "../schedules/cron.js";
import { timestamp } from "../state.js";
import { liveVersion } from "../versions.js";
import { isObject, readArray } from "./body.js";
import { scriptOf } from "./lookup.js";
import { endpoint } from "./router.js";

const PATH = "/accounts/{accountId}/workers/scripts/{scriptName}/schedules";
const PER_ACCOUNT = 250;

export const schedules = [
  endpoint("GET", PATH, reads("Workers Scripts"), list),
  endpoint("PUT", PATH, writes("Workers Scripts"), replace),
];

/** Where an answer is stale on purpose, the state has the schedules of then. */
function list(context) {
  const { name, schedules } = scriptOf(context);
  return success({ schedules: context.state.schedules?.get(name) ?? schedules });
}

function replace(context) {
  const { state, request } = context;
  const script = scriptOf(context);
  const crons = readArray(request, 10026).map(sentCron);
  const elsewhere = [...state.scripts.values()].filter((other) => other !== script);
  const total = elsewhere.reduce((sum, other) => sum + other.schedules.length, crons.length);
  if (total > PER_ACCOUNT)
    throw new ApiError(400, 10072, `You have exceeded the limit of ${PER_ACCOUNT} cron triggers.`);
  if (crons.length > 0 && !liveVersion(script)?.handlers.includes("scheduled")) {
    throw new ApiError(400, 10069, "This Worker has no scheduled event handler.");
  }
  const at = timestamp(state);
  script.schedules = crons.map((cron) => {
    const old = script.schedules.find((schedule) => schedule.cron === cron);
    return old ?? { cron, created_on: at, modified_on: at };
  });
  return success({ schedules: script.schedules });
}

function sentCron(item) {
  const cron = isObject(item) && typeof item.cron === "string" ? canonicalCron(item.cron) : "";
  if (!readCron(cron)) throw new ApiError(400, 10100, `Invalid cron string: ${item?.cron}`);
  return cron;
}
