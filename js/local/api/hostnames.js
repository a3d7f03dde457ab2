/** How answers write the names of hosts: as A-labels, or in Unicode where the switch says so. Stored are A-labels. */
import { domainToUnicode } from "node:url";
import { split } from "./route-pattern.js";

/** Members of a record that hold a host, by its type. */
const TARGETS = ["CNAME", "MX", "NS"];

export function shownHost(host, { hostnames }) {
  return hostnames === "unicode" ? domainToUnicode(host) || host : host;
}

export const shownZone = (zone, switches) => ({ ...zone, name: shownHost(zone.name, switches) });

export function shownRecord(record, switches) {
  const shown = { ...record, name: shownHost(record.name, switches), zone_name: shownHost(record.zone_name, switches) };
  return TARGETS.includes(record.type) ? { ...shown, content: shownHost(record.content, switches) } : shown;
}

/** Only the host: a path has no labels, and keeps its case. */
export function shownRoute(route, switches) {
  if (switches.hostnames !== "unicode") return route;
  const { scheme, host } = split(route.pattern);
  const path = route.pattern.slice(scheme.length + host.length);
  return { ...route, pattern: scheme + shownHost(host, switches) + path };
}
