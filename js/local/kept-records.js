/** Records that Cloudflare keeps itself, for a custom domain of a Worker or a bucket: shown, and not to be changed. */
import { newId, timestamp } from "./state.js";

/** @returns {string} its id */
export function addKeptRecord(state, zoneId, { name, type, content }) {
  const zone = state.zones.get(zoneId);
  const at = timestamp(state);
  const record = {
    id: newId(),
    zone_id: zone.id,
    zone_name: zone.name,
    name,
    type,
    content,
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
  state.records.set(zone.id, [...state.records.get(zone.id), record]);
  return record.id;
}

/** Takes away those that are meant. A zone may be gone. */
export function removeRecords(state, zoneId, isMeant) {
  const records = state.records.get(zoneId) ?? [];
  state.records.set(
    zoneId,
    records.filter((record) => !isMeant(record)),
  );
}
