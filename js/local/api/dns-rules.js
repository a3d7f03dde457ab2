/** What Cloudflare accepts as a DNS record, and how it normalises it. */
import { isIP, isIPv4, isIPv6 } from "node:net";
import { domainToASCII } from "node:url";
import { ApiError } from "../envelope.js";
import { isObject } from "./body.js";

const ADDRESS_TYPES = ["A", "AAAA", "CNAME"];
const PLAIN_TYPES = ["MX", "NS", "OPENPGPKEY", "PTR", "TXT"];
const DATA_TYPES = [
  "CAA",
  "CERT",
  "DNSKEY",
  "DS",
  "HTTPS",
  "LOC",
  "NAPTR",
  "SMIMEA",
  "SRV",
  "SSHFP",
  "SVCB",
  "TLSA",
  "URI",
];
const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;
const COMMENT = { free: 100, other: 500 };
const TAGS = { free: 0, other: 20 };

/**
 * A record as it is stored, from what was sent.
 * @returns {object} type, name, content, ttl, proxied, proxiable, comment, tags, settings, meta …
 * @throws {ApiError} 400 with a 9xxx code, or 1004 with it in error_chain
 */
export function readRecord(sent, zone, switches) {
  const fail = (code, message) => refusal(code, message, switches);
  if (![...ADDRESS_TYPES, ...PLAIN_TYPES, ...DATA_TYPES].includes(sent.type))
    throw fail(9002, "Invalid DNS record type.");
  const name = readName(sent.name, zone.name, fail);
  const proxied = readProxied(sent, fail);
  return {
    name,
    type: sent.type,
    content: readContent(sent, name, fail),
    ...(isObject(sent.data) && { data: sent.data }),
    ...(sent.type === "MX" && { priority: readPriority(sent.priority, fail) }),
    proxiable: ADDRESS_TYPES.includes(sent.type),
    proxied,
    ttl: readTtl(sent.ttl, proxied, fail),
    settings: readSettings(sent.settings, fail),
    meta: {},
    comment: readComment(sent.comment, zone, fail),
    tags: readTags(sent.tags, zone, fail),
  };
}

/** Refuses what cannot stand beside the zone's other records. */
export function checkBesides(record, others, zone, switches) {
  checkDelegation(record, others, zone.name);
  const sameHost = others.filter(({ name, type }) => name === record.name && ADDRESS_TYPES.includes(type));
  if (sameHost.some(({ type, content }) => type === record.type && content === record.content))
    throw identical(switches);
  if (record.type === "CNAME" && sameHost.length > 0) {
    throw new ApiError(400, 81053, "An A, AAAA, or CNAME record with that host already exists.");
  }
  if (["A", "AAAA"].includes(record.type) && sameHost.some(({ type }) => type === "CNAME")) {
    throw new ApiError(400, 81054, "A CNAME record with that host already exists.");
  }
  const same = (other) => other.name === record.name && other.type === record.type && other.content === record.content;
  if (others.some(same)) throw identical(switches);
}

/**
 * A name with NS records belongs to another zone: no address beside them, nothing but glue beneath them. At the zone's own
 * name they exclude nothing. https://developers.cloudflare.com/dns/manage-dns-records/troubleshooting/existing-ns-record/
 */
function checkDelegation(record, others, zoneName) {
  const delegations = others.filter(({ type, name }) => type === "NS" && name !== zoneName);
  if (ADDRESS_TYPES.includes(record.type) && delegations.some(({ name }) => name === record.name))
    throw new ApiError(400, 81056, "NS records with that host already exist.");
  const above = delegations.filter(({ name }) => record.name.endsWith(`.${name}`));
  const isGlue = ["A", "AAAA"].includes(record.type) && above.some(({ content }) => content === record.name);
  if (above.length > 0 && !isGlue)
    throw new ApiError(400, 89018, "Cannot create a non-glue record that is beneath a delegated child zone.");
  const takesOver = record.type === "NS" && record.name !== zoneName;
  if (takesOver && others.some(({ type, name }) => name === record.name && ADDRESS_TYPES.includes(type)))
    throw new ApiError(400, 81055, "Non-NS records with that host already exist.");
}

/** Lower-case A-labels, complete, without a trailing dot. */
function readName(sent, zoneName, fail) {
  if (typeof sent !== "string" || sent === "") throw fail(9000, "DNS name is invalid.");
  if (sent === "@") return zoneName;
  const wildcard = sent.startsWith("*.") || sent === "*";
  const rest = (wildcard ? sent.slice(2) : sent).replace(/\.$/, "");
  const ascii = rest === "" ? "" : domainToASCII(rest);
  const host = `${wildcard ? "*." : ""}${ascii}`.replace(/\.$/, "");
  const name = host === zoneName || host.endsWith(`.${zoneName}`) ? host : `${host}.${zoneName}`;
  const labels = name.replace(/^\*\./, "").split(".");
  if ((rest !== "" && ascii === "") || name.length > 255 || !labels.every((label) => LABEL.test(label))) {
    throw fail(9000, "DNS name is invalid.");
  }
  return name;
}

