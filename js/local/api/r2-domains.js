/**
 * Hosts of a bucket. https://developers.cloudflare.com/api/resources/r2/subresources/buckets/subresources/domains/
 * The codes for a domain that can't be attached are ours: nobody recorded Cloudflare's.
 */
import { ApiError, success } from "../envelope.js";
import { attachDomain, customDomain, detachDomain, managedHost } from "../r2/domains.js";
import { asciiName } from "../state.js";
import { readObject } from "./body.js";
import { BUCKET, bucketOf, READS, WRITES } from "./r2-buckets.js";
import { endpoint } from "./router.js";

const MANAGED = `${BUCKET}/domains/managed`;
const CUSTOM = `${BUCKET}/domains/custom`;
const ONE = `${CUSTOM}/{domain}`;
const TLS = ["1.0", "1.1", "1.2", "1.3"];
const MOST_DOMAINS = 50;
const ADDRESS_TYPES = ["A", "AAAA", "CNAME"];
const NOT_READY = { ownership: "pending", ssl: "initializing" };
const READY = { ownership: "active", ssl: "active" };

export const r2Domains = [
  endpoint("GET", MANAGED, READS, (context) => success(managedView(bucketOf(context)))),
  endpoint("PUT", MANAGED, WRITES, switchManaged),
  endpoint("GET", CUSTOM, READS, list),
  endpoint("POST", CUSTOM, WRITES, attach),
  endpoint("GET", ONE, READS, (context) => success(seen(context, domainOf(context)))),
  endpoint("PUT", ONE, WRITES, change),
  endpoint("DELETE", ONE, WRITES, detach),
];

function switchManaged(context) {
  const bucket = bucketOf(context);
  bucket.managed = readEnabled(readBody(context));
  context.runtime.changed();
  return success(managedView(bucket));
}

function managedView(bucket) {
  return { bucketId: bucket.id, domain: managedHost(bucket), enabled: bucket.managed };
}

function list(context) {
  return success({ domains: bucketOf(context).domains.map((domain) => seen(context, domain)) });
}

function attach(context) {
  const bucket = bucketOf(context);
  const sent = readBody(context);
  const zone = context.state.zones.get(sent.zoneId);
  if (!zone) throw new ApiError(404, 10050, `Zone '${sent.zoneId}' is not on your account.`);
  const host = typeof sent.domain === "string" ? asciiName(sent.domain) : "";
  if (host !== zone.name && !host.endsWith(`.${zone.name}`))
    throw new ApiError(400, 10051, `Domain '${sent.domain}' is not in zone ${zone.name}.`);
  if (bucket.domains.length >= MOST_DOMAINS)
    throw new ApiError(400, 10052, `A bucket has ${MOST_DOMAINS} custom domains at most.`);
  const taken = customDomain(context.state, host) !== undefined || hasAddress(context.state, zone, host);
  if (taken) throw new ApiError(409, 10054, `Domain '${host}' is already in use, or has DNS records.`);
  const domain = {
    domain: host,
    zoneId: zone.id,
    enabled: readEnabled(sent),
    ...readTls(sent, { minTLS: "1.0" }),
    looks: 0,
  };
  attachDomain(context.state, bucket, domain);
  context.runtime.changed();
  return success(shown(domain));
}

function change(context) {
  const domain = domainOf(context);
  const sent = readBody(context);
  const enabled = sent.enabled === undefined ? domain.enabled : readEnabled(sent);
  Object.assign(domain, { enabled, ...readTls(sent, domain) });
  context.runtime.changed();
  return success(shown(domain));
}

function detach(context) {
  const domain = domainOf(context);
  detachDomain(context.state, bucketOf(context), domain);
  context.runtime.changed();
  return success({ domain: domain.domain });
}

function domainOf(context) {
  const host = asciiName(context.params.domain);
  const found = bucketOf(context).domains.find(({ domain }) => domain === host);
  if (found) return found;
  throw new ApiError(404, 10053, "The specified custom domain does not exist.");
}

function hasAddress({ records }, zone, host) {
  return records.get(zone.id).some(({ name, type }) => name === host && ADDRESS_TYPES.includes(type));
}

function readBody({ request }) {
  return readObject(request, 10040, { anyType: true });
}

function readEnabled({ enabled }) {
  if (typeof enabled === "boolean") return enabled;
  throw new ApiError(400, 10040, "enabled must be a boolean.");
}

function readTls({ minTLS, ciphers }, before) {
  const read = { minTLS: minTLS ?? before.minTLS, ciphers: ciphers ?? before.ciphers };
  const areCiphers = read.ciphers === undefined || (Array.isArray(read.ciphers) && read.ciphers.every(isText));
  if (TLS.includes(read.minTLS) && areCiphers) return read;
  throw new ApiError(400, 10040, `minTLS must be one of ${TLS.join(", ")}, ciphers a list of texts.`);
}

const isText = (value) => typeof value === "string";

function shown({ domain, enabled, minTLS, ciphers }) {
  return { domain, enabled, minTLS, ...(ciphers && { ciphers }) };
}

/** A new domain is not ready when it is first looked at. */
function seen({ state }, domain) {
  const status = domain.looks === 0 ? NOT_READY : READY;
  domain.looks += 1;
  const zone = state.zones.get(domain.zoneId);
  return { ...shown(domain), status, zoneId: domain.zoneId, zoneName: zone?.name };
}
