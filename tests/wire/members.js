/**
 * What an answer of an API holds: the types of each member, by its path. `result[].id` is a member of every element of a
 * list, `header{}` the values of an object whose keys are data. A path that ends in `?` is in some of its objects only.
 */

/** Members whose keys are the user's data, so that they have no members of their own. */
const KEYED = new Set(["country_pools", "header", "pool_weights", "pop_pools", "region_pools"]);

/**
 * @param {unknown[]} answers of one endpoint
 * @returns {Record<string, string>} path → types, as in `null | string`
 */
export function membersOf(answers) {
  const seen = new Map();
  for (const answer of answers) collect(answer, "", seen);
  const members = [...seen].flatMap(([path, { objects, present }]) =>
    [...present].map(([name, { count, types }]) => [
      joined(path, name, count < objects),
      [...types].toSorted().join(" | "),
    ]),
  );
  return Object.fromEntries(members.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

/**
 * How our members differ from those that were recorded. What stands only below another difference, and what the
 * recordings show empty, is not looked at.
 * @returns {Record<string, string>} path → `missing`, `more`, or the type that was not recorded
 */
export function differences(ours, recorded) {
  const [our, their] = [ours, recorded].map(byPath);
  const missing = [...their]
    .filter(([path, { always }]) => always && !(our.get(path)?.always ?? false) && our.has(parentOf(path)))
    .map(([path]) => [path, "missing"]);
  const more = [...our]
    .filter(([path]) => !their.has(path) && isDescribed(path, their))
    .map(([path]) => [path, "more"]);
  const types = [...our].flatMap(([path, { types }]) => {
    const known = their.get(path)?.types ?? types;
    return types.filter((type) => !known.includes(type)).map((type) => [path, type]);
  });
  return Object.fromEntries([...missing, ...more, ...types]);
}

function collect(value, path, seen) {
  for (const item of Array.isArray(value) ? value : []) collectMember(item, path, "[]", seen);
  if (typeOf(value) !== "object") return;
  const keyed = KEYED.has(path.split(/[.[]/).at(-1));
  const place = placeOf(path, seen);
  place.objects += 1;
  for (const [name, member] of Object.entries(value)) collectMember(member, path, keyed ? "{}" : name, seen);
}

function collectMember(value, path, name, seen) {
  const { present } = placeOf(path, seen);
  const member = present.get(name) ?? { count: 0, types: new Set() };
  present.set(name, member);
  member.count += 1;
  member.types.add(typeOf(value));
  collect(value, pathOf(path, name), seen);
}

function placeOf(path, seen) {
  if (!seen.has(path)) seen.set(path, { objects: 0, present: new Map() });
  return seen.get(path);
}

const isElement = (name) => name === "[]" || name === "{}";
const pathOf = (path, name) => (isElement(name) || path === "" ? path + name : `${path}.${name}`);
const joined = (path, name, isOptional) => pathOf(path, name) + (isOptional && !isElement(name) ? "?" : "");
const parentOf = (path) => path.replace(/(\[\]|\{\}|\.?[^.[\]{}]+)$/, "");

function typeOf(value) {
  if (value === null) return "null";
  return Array.isArray(value) ? "list" : typeof value;
}

/** With the answer itself, which always is. */
function byPath(members) {
  const entries = Object.entries(members).map(([path, types]) => [
    path.replace(/\?$/, ""),
    { always: !path.endsWith("?"), types: types.split(" | ") },
  ]);
  return new Map([["", { always: true, types: ["object"] }], ...entries]);
}

/** Whether the recordings show anything of what this is a member of. */
function isDescribed(path, their) {
  const parent = parentOf(path);
  return their.has(parent) && [...their.keys()].some((known) => known !== "" && parentOf(known) === parent);
}
