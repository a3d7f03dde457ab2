/** Routes of a zone. https://developers.cloudflare.com/api/resources/workers/subresources/routes/ */
import { ApiError, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { newId } from "../state.js";
import { readObject } from "./body.js";
import { shownRoute } from "./hostnames.js";
import { stillUnseen } from "./lookup.js";
import { checkPattern, patternKey } from "./route-pattern.js";
import { endpoint } from "./router.js";

const ROUTES = "/zones/{zoneId}/workers/routes";
const MAX_ROUTES = 1000;

export const routes = [
  endpoint("GET", ROUTES, reads("Workers Routes"), list),
  endpoint("POST", ROUTES, writes("Workers Routes"), create),
  endpoint("GET", `${ROUTES}/{routeId}`, reads("Workers Routes"), (context) =>
    success(shownRoute(routeOf(context, 10007), context.switches)),
  ),
  endpoint("PUT", `${ROUTES}/{routeId}`, writes("Workers Routes"), update),
  endpoint("DELETE", `${ROUTES}/{routeId}`, writes("Workers Routes"), remove),
];

/**
 * A checked route of this zone, not stored yet.
 * @param {string} [id] of the route that it replaces
 * @throws {ApiError} 10022 pattern, 10020 duplicate, 10019 script
 */
export function readRoute(state, zone, { pattern, script }, id) {
  checkPattern(pattern, zone.name);
  const others = state.routes.get(zone.id).filter((route) => route.id !== id);
  if (others.some((route) => patternKey(route.pattern) === patternKey(pattern))) {
    throw new ApiError(409, 10020, "workers.api.error.duplicate_route: A route with the same pattern already exists.");
  }
  if (others.length >= MAX_ROUTES) throw new ApiError(400, 10021, `at most ${MAX_ROUTES} routes are allowed in a zone`);
  if (script === undefined || script === null || script === "") return { id: id ?? newId(), pattern };
  const found = state.scripts.get(script);
  if (!found || stillUnseen(found, "route")) {
    const message =
      "Cannot configure a route for a Worker which does not exist. Please ensure this Worker exists and try again.";
    throw new ApiError(400, 10019, message);
  }
  return { id: id ?? newId(), pattern, script };
}

function list({ state, zone, switches }) {
  return success(state.routes.get(zone.id).map((route) => shownRoute(route, switches)));
}

function create(context) {
  const { state, zone, request, runtime } = context;
  const route = readRoute(state, zone, readObject(request, 10026));
  state.routes.get(zone.id).push(route);
  runtime.changed();
  return answer(context, route);
}

function update(context) {
  const { state, zone, request, runtime } = context;
  const old = routeOf(context, 10009);
  const route = readRoute(state, zone, readObject(request, 10026), old.id);
  const list = state.routes.get(zone.id);
  list[list.indexOf(old)] = route;
  runtime.changed();
  return answer(context, route);
}

function remove(context) {
  const { state, zone, runtime } = context;
  const old = routeOf(context, 10009);
  const list = state.routes.get(zone.id);
  list.splice(list.indexOf(old), 1);
  runtime.changed();
  return success({ id: old.id });
}

function routeOf({ state, zone, params }, code) {
  const found = state.routes.get(zone.id).find(({ id }) => id === params.routeId);
  if (!found) throw new ApiError(404, code, "workers.api.error.route_not_found");
  return found;
}

function answer({ switches }, route) {
  return success(switches.routeAnswer === "id" ? { id: route.id } : shownRoute(route, switches));
}
