/**
 * Cron expressions as Cloudflare reads them: five fields in UTC, weekdays from 1 for Sunday, and the letters L, W and #.
 * https://developers.cloudflare.com/workers/configuration/cron-triggers/#supported-cron-expressions
 */

const DAY_MS = 86_400_000;
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const FIELDS = [
  { first: 0, last: 59 },
  { first: 0, last: 23 },
  { first: 1, last: 31 },
  { first: 1, last: 12, names: MONTHS },
  { first: 1, last: 7, names: WEEKDAYS },
];

/** One blank between the fields, none around them. */
export const canonicalCron = (text) => text.trim().replaceAll(/\s+/g, " ");

/**
 * @param {string} text
 * @returns {((at: Date) => boolean) | null} whether it is due in the minute of a time; null for what is no expression
 */
export function readCron(text) {
  const fields = canonicalCron(text).split(" ");
  if (fields.length !== FIELDS.length) return null;
  const [minutes, hours, , months] = fields.map((field, index) => valuesOf(field, FIELDS[index]));
  const days = dayOfMonth(fields[2]);
  const weekdays = dayOfWeek(fields[4]);
  if (!(minutes && hours && days && months && weekdays)) return null;
  // Where both say something, either of them is enough.
  const isDay =
    fields[2] === "*" || fields[4] === "*" ? (at) => days(at) && weekdays(at) : (at) => days(at) || weekdays(at);
  return (at) =>
    minutes.has(at.getUTCMinutes()) && hours.has(at.getUTCHours()) && months.has(at.getUTCMonth() + 1) && isDay(at);
}

function dayOfMonth(text) {
  const last = /^L(?:-([1-9]|[12]\d|30))?(W)?$/.exec(text);
  if (last) {
    const before = Number(last[1] ?? 0);
    return (at) => isOn(at, lastDay(at) - before, last[2] !== undefined);
  }
  const nearest = /^([1-9]|[12]\d|3[01])W$/.exec(text);
  if (nearest) return (at) => isOn(at, Number(nearest[1]), true);
  const days = valuesOf(text, FIELDS[2]);
  return days && ((at) => days.has(at.getUTCDate()));
}

function dayOfWeek(text) {
  if (text === "L") return (at) => at.getUTCDay() === 6;
  const [, day, letter] = /^([A-Z]{3}|[1-7])(L|#[1-5])$/i.exec(text) ?? [];
  if (letter !== undefined) {
    const wanted = numberOf(day, FIELDS[4]);
    if (wanted === null) return null;
    const isWeekday = (at) => at.getUTCDay() + 1 === wanted;
    if (/L/i.test(letter)) return (at) => isWeekday(at) && at.getUTCDate() > lastDay(at) - 7;
    return (at) => isWeekday(at) && Math.ceil(at.getUTCDate() / 7) === Number(letter.slice(1));
  }
  const days = valuesOf(text, FIELDS[4]);
  return days && ((at) => days.has(at.getUTCDay() + 1));
}

/** Whether it is that day of the month, or the working day next to it that lies in the same month. */
function isOn(at, day, onWorkingDay) {
  if (day < 1 || day > lastDay(at)) return false;
  if (!onWorkingDay) return at.getUTCDate() === day;
  const weekday = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), day)).getUTCDay();
  const saturday = day === 1 ? day + 2 : day - 1;
  const sunday = day === lastDay(at) ? day - 2 : day + 1;
  return at.getUTCDate() === { 6: saturday, 0: sunday }[weekday] || (at.getUTCDate() === day && weekday % 6 !== 0);
}

const lastDay = (at) => new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1) - DAY_MS).getUTCDate();

/** @returns {Set<number> | null} */
function valuesOf(text, field) {
  const terms = text.split(",").map((term) => termValues(term, field));
  return terms.includes(null) ? null : new Set(terms.flat());
}

/** `*`, a value, or a range, with a step or without; a range may go over the end. @returns {number[] | null} */
function termValues(text, field) {
  const [range, step, ...more] = text.split("/");
  if (more.length > 0 || (step !== undefined && !isNumber(step, 1, field.last - field.first))) return null;
  const [from, to, ...others] = range === "*" ? [field.first, field.last] : range.split("-");
  const start = typeof from === "number" ? from : numberOf(from, field);
  const openEnd = step === undefined ? start : field.last;
  const end = to === undefined ? openEnd : typeof to === "number" ? to : numberOf(to, field);
  if (others.length > 0 || start === null || end === null) return null;
  const count = field.last - field.first + 1;
  const length = (end - start + count) % count;
  const places = Array.from({ length: length + 1 }, (_, place) => place).filter((place) => place % (step ?? 1) === 0);
  return places.map((place) => ((start - field.first + place) % count) + field.first);
}

function numberOf(text, { first, last, names = [] }) {
  const named = names.indexOf(text.toUpperCase());
  if (named !== -1) return first + named;
  return isNumber(text, first, last) ? Number(text) : null;
}

const isNumber = (text, first, last) => /^\d{1,2}$/.test(text) && Number(text) >= first && Number(text) <= last;
