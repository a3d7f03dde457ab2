/**
 * Custom domains of Workers: each host has one, with a record and a certificate that Cloudflare keeps.
 * https://developers.cloudflare.com/workers/configuration/routing/custom-domains/
 *
 * @typedef {{ id: string, hostname: string, service: string, zoneId: string, certId: string, recordId: string }} Domain
 */
import { newId, newUuid, timestamp } from "../state.js";

/** Where the record of a custom domain leads. */
const NOWHERE = "100::";

/** @returns {Domain | undefined} */
export const domainAt = (state, hostname) => [...state.domains.values()].find((domain) => domain.hostname === hostname);

/** @returns {Domain[]} */
export const domainsOf = (state, service) => [...state.domains.values()].filter((domain) => domain.service === service);

/** Adds the domain and its record, which the API shows and refuses to change. @returns {Domain} */
export function addDomain(state, { hostname, service, zoneId }) {
  const zone = state.zones.get(zoneId);
  const at = timestamp(state);
  const record = {
    id: newId(),
    zone_id: zone.id,
    zone_name: zone.name,
    name: hostname,
    type: "AAAA",
    content: NOWHERE,
    proxiable: true,
    proxied: true,
    ttl: 1,
    settings: {},
    meta: { read_only: true },
    comment: null,
    tags: [],
    created_on: at,
    modified_on: at,
  };
  state.records.set(zoneId, [...state.records.get(zoneId), record]);
  const domain = { id: newId(), hostname, service, zoneId, certId: newUuid(), recordId: record.id };
  state.domains.set(domain.id, domain);
  return domain;
}

/** The record goes with it. */
export function removeDomain(state, { id, zoneId, recordId }) {
  state.domains.delete(id);
  const records = state.records.get(zoneId) ?? [];
  state.records.set(
    zoneId,
    records.filter((record) => record.id !== recordId),
  );
}
