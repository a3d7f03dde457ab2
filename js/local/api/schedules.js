/** Cron triggers of a script. https://developers.cloudflare.com/workers/configuration/cron-triggers/ */
import { ApiError, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { timestamp } from "../state.js";
import { liveVersion } from "../versions.js";
import { isObject, readArray } from "./body.js";
import { scriptOf } from "./lookup.js";
import { endpoint } from "./router.js";

const PATH = "/accounts/{accountId}/workers/scripts/{scriptName}/schedules";
const PER_ACCOUNT = 250;
const MONTHS = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC";
const WEEKDAYS = "SUN|MON|TUE|WED|THU|FRI|SAT";
/** the five fields: range, names, and the letters that a field has of its own; weekday 1 = Sunday */
const FIELDS = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31, special: /^(L|LW|\d{1,2}W)$/ },
  { min: 1, max: 12, names: MONTHS },
  { min: 1, max: 7, names: WEEKDAYS, special: /^(L|[1-7]L|[1-7]#[1-5])$/ },
];

export const schedules = [
  endpoint("GET", PATH, reads("Workers Scripts"), (context) => success({ schedules: scriptOf(context).schedules })),
  endpoint("PUT", PATH, writes("Workers Scripts"), replace),
];

function replace(context) {
  const { state, request } = context;
  const script = scriptOf(context);
  const crons = readArray(request, 10026).map(readCron);
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

function readCron(item) {
  const cron = isObject(item) && typeof item.cron === "string" ? item.cron.trim().replaceAll(/\s+/g, " ") : "";
  const fields = cron.split(" ");
  const ok = fields.length === FIELDS.length && fields.every((field, index) => isField(field, FIELDS[index]));
  if (!ok) throw new ApiError(400, 10100, `Invalid cron string: ${item?.cron}`);
  return cron;
}

function isField(text, field) {
  return text.split(",").every((term) => {
    const [range, step, ...rest] = term.split("/");
    if (rest.length > 0 || (step !== undefined && !(/^\d+$/.test(step) && Number(step) >= 1))) return false;
    if (range === "*" || field.special?.test(range)) return true;
    const ends = range.split("-");
    return ends.length <= 2 && ends.every((end) => isValue(end, field));
  });
}

function isValue(text, { min, max, names }) {
  if (names && new RegExp(`^(${names})$`, "i").test(text)) return true;
  return /^\d{1,2}$/.test(text) && Number(text) >= min && Number(text) <= max;
}
