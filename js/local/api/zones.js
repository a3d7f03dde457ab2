/** Zones. https://developers.cloudflare.com/api/resources/zones/ */
import { allows, allowsAnywhere, allowsInAllZones } from "../auth.js";
import { ApiError, pageOf, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { addZone } from "../state.js";
import { isObject, readObject } from "./body.js";
import { shownZone } from "./hostnames.js";
import { endpoint, notRouted } from "./router.js";

const NAME = /^([a-z0-9][-a-z0-9]*\.)+[-a-z0-9]{2,20}$/;
const ZONE_LIST = "com.cloudflare.api.account.zone.list";
const GROUPS_THAT_SEE_A_ZONE = [
  "Zone",
  "DNS",
  "Workers Routes",
  "Workers Scripts",
  "SSL and Certificates",
  "Load Balancers",
];
const TYPES = ["full", "partial", "secondary", "internal"];

export const zones = [
  endpoint("GET", "/zones", [], list),
  endpoint("POST", "/zones", [], create),
  endpoint("GET", "/zones/{zoneRef}", [], read),
  endpoint("PATCH", "/zones/{zoneId}", writes("Zone"), patch),
  endpoint("DELETE", "/zones/{zoneId}", writes("Zone"), remove),
];

/** operator of `name=` and `account.name=` → test of the value against the wanted text */
const OPERATORS = {
  __proto__: null,
  equal: (value, wanted) => value.toLowerCase() === wanted.toLowerCase(),
  not_equal: (value, wanted) => value.toLowerCase() !== wanted.toLowerCase(),
  starts_with: (value, wanted) => value.toLowerCase().startsWith(wanted.toLowerCase()),
  ends_with: (value, wanted) => value.toLowerCase().endsWith(wanted.toLowerCase()),
  contains: (value, wanted) => value.toLowerCase().includes(wanted.toLowerCase()),
  starts_with_case_sensitive: (value, wanted) => value.startsWith(wanted),
  ends_with_case_sensitive: (value, wanted) => value.endsWith(wanted),
  contains_case_sensitive: (value, wanted) => value.includes(wanted),
};

/** The trap: without Zone Read an exact name gives success and nothing; only other lists say what is missing. */
function list({ state, query, actor, switches }) {
  if (!allowsAnywhere(actor, reads("Zone"))) {
    if (exactName(query)) return page([], query, switches);
    throw new ApiError(
      403,
      0,
      `Actor 'com.cloudflare.api.token.${actor.id}' requires permission '${ZONE_LIST}' to list zones`,
    );
  }
  const visible = [...state.zones.values()].filter((zone) => allows(state, actor, reads("Zone"), zone.id));
  return page(
    sorted(
      visible.filter((zone) => matches(zone, query)),
      query,
    ),
    query,
    switches,
  );
}

function read({ state, params, actor, switches, request }) {
  const zone = state.zones.get(params.zoneRef);
  if (!zone) {
    if (switches.zoneUnknown === 7003 || !/^[0-9a-f]{32}$/.test(params.zoneRef)) throw notRouted(request.path);
    throw new ApiError(403, 9109, "Invalid zone identifier");
  }
  if (!allows(state, actor, reads(...GROUPS_THAT_SEE_A_ZONE), zone.id))
    throw new ApiError(403, 9109, "Unauthorized to access requested resource");
  return success(shownZone(zone, switches));
}

function create({ state, request, actor, switches }) {
  const { name, account, type = "full" } = readObject(request, 9207);
  if (!allowsInAllZones(actor, writes("Zone"))) throw new ApiError(403, 10000, "Authentication error");
  if (typeof name !== "string" || name.length > 253 || !NAME.test(name))
    throw new ApiError(400, 1002, "Invalid domain name");
  if (!TYPES.includes(type)) throw new ApiError(400, 1004, "type must be full, partial, secondary or internal");
  if (!isObject(account) || account.id !== state.account.id)
    throw new ApiError(403, 9109, "Invalid account identifier");
  const known = [...state.zones.values()];
  if (known.some((zone) => zone.name === name)) throw new ApiError(400, 1061, `${name} already exists.`);
  if (known.some((zone) => name.endsWith(`.${zone.name}`)))
    throw new ApiError(400, 1116, "Subdomains are not allowed here.");
  return success(shownZone(addZone(state, { name, type, status: "pending" }), switches));
}

function patch({ request, zone, switches }) {
  const sent = readObject(request, 9207);
  const ok = Object.keys(sent).length === 1 && (typeof sent.paused === "boolean" || TYPES.includes(sent.type));
  if (!ok) throw new ApiError(400, 1004, "one property at a time: paused or type");
  Object.assign(zone, sent);
  return success(shownZone(zone, switches));
}

function remove({ state, zone, runtime }) {
  for (const map of [state.zones, state.records, state.routes]) map.delete(zone.id);
  runtime.changed();
  return success({ id: zone.id });
}

function page(list, query, switches) {
  const { items, resultInfo } = pageOf(list, query, { perPage: 20, min: 5, max: 50 });
  const shown = items.map((zone) => shownZone(zone, switches));
  return success(shown, { resultInfo });
}

function exactName(query) {
  const name = query.get("name");
  return Boolean(name) && (!name.includes(":") || name.startsWith("equal:"));
}

function matches(zone, query) {
  const tests = [
    compare(query.get("name"), zone.name),
    compare(query.get("account.name"), zone.account.name),
    query.has("account.id") ? zone.account.id === query.get("account.id") : undefined,
    query.has("status") ? zone.status === query.get("status") : undefined,
    query.has("type") ? query.get("type").split(",").includes(zone.type) : undefined,
  ].filter((test) => test !== undefined);
  return query.get("match") === "any" && tests.length > 0 ? tests.some(Boolean) : tests.every(Boolean);
}

function compare(filter, value) {
  if (!filter) return undefined;
  const [, operator, wanted] = /^([a-z_]+):(.*)$/.exec(filter) ?? [null, "equal", filter];
  return OPERATORS[operator]?.(value, wanted) ?? false;
}

function sorted(list, query) {
  const key = query.get("order") ?? "name";
  const text = (zone) => (key === "account.id" ? zone.account.id : String(zone[key] ?? ""));
  const direction = query.get("direction") === "desc" ? -1 : 1;
  return [...list].sort((a, b) => direction * (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0));
}
