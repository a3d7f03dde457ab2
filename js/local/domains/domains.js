/**
 * Custom domains of Workers: each host has one, with a record and a certificate that Cloudflare keeps.
 * https://developers.cloudflare.com/workers/configuration/routing/custom-domains/
 *
 * @typedef {{ id: string, hostname: string, service: string, zoneId: string, certId: string, recordId: string }} Domain
 */
import { addKeptRecord, removeRecords } from "../kept-records.js";
import { newId, newUuid } from "../state.js";

/** Where the record of a custom domain leads. */
const NOWHERE = "100::";

/** @returns {Domain | undefined} */
export const domainAt = (state, hostname) => [...state.domains.values()].find((domain) => domain.hostname === hostname);

/** @returns {Domain[]} */
export const domainsOf = (state, service) => [...state.domains.values()].filter((domain) => domain.service === service);

/** Adds the domain and its record, which the API shows and refuses to change. @returns {Domain} */
export function addDomain(state, { hostname, service, zoneId }) {
  const recordId = addKeptRecord(state, zoneId, { name: hostname, type: "AAAA", content: NOWHERE });
  const domain = { id: newId(), hostname, service, zoneId, certId: newUuid(), recordId };
  state.domains.set(domain.id, domain);
  return domain;
}

/** The record goes with it. */
export function removeDomain(state, domain) {
  state.domains.delete(domain.id);
  removeRecords(state, domain.zoneId, ({ id }) => id === domain.recordId);
}
