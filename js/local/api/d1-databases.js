/** Databases of D1. https://developers.cloudflare.com/api/resources/d1/subresources/database/ */
import { ApiError } from "../envelope.js";
import { newUuid, timestamp } from "../state.js";
import { isObject } from "./body.js";
import { family, thingOf } from "./family.js";

export const PATH = "/accounts/{accountId}/d1/database";
const NAME = /^[a-z0-9][a-z0-9-_]*$/;
const MAX_NAME = 64;
const LOCATIONS = ["apac", "eeur", "enam", "weur", "wnam", "oc"];
const JURISDICTIONS = ["eu", "fedramp", "us"];
const MODES = ["auto", "disabled"];
/** What Cloudflare shows of a database that nobody has used yet. */
const UNUSED = { size: 12_288, tables: 0 };

const DATABASES = {
  path: PATH,
  id: "databaseId",
  table: "databases",
  nouns: ["D1"],
  pages: { perPage: 100, max: 10_000 },
  missing: () => new ApiError(404, 7404, "The requested database was not found."),
  choose: (databases, query) => databases.filter(({ name }) => name.includes(query.get("name") ?? "")),
  about: ({ total_pages: _pages, ...shown }) => shown,
  unreadable: 7400,
  create: ({ state }, sent) => ({
    id: newUuid(),
    name: readName(state, sent.name),
    createdOn: `${timestamp(state).slice(0, 23)}Z`,
    location: oneOf(LOCATIONS, sent, "primary_location_hint"),
    jurisdiction: oneOf(JURISDICTIONS, sent, "jurisdiction"),
    replication: readReplication(sent.read_replication) ?? "disabled",
    used: false,
  }),
  change: { PUT: replicate, PATCH: replicate },
  remove: async ({ runtime }, database) => {
    if (database.used) await runtime.database(database.id).erase();
    return null;
  },
  item: listed,
  view: async (context, database) => chosenFields(context, { ...(await listed(context, database)), ...more(database) }),
};

export const d1Databases = family(DATABASES);

/** The database that the path names. @throws {ApiError} 404/7404 */
export const databaseOf = (context) => thingOf(DATABASES, context);

/** Its SQL: from now on it may hold something. */
export function sqlOf({ runtime }, database) {
  database.used = true;
  return runtime.database(database.id);
}

export function malformed(message) {
  return new ApiError(400, 7400, `The request is malformed: ${message}`);
}

function replicate(_, database, sent) {
  database.replication = readReplication(sent.read_replication) ?? database.replication;
}

function readName(state, name) {
  if (typeof name !== "string" || !NAME.test(name) || name.length > MAX_NAME)
    throw malformed("name must be lower-case letters, digits, hyphens and underscores");
  if ([...state.databases.values()].some((database) => database.name === name))
    throw new ApiError(409, 7502, `A database with the name ${name} already exists.`);
  return name;
}

function oneOf(allowed, sent, key) {
  if (sent[key] === undefined || sent[key] === null || allowed.includes(sent[key])) return sent[key] ?? undefined;
  throw malformed(`${key} must be one of ${allowed.join(", ")}`);
}

function readReplication(sent) {
  if (sent === undefined || sent === null) return undefined;
  if (isObject(sent) && MODES.includes(sent.mode)) return sent.mode;
  throw malformed(`read_replication.mode must be one of ${MODES.join(", ")}`);
}

async function listed({ runtime }, { id, name, createdOn, used }) {
  const { size, tables } = used ? await runtime.database(id).about() : UNUSED;
  return { uuid: id, name, created_at: createdOn, version: "production", num_tables: tables, file_size: size };
}

/** What the list leaves out. */
function more({ location, jurisdiction, replication }) {
  return {
    running_in_region: (location ?? "weur").toUpperCase(),
    ...(jurisdiction && { jurisdiction }),
    read_replication: { mode: replication },
  };
}

function chosenFields({ query }, shown) {
  const fields = query.get("fields")?.split(",");
  return fields ? Object.fromEntries(Object.entries(shown).filter(([name]) => fields.includes(name))) : shown;
}
