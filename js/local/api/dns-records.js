/** DNS records of a zone. https://developers.cloudflare.com/api/resources/dns/subresources/records/ */
import { ApiError, pageOf, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { newId, timestamp } from "../state.js";
import { isObject, readObject } from "./body.js";
import { recordFilter, recordOrder } from "./dns-filter.js";
import { checkBesides, readRecord } from "./dns-rules.js";
import { shownRecord } from "./hostnames.js";
import { endpoint } from "./router.js";

const RECORDS = "/zones/{zoneId}/dns_records";
const RECORD = `${RECORDS}/{recordId}`;
const BATCH = { free: 200, other: 3500 };
const QUOTA = { free: 200, other: 3500 };

export const dnsRecords = [
  endpoint("GET", RECORDS, reads("DNS"), list),
  endpoint("POST", RECORDS, writes("DNS"), (context) => write(context, create)),
  endpoint("POST", `${RECORDS}/batch`, writes("DNS"), (context) => write(context, batch)),
  endpoint("GET", RECORD, reads("DNS"), ({ state, zone, params, switches }) =>
    success(shownRecord(recordOf(state.records.get(zone.id), params.recordId), switches)),
  ),
  endpoint("PATCH", RECORD, writes("DNS"), (context) => write(context, patch)),
  endpoint("PUT", RECORD, writes("DNS"), (context) => write(context, overwrite)),
  endpoint("DELETE", RECORD, writes("DNS"), (context) => write(context, remove)),
];

function list({ state, zone, query, switches }) {
  const found = state.records.get(zone.id).filter(recordFilter(query)).sort(recordOrder(query));
  const { items, resultInfo } = pageOf(found, query, { perPage: 100, max: 5_000_000 });
  const shown = items.map((record) => shownRecord(record, switches));
  return success(shown, { resultInfo });
}

/** Every write works on a copy of the list, which is stored when all went well: batches are all or nothing. */
function write(context, work) {
  const { state, zone, runtime } = context;
  const records = [...state.records.get(zone.id)];
  const result = work({ ...context, records });
  state.records.set(zone.id, records);
  runtime.changed();
  return success(shownResult(result, context.switches));
}

/** One record, the id of one that is gone, or the four lists of a batch. */
function shownResult(result, switches) {
  const shown = (item) => (item.name === undefined ? item : shownRecord(item, switches));
  if (!Array.isArray(result.posts)) return shown(result);
  return Object.fromEntries(Object.entries(result).map(([key, list]) => [key, list.map(shown)]));
}

function create(context) {
  return added(context, readObject(context.request, 9207));
}

function patch(context) {
  return changed(context, context.params.recordId, readObject(context.request, 9207), true);
}

function overwrite(context) {
  return changed(context, context.params.recordId, readObject(context.request, 9207), false);
}

function remove({ records, params }) {
  return removed(records, params.recordId);
}

function batch(context) {
  const { deletes = [], patches = [], puts = [], posts = [] } = readObject(context.request, 9207);
  const lists = [deletes, patches, puts, posts];
  if (!lists.every((list) => Array.isArray(list) && list.every(isObject)))
    throw new ApiError(400, 9207, "Request body is invalid.");
  const limit = planLimit(context.zone, BATCH);
  if (lists.flat().length > limit) throw new ApiError(400, 9999, `at most ${limit} records can be changed at once`);
  return {
    deletes: deletes.map(({ id }) => {
      const record = recordOf(context.records, id);
      removed(context.records, id);
      return record;
    }),
    patches: patches.map(({ id, ...sent }) => changed(context, id, sent, true)),
    puts: puts.map(({ id, ...sent }) => changed(context, id, sent, false)),
    posts: posts.map((sent) => added(context, sent)),
  };
}

function added({ state, zone, records, switches }, sent) {
  const fields = readRecord(sent, zone, switches);
  checkBesides(fields, records, zone, switches);
  if (records.length >= planLimit(zone, QUOTA)) throw new ApiError(400, 81045, "The record quota has been exceeded.");
  const at = timestamp(state);
  const record = withTimes({ id: newId(), zone_id: zone.id, zone_name: zone.name, ...fields }, undefined, at);
  records.push(record);
  return record;
}

function changed({ state, zone, records, switches }, id, sent, merge) {
  const old = changeable(records, id);
  const fields = readRecord(merge ? { ...editable(old), ...sent } : sent, zone, switches);
  const others = records.filter((record) => record !== old);
  checkBesides(fields, others, zone, switches);
  const record = withTimes({ id, zone_id: zone.id, zone_name: zone.name, ...fields }, old, timestamp(state));
  records[records.indexOf(old)] = record;
  return record;
}

function removed(records, id) {
  records.splice(records.indexOf(changeable(records, id)), 1);
  return { id };
}

function recordOf(records, id) {
  const found = records.find((record) => record.id === id);
  if (!found) throw new ApiError(404, 81044, "Record does not exist.");
  return found;
}

/** Records of custom domains, R2 and e-mail routing can be read only. */
function changeable(records, id) {
  const record = recordOf(records, id);
  if (!record.meta.read_only) return record;
  throw new ApiError(400, 1043, "This record is managed by Cloudflare and cannot be changed.");
}

function editable({ type, name, content, data, ttl, proxied, priority, comment, tags, settings }) {
  return { type, name, content, data, ttl, proxied, priority, comment, tags, settings };
}

function withTimes(record, old, at) {
  const times = { created_on: old?.created_on ?? at, modified_on: at };
  if (record.comment !== null)
    times.comment_modified_on = old?.comment === record.comment ? old.comment_modified_on : at;
  if (record.tags.length > 0) times.tags_modified_on = at;
  return { ...record, ...times };
}

const planLimit = (zone, limits) => (zone.plan.legacy_id === "free" ? limits.free : limits.other);
