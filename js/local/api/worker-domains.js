/** Custom domains of Workers. https://developers.cloudflare.com/api/resources/workers/subresources/domains/ */
import { addDomain, domainAt, removeDomain } from "../domains/domains.js";
import { ApiError, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { asciiName } from "../state.js";
import { readObject } from "./body.js";
import { shownHost } from "./hostnames.js";
import { endpoint } from "./router.js";

const DOMAINS = "/accounts/{accountId}/workers/domains";
const DOMAIN = `${DOMAINS}/{domainId}`;
const ADDRESS_TYPES = ["A", "AAAA", "CNAME"];
const LABELS = /^(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+$/;
const PER_ZONE = 100;

export const workerDomains = [
  endpoint("GET", DOMAINS, reads("Workers Scripts"), list),
  endpoint("PUT", DOMAINS, writes("Workers Scripts"), put),
  endpoint("GET", DOMAIN, reads("Workers Scripts"), (context) => success(view(context, domainOf(context)))),
  endpoint("DELETE", DOMAIN, writes("Workers Scripts"), remove),
];

function list(context) {
  const { state, query } = context;
  const isAsked = (name, value) => !query.has(name) || query.get(name) === value;
  const found = [...state.domains.values()].filter(
    ({ hostname, service, zoneId }) =>
      isAsked("hostname", hostname) &&
      isAsked("service", service) &&
      isAsked("zone_id", zoneId) &&
      isAsked("zone_name", state.zones.get(zoneId).name),
  );
  const count = found.length;
  const resultInfo = { page: 1, per_page: Math.max(count, 1), count, total_count: count };
  const views = found.map((domain) => view(context, domain));
  return success(views, { resultInfo, errors: null, messages: null });
}

/** Makes it, or has another Worker answer. */
function put(context) {
  const { state, request, runtime, switches } = context;
  const { hostname, service, zone_id: zoneId, zone_name: zoneName } = readObject(request, 10026);
  const host = asciiName(typeof hostname === "string" ? hostname : "");
  if (!LABELS.test(host)) throw new ApiError(400, 10021, `hostname ${hostname} is invalid`);
  const zone = zoneFor(state, host, zoneId, zoneName);
  if (!state.scripts.has(service)) throw new ApiError(404, 10007, "This Worker does not exist on your account.");
  const known = domainAt(state, host);
  if (known && known.service !== service && switches.domainOfAnotherWorker === "refuse") {
    throw new ApiError(409, 100116, `Hostname '${host}' is already in use by Worker '${known.service}'.`);
  }
  if (known) known.service = service;
  else checkFree(state, zone, host);
  const domain = known ?? addDomain(state, { hostname: host, service, zoneId: zone.id });
  runtime.changed();
  return success(view(context, domain));
}

function zoneFor(state, host, zoneId, zoneName) {
  const holds = ({ name }) => host === name || host.endsWith(`.${name}`);
  const zones = [...state.zones.values()];
  const asked = zones.find(({ id, name }) => (zoneId === undefined ? name === zoneName : id === zoneId));
  const isNamed = zoneId !== undefined || zoneName !== undefined;
  const zone = isNamed ? asked : zones.filter(holds).sort((one, other) => other.name.length - one.name.length)[0];
  if (zone && holds(zone)) return zone;
  throw new ApiError(404, 10083, `no zone of this account holds ${host}`);
}

function checkFree(state, zone, host) {
  const isTaken = ({ name, type }) => name === host && ADDRESS_TYPES.includes(type);
  if (state.records.get(zone.id).some(isTaken)) {
    const message = `Hostname '${host}' already has externally managed DNS records (A, CNAME, etc). Delete them, or use override_existing_dns_record.`;
    throw new ApiError(409, 100117, message);
  }
  const inZone = [...state.domains.values()].filter(({ zoneId }) => zoneId === zone.id).length;
  if (inZone >= PER_ZONE) throw new ApiError(400, 10021, `a zone has ${PER_ZONE} custom domains at most`);
}

function remove(context) {
  removeDomain(context.state, domainOf(context));
  context.runtime.changed();
  return success(null);
}

function domainOf({ state, params }) {
  const found = state.domains.get(params.domainId);
  if (found) return found;
  throw new ApiError(404, 100114, "The custom domain does not exist.");
}

function view({ state, switches }, { id, hostname, service, zoneId, certId }) {
  return {
    id,
    zone_id: zoneId,
    zone_name: shownHost(state.zones.get(zoneId).name, switches),
    hostname: shownHost(hostname, switches),
    service,
    environment: "production",
    cert_id: certId,
  };
}
