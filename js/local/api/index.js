/** Cloudflare's v4 API over a state: routing, credentials, rate, then the family's handler. */

import { AssetSessions } from "../assets/sessions.js";
import { ANYONE, authenticate, authorize } from "../auth.js";
import { BodyTooLarge } from "../body.js";
import { Imports } from "../d1/imports.js";
import { ApiError, commonHeaders, failure } from "../envelope.js";
import { readSwitches } from "../switches.js";
import { accounts } from "./accounts.js";
import { assets } from "./assets.js";
import { betaWorkers } from "./beta-workers.js";
import { content } from "./content.js";
import { d1Databases } from "./d1-databases.js";
import { d1Queries } from "./d1-queries.js";
import { deployments } from "./deployments.js";
import { dnsRecords } from "./dns-records.js";
import { durableObjects } from "./durable-objects.js";
import { kvNamespaces } from "./kv-namespaces.js";
import { kvValues } from "./kv-values.js";
import { queueMessages } from "./queue-messages.js";
import { queues } from "./queues.js";
import { r2Buckets } from "./r2-buckets.js";
import { r2Domains } from "./r2-domains.js";
import { r2Objects } from "./r2-objects.js";
import { r2Rules } from "./r2-rules.js";
import { createRate } from "./rate.js";
import { endpoint, notRouted, route } from "./router.js";
import { routes } from "./routes.js";
import { schedules } from "./schedules.js";
import { scriptRoutes } from "./script-routes.js";
import { scriptSettings } from "./script-settings.js";
import { scripts } from "./scripts.js";
import { secrets } from "./secrets.js";
import { services } from "./services.js";
import { settings } from "./settings.js";
import { subdomain } from "./subdomain.js";
import { tokens } from "./tokens.js";
import { createTurns } from "./turns.js";
import { UNSERVED } from "./unserved.js";
import { versions } from "./versions.js";
import { workerDomains } from "./worker-domains.js";
import { workflows } from "./workflows.js";
import { zones } from "./zones.js";

/** Every endpoint there is; families with literal last segments stand before those with a name there. */
export const ENDPOINTS = [
  tokens,
  accounts,
  zones,
  dnsRecords,
  routes,
  scripts,
  assets,
  content,
  settings,
  scriptSettings,
  scriptRoutes,
  secrets,
  schedules,
  workerDomains,
  subdomain,
  versions,
  deployments,
  services,
  durableObjects,
  workflows,
  betaWorkers,
  kvNamespaces,
  kvValues,
  queues,
  queueMessages,
  d1Databases,
  d1Queries,
  r2Buckets,
  r2Domains,
  r2Rules,
  r2Objects,
  UNSERVED.map(([method, path]) => endpoint(method, path, [], undefined)),
].flat();

const HEX_ID = /^[0-9a-f]{32}$/;

/**
 * @param {{ state: object, runtime: object, broker?: import("../queues/broker.js").Broker, switches?: Record<string, unknown>,
 *   onUnknown?: (line: string) => void }} options `onUnknown` hears of every path that is not served
 * @returns {{ handle: (request: import("./router.js").ApiRequest) => Promise<import("./router.js").ApiResponse> }}
 */
export function createApi({
  state,
  runtime,
  broker,
  switches: chosen = {},
  onUnknown = (line) => console.error(line),
}) {
  const switches = readSwitches(chosen);
  const turn = createTurns();
  const imports = new Imports();
  const assetSessions = new AssetSessions(() => state.clock.now());
  const rate = createRate(state, switches);

  async function answer(request, seen) {
    const { endpoint: found, params } = route(ENDPOINTS, request.method, request.path);
    checkAccount(state, switches, params.accountId, request.path);
    const actor = actorOf(found.auth, { state, request, params, imports, assetSessions });
    seen.actorId = actor.id;
    rate.count(actor.id);
    const zone = params.zoneId === undefined ? undefined : zoneOf(state, params.zoneId, request.path);
    authorize(state, actor, found.needs, { zoneId: zone?.id });
    // Only now: who may not ask is told so without his body being read.
    const body = request.body ?? (await request.readBody());
    const read = { ...request, body };
    const shown = request.asOf ? { ...state, ...request.asOf } : state;
    const shared = { state: shown, runtime, broker, switches, imports, assetSessions, turn };
    return found.handler({ ...shared, request: read, params, query: read.query, actor, zone });
  }

  async function handle(request) {
    const seen = { actorId: "nobody" };
    const response = await answer(request, seen).catch((error) => refusal(error, request, switches, onUnknown));
    const quota = rate.quota(seen.actorId);
    const retryAfter = response.status === 429 ? { "retry-after": String(quota.resetSeconds) } : {};
    return { ...response, headers: { ...response.headers, ...commonHeaders(quota), ...retryAfter } };
  }

  return { handle, switches };
}

/** Who asks: by his token, or because he knows an address that says enough. */
function actorOf(auth, asked) {
  if (!auth.anyone) return authenticate(asked.state, asked.request.headers, auth);
  if (auth.anyone(asked)) return ANYONE;
  throw new ApiError(403, 10000, "Authentication error");
}

function refusal(error, request, switches, onUnknown) {
  if (error instanceof BodyTooLarge) return failure(new ApiError(413, 10413, error.message));
  if (!(error instanceof ApiError)) {
    if (error.code !== "ECONNRESET") console.error(error);
    return failure(new ApiError(500, 10013, "An unknown error has occurred. Please contact support."));
  }
  if (error.code === 7003 || error.code === 10405) {
    onUnknown(`local cloudflare: ${request.method} ${request.path} is not served (${error.status}, ${error.code})`);
  }
  return error.code === 7003 && switches.notRouted === 400 ? failure(asItWas(error)) : failure(error);
}

/** How a path that is not there was refused in earlier years. */
function asItWas({ code, message }) {
  return new ApiError(400, code, message.replace("/client/v4", ""), {}, [
    { code: 7000, message: "No route for that URI" },
  ]);
}

function checkAccount(state, switches, accountId, path) {
  if (accountId === undefined || accountId === state.account.id) return;
  if (HEX_ID.test(accountId) && switches.accountUnknown === 10000)
    throw new ApiError(403, 10000, "Authentication error");
  throw notRouted(path);
}

function zoneOf(state, zoneId, path) {
  const zone = state.zones.get(zoneId);
  if (!zone) throw notRouted(path);
  return zone;
}
