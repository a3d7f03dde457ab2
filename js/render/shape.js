/**
 * What a text needs of a value, which may be anything: a plan from a file, an error of somebody else's making. A shape
 * is a function that answers what it reads, or stops.
 */

/** Deeper than any value of a plan. */
const MAX_DEPTH = 100;

/**
 * Reads a copy, so that nothing of the caller's runs while it is laid out.
 *
 * @template T
 * @param {(data: unknown) => T} shape
 * @returns {T | undefined} undefined for what does not have the shape
 */
export function read(shape, value) {
  try {
    return shape(JSON.parse(JSON.stringify(value)));
  } catch {
    return undefined;
  }
}

export const text = (value) => (typeof value === "string" ? value : stop());
export const flag = (value) => (typeof value === "boolean" ? value : stop());
export const number = (value) => (Number.isSafeInteger(value) && value >= 0 ? value : stop());
/** Shares may have decimals. */
export const amount = (value) => (Number.isFinite(value) && value >= 0 ? value : stop());
export const list = (item) => (value) => (Array.isArray(value) ? value.map((each) => item(each)) : stop());
export const optional = (shape) => (value) => (value === undefined || value === null ? undefined : shape(value));
export const or = (shape, otherwise) => (value) => (value === undefined ? otherwise : shape(value));
export const matching = (pattern) => (value) => (pattern.test(text(value)) ? value : stop());
export const oneOf = (words) => (value) => (words.includes(value) ? value : stop());

/** @param {Record<string, (value: unknown) => unknown>} members */
export function object(members) {
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) stop();
    return Object.fromEntries(Object.entries(members).map(([name, shape]) => [name, shape(value[name])]));
  };
}

/** An object with any names. @param {(value: unknown) => unknown} member */
export function record(member) {
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) stop();
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, member(each)]));
  };
}

/** Any JSON; what is missing is nothing. */
export function json(value = null, depth = 0) {
  if (depth > MAX_DEPTH) stop();
  if (typeof value === "object" && value !== null) for (const each of Object.values(value)) json(each, depth + 1);
  return value;
}

function stop() {
  throw new TypeError("another shape");
}
