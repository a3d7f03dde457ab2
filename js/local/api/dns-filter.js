/** Filters and order of the DNS record list. */
import { asciiName } from "../state.js";

const TEXT_TESTS = {
  __proto__: null,
  exact: (value, wanted) => value === wanted,
  startswith: (value, wanted) => value.startsWith(wanted),
  endswith: (value, wanted) => value.endsWith(wanted),
  contains: (value, wanted) => value.includes(wanted),
};

/** @param {URLSearchParams} query @returns {(record: object) => boolean} */
export function recordFilter(query) {
  const tests = [...query.entries()].map(([key, wanted]) => testFor(key, wanted)).filter(Boolean);
  if (tests.length === 0) return () => true;
  const any = query.get("match") === "any";
  return (record) => (any ? tests.some((test) => test(record)) : tests.every((test) => test(record)));
}

/** @param {URLSearchParams} query @returns {(a: object, b: object) => number} by name and type, as in the dashboard, if nothing is asked */
export function recordOrder(query) {
  const key = query.get("order") ?? "name";
  const sign = query.get("direction") === "desc" ? -1 : 1;
  return (a, b) => sign * compare(a[key], b[key]) || compare(a.type, b.type) || compare(a.content, b.content);
}

function testFor(key, wanted) {
  if (key === "type") return (record) => record.type === wanted.toUpperCase();
  if (key === "proxied") return (record) => String(record.proxied) === wanted;
  if (key === "search")
    return (record) => [record.name, record.content, record.comment].some((text) => has(text, wanted));
  if (key === "tag") return (record) => record.tags.includes(wanted);
  const [field, operator = "exact"] = key.split(".");
  if (!["name", "content", "comment"].includes(field)) return undefined;
  if (operator === "present") return (record) => record[field] !== null;
  if (operator === "absent") return (record) => record[field] === null;
  const test = TEXT_TESTS[operator];
  const sought = field === "name" && operator === "exact" ? asciiName(wanted) : wanted.toLowerCase();
  return test && ((record) => test((record[field] ?? "").toLowerCase(), sought));
}

const has = (text, wanted) => (text ?? "").toLowerCase().includes(wanted.toLowerCase());

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