function readContent({ type, content, data }, name, fail) {
  if (DATA_TYPES.includes(type) && isObject(data)) return content ?? Object.values(data).join(" ");
  if (typeof content !== "string" || content === "") throw fail(9020, "Content for record is required.");
  if (type === "A") return readIpv4(content, fail);
  if (type === "AAAA") return readIpv6(content, fail);
  if (type === "CNAME") return readTarget(content, name, fail);
  if (type === "NS") return readServer(content, () => fail(9008, "Content for NS record is invalid."));
  if (type === "MX" && content !== ".")
    return readServer(content, () => fail(9009, "Content for MX record is invalid."));
  return content;
}

function readIpv4(content, fail) {
  if (!isIPv4(content)) throw fail(9005, "Content for A record must be a valid IPv4 address.");
  return content;
}

function readIpv6(content, fail) {
  if (!isIPv6(content) || content.includes("%"))
    throw fail(9006, "Content for AAAA record must be a valid IPv6 address.");
  return new URL(`http://[${content}]/`).hostname.slice(1, -1);
}

function readServer(content, refused) {
  const host = readHost(content);
  if (host === undefined) throw refused();
  return host;
}

/** A hostname of two labels or more as A-labels, undefined for anything else. */
function readHost(content) {
  const host = domainToASCII(content.replace(/\.$/, ""));
  const labels = host.split(".");
  const ok = !isIP(content) && host !== "" && labels.length >= 2 && labels.every((label) => LABEL.test(label));
  return ok ? host : undefined;
}

function readTarget(content, name, fail) {
  const target = readHost(content);
  if (target === undefined) throw fail(9007, "Content for CNAME record is invalid.");
  if (target === name) throw fail(9039, "CNAME content cannot reference itself.");
  return target;
}

function readProxied({ type, proxied = false }, fail) {
  if (typeof proxied !== "boolean") throw fail(9003, "Invalid 'proxied' value, must be a boolean.");
  if (proxied && !ADDRESS_TYPES.includes(type)) throw fail(9041, "This DNS record cannot be proxied.");
  return proxied;
}

/** 1 = automatic; proxied records always report 1. */
function readTtl(ttl = 1, proxied, fail) {
  const ok = Number.isInteger(ttl) && (ttl === 1 || (ttl >= 60 && ttl <= 86_400));
  if (!ok) throw fail(9021, "Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.");
  return proxied ? 1 : ttl;
}

function readPriority(priority, fail) {
  if (Number.isInteger(priority) && priority >= 0 && priority <= 65_535) return priority;
  throw fail(9105, "priority is required and must be between 0 and 65535.");
}

function readComment(comment, zone, fail) {
  if (comment === undefined || comment === null || comment === "") return null;
  if (typeof comment !== "string" || /\p{Cc}/u.test(comment))
    throw fail(9312, "DNS record comment must be one line of text.");
  const limit = planLimit(zone, COMMENT);
  if ([...comment].length <= limit) return comment;
  throw fail(9313, `DNS record comment exceeds the maximum length of ${limit} characters.`);
}

function readSettings(settings, fail) {
  if (settings === undefined || settings === null) return {};
  if (isObject(settings)) return settings;
  throw fail(9207, "settings must be an object.");
}

/** The code for a list of something else is ours: nobody recorded Cloudflare's. */
function readTags(tags, zone, fail) {
  const list = tags ?? [];
  const quota = planLimit(zone, TAGS);
  if (!Array.isArray(list) || list.some((tag) => typeof tag !== "string"))
    throw fail(9301, "DNS record tags must be a list of texts.");
  if (list.length <= quota) return list;
  const message = `DNS record has ${list.length} tags, exceeding the quota of ${quota}.`;
  throw chained(9300, message);
}

function identical({ duplicateRecordCode: code }) {
  return new ApiError(400, code, code === 81058 ? "An identical record already exists." : "The record already exists.");
}

function refusal(code, message, switches) {
  return switches.dnsValidation === "chained" ? chained(code, message) : new ApiError(400, code, message);
}

function chained(code, message) {
  return new ApiError(400, 1004, "DNS Validation Error", { error_chain: [{ code, message }] });
}

const planLimit = (zone, limits) => (zone.plan.legacy_id === "free" ? limits.free : limits.other);
