/** The keys that wrangler's own schema knows, as `keys.json` lists them for the engine's table. */

/** Entries of lists, and mappings, whose members are listed too. */
const LEVELS = 2;

/** A key that no environment inherits, as wrangler's reader of an environment asks for it. */
const ASKED_FOR = /notInheritable\(\s*(?:\w+,\s*){5}"(\w+)"/g;

/**
 * @param {object} schema `config-schema.json` of the package wrangler
 * @param {string} code of its program: the schema does not say of every key that no environment inherits it
 * @returns {Record<string, { environments: string, members: string[] }>}
 */
export function knownKeys(schema, code) {
  const own = new Set([...code.matchAll(ASKED_FOR)].map(([, key]) => key));
  const { RawConfig: top, RawEnvironment: environment } = schema.definitions;
  const rows = Object.entries(top.properties).map(([key, value]) => {
    const inEnvironments = key in environment.properties;
    const environments = inEnvironments ? (own.has(key) ? "own" : "inherited") : "top";
    return [key, { environments, members: [...new Set(membersOf(schema, value, LEVELS))].sort() }];
  });
  return Object.fromEntries(rows.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Paths of members, those of a list's entries without an index. */
function membersOf(schema, value, levels, path = "") {
  if (levels === 0 || value === undefined) return [];
  if (value.$ref) return membersOf(schema, schema.definitions[value.$ref.split("/").at(-1)], levels, path);
  const choices = [...(value.anyOf ?? []), ...(value.items ? [value.items] : [])];
  const own = Object.entries(value.properties ?? {}).flatMap(([key, inner]) => {
    const name = path === "" ? key : `${path}.${key}`;
    return [name, ...membersOf(schema, inner, levels - 1, name)];
  });
  return [...own, ...choices.flatMap((choice) => membersOf(schema, choice, levels, path))];
}
