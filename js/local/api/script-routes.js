/** wrangler's undocumented way to set routes: the whole list of a script, across zones; what is not named goes. */
import { allowsInAllZones } from "../auth.js";
import { ApiError, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { isObject, readArray } from "./body.js";
import { scriptOf } from "./lookup.js";
import { endpoint } from "./router.js";
import { readRoute } from "./routes.js";

const PATH = "/accounts/{accountId}/workers/scripts/{scriptName}/routes";

export const scriptRoutes = [
  endpoint("GET", PATH, reads("Workers Scripts"), (context) =>
    success(routesOf(context.state, scriptOf(context).name)),
  ),
  endpoint("PUT", PATH, writes("Workers Scripts"), replace),
];

function replace(context) {
  const { state, request, actor, runtime } = context;
  const script = scriptOf(context);
  if (!allowsInAllZones(actor, writes("Workers Routes"))) throw new ApiError(403, 10000, "Authentication error");
  const wanted = readArray(request, 10026).map(toWanted);
  const before = new Map(state.routes);
  try {
    for (const [zoneId, list] of before)
      state.routes.set(
        zoneId,
        list.filter((route) => route.script !== script.name),
      );
    for (const { pattern, zone } of wanted.map((one) => ({ ...one, zone: zoneOf(state, one) }))) {
      const old = before.get(zone.id).find((route) => route.script === script.name && route.pattern === pattern);
      state.routes.get(zone.id).push(readRoute(state, zone, { pattern, script: script.name }, old?.id));
    }
  } catch (error) {
    for (const [zoneId, list] of before) state.routes.set(zoneId, list);
    throw error;
  }
  runtime.changed();
  return success(routesOf(state, script.name));
}

function toWanted(item) {
  const wanted = typeof item === "string" ? { pattern: item } : item;
  if (!isObject(wanted) || typeof wanted.pattern !== "string") {
    throw new ApiError(400, 10026, "could not parse request body: a route must have a pattern");
  }
  return wanted;
}

/** By id, by name, or the longest zone that the pattern's host ends with. */
function zoneOf(state, { pattern, zone_id: id, zone_name: name }) {
  const zones = [...state.zones.values()].sort((a, b) => b.name.length - a.name.length);
  const host = pattern
    .replace(/^https?:\/\//i, "")
    .split("/")[0]
    .toLowerCase();
  const found = zones.find((zone) => (id ? zone.id === id : name ? zone.name === name : host.endsWith(zone.name)));
  if (!found)
    throw new ApiError(
      400,
      10082,
      `Could not find zone for ${pattern}. Make sure the domain is set up to be proxied by Cloudflare.`,
    );
  return found;
}

function routesOf(state, name) {
  return [...state.routes].flatMap(([zoneId, list]) => {
    const zone = state.zones.get(zoneId);
    return list
      .filter((route) => route.script === name)
      .map((route) => ({ ...route, zone_id: zoneId, zone_name: zone.name }));
  });
}
