/**
 * The account as plain data: what Local Cloudflare remembers. Zones, records, routes and KV namespaces are kept in the
 * API's own shape (snake_case); scripts, versions, deployments and tokens in ours (camelCase), because they hold what
 * the API never shows (module bytes, secret values, token values).
 *
 * @typedef {{ name: string, type: string, contentType: string, content: Buffer }} Module
 * @typedef {{ content: Buffer, contentType?: string }} AssetFile
 * @typedef {{ files: { path: string, hash: string, size: number }[], config: { html_handling?: string, not_found_handling?: string,
 *   run_worker_first?: boolean | string[], _headers?: string, _redirects?: string, base_path?: string } }} Assets
 * @typedef {{ id: string, number: number, createdOn: string, modules: Module[], mainModule?: string, bodyPart?: string,
 *   bindings: object[], compatibilityDate: string, compatibilityFlags: string[], annotations: Record<string, string>,
 *   source: string, authorId: string, authorEmail: string, etag: string, startupTimeMs: number, handlers: string[],
 *   usageModel: string, limits?: object, placement?: object, cacheOptions?: object, streamingTailConsumers?: object[],
 *   assets?: Assets, classNames?: string[], migrationTag?: string, exports?: Record<string, object> }} Version
 * @typedef {{ id: string, createdOn: string, source: string, strategy: string, authorEmail: string,
 *   annotations: Record<string, string>, versions: { versionId: string, percentage: number }[] }} Deployment
 * @typedef {{ name: string, tag: string, createdOn: string, modifiedOn: string, tags: string[], logpush: boolean,
 *   observability: object | null, tailConsumers: object[], subdomain: { enabled: boolean, previewsEnabled: boolean },
 *   schedules: object[], lastDeployedFrom: string, versions: Version[], deployments: Deployment[],
 *   lateAnswers?: Record<string, number>, migrationTag?: string }} Script versions and deployments: newest first
 * @typedef {{ id: string, script: string, class: string, use_sqlite: boolean }} ObjectClass a class of Durable Objects: its
 *   objects go by its id, whatever it is called
 * @typedef {{ id: string, name: string, script_name: string, class_name: string, created_on: string, modified_on: string,
 *   version_id: string }} Workflow
 * @typedef {{ permissionGroups: string[], accountIds: string[] | "*", zoneIds: string[] | "*",
 *   buckets?: string[] | "*" }} Policy what a token may do, and where; `permissionGroups: ["*"]` = every group, `buckets`
 *   of R2 beside those of the accounts
 * @typedef {{ id: string, value: string, name: string, status: "active" | "disabled" | "expired",
 *   owner: "user" | "account", policies: Policy[], issuedOn: string, expiresOn?: string, notBefore?: string }} Token
 */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { domainToASCII } from "node:url";

/** 32 lower-case hex digits: ids of accounts, zones, records, routes, KV namespaces and tokens. */
export const newId = () => randomBytes(16).toString("hex");

/** Ids of versions and deployments. */
export const newUuid = () => randomUUID();

/** Tables of plain things by their id. Whatever stands in them is kept by `--persist`. */
const TABLES = ["kv", "queues", "consumers", "databases", "classes", "workflows", "domains"];

/**
 * An account without scripts. Ids may be given, so that a manifest with ids in it deploys unchanged.
 * @param {{ account?: { id?: string, name?: string }, zones?: (string | { id?: string, name: string })[],
 *   user?: { email?: string, apiKey?: string }, accountSubdomain?: string | null, now?: () => number }} [options]
 *   `now` gives milliseconds since the epoch; `accountSubdomain: null` = no workers.dev name registered yet
 */
export function createState({ account = {}, zones = [], user = {}, accountSubdomain = "local", now = Date.now } = {}) {
  const state = {
    clock: { now, lastMicros: 0 },
    account: null,
    user: {
      id: newId(),
      email: user.email ?? "dev@localhost.test",
      apiKey: user.apiKey ?? `${randomBytes(18).toString("hex")}0`,
    },
    accountSubdomain,
    zones: new Map(),
    records: new Map(),
    routes: new Map(),
    scripts: new Map(),
    /** By the hash that their deployer made of each. @type {Map<string, AssetFile>} */
    assetFiles: new Map(),
    ...tables(() => []),
    /** @type {Token[]} */
    tokens: [],
  };
  state.account = { id: account.id ?? newId(), name: account.name ?? "Local Cloudflare", createdOn: timestamp(state) };
  for (const zone of zones) addZone(state, typeof zone === "string" ? { name: zone } : zone);
  return state;
}

/** RFC 3339 with microseconds, UTC; never the same twice, never going back. */
export function timestamp(state) {
  const micros = Math.max(state.clock.now() * 1000, state.clock.lastMicros + 1);
  state.clock.lastMicros = micros;
  const seconds = new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19);
  return `${seconds}.${String(Math.floor(micros % 1_000_000)).padStart(6, "0")}Z`;
}

/**
 * @param {{ id?: string, name: string, status?: string, paused?: boolean, type?: string,
 *   plan?: "free" | "pro" | "business" | "enterprise" }} zone `name` in ASCII or in Unicode
 * @returns the zone as the API shows it
 */
export function addZone(state, zone) {
  const { id = newId(), name, status = "active", paused = false, plan = "free", type = "full" } = zone;
  const createdOn = timestamp(state);
  const made = {
    id,
    name: asciiName(name),
    status,
    paused,
    type,
    development_mode: 0,
    name_servers: ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"],
    original_name_servers: ["ns1.registrar.example", "ns2.registrar.example"],
    original_registrar: null,
    original_dnshost: null,
    vanity_name_servers: [],
    vanity_name_servers_ips: null,
    created_on: createdOn,
    modified_on: createdOn,
    activated_on: status === "active" ? createdOn : null,
    owner: { id: state.account.id, type: "organization", name: state.account.name },
    account: { id: state.account.id, name: state.account.name },
    plan: planView(plan),
    permissions: ["#dns_records:edit", "#dns_records:read", "#worker:edit", "#worker:read", "#zone:edit", "#zone:read"],
    meta: { step: 0, custom_certificate_quota: 0, page_rule_quota: 3, phishing_detected: false },
  };
  state.zones.set(id, made);
  state.records.set(id, []);
  state.routes.set(id, []);
  return made;
}

/** A name as the API gives it: A-labels in lower case. */
export const asciiName = (name) => domainToASCII(name) || name.toLowerCase();

/** @returns {{ id: string, title: string }} a KV namespace of the state to be */
export const newNamespace = (title) => ({ id: newId(), title });

/** @returns {{ id: string, title: string }} a new KV namespace */
export function addNamespace(state, title) {
  const namespace = newNamespace(title);
  state.kv.set(namespace.id, namespace);
  return namespace;
}

/**
 * @param {Partial<Token & Policy>} token omitted: an active user token for everything, with a value in Cloudflare's
 *   format; the members of a policy are its only one
 * @returns {Token}
 */
export function addToken(state, { permissionGroups = ["*"], accountIds = "*", zoneIds = "*", ...token } = {}) {
  const made = {
    id: newId(),
    value: newTokenValue(token.owner),
    name: "local",
    status: "active",
    owner: "user",
    policies: [{ permissionGroups, accountIds, zoneIds }],
    issuedOn: timestamp(state),
    ...token,
  };
  state.tokens.push(made);
  return made;
}

/** Forty characters, as user tokens have; account tokens start with `cfat_`. */
export function newTokenValue(owner = "user") {
  return (owner === "account" ? "cfat_" : "") + randomBytes(30).toString("base64url");
}

/** R2's S3 secret of a token: the access key id is the token id. */
export const s3SecretOf = (token) => sha256Hex(token.value);

/** Everything but the clock and R2's objects, for `--persist`; module bytes as base64. */
export function toJSON(state) {
  const { clock: _clock, objects: _objects, zones, records, routes, scripts, assetFiles, ...rest } = state;
  return {
    ...rest,
    ...Object.fromEntries(TABLES.map((name) => [name, [...state[name].values()]])),
    zones: [...zones.values()],
    records: Object.fromEntries(records),
    routes: Object.fromEntries(routes),
    scripts: [...scripts.values()].map(scriptToJson),
    assetFiles: [...assetFiles].map(([hash, file]) => ({ ...file, hash, content: file.content.toString("base64") })),
  };
}

/** The state that `toJSON` wrote. */
export function fromJSON(json, { now = Date.now } = {}) {
  const { zones, records, routes, scripts, tokens, assetFiles = [], ...rest } = json;
  return {
    clock: { now, lastMicros: 0 },
    ...rest,
    tokens: tokens.map(tokenFromJson),
    zones: new Map(zones.map((zone) => [zone.id, zone])),
    records: new Map(Object.entries(records)),
    routes: new Map(Object.entries(routes)),
    scripts: new Map(scripts.map((script) => [script.name, scriptFromJson(script)])),
    assetFiles: new Map(
      assetFiles.map(({ hash, ...file }) => [hash, { ...file, content: Buffer.from(file.content, "base64") }]),
    ),
    ...tables((name) => json[name] ?? []),
  };
}

/** The tables of a state, by name. @returns {Record<string, Map<string, object>>} */
export const tablesOf = (state) => Object.fromEntries(TABLES.map((name) => [name, state[name]]));

/** Every table, with the things that the name gives. */
function tables(thingsOf) {
  return Object.fromEntries(TABLES.map((name) => [name, new Map(thingsOf(name).map((thing) => [thing.id, thing]))]));
}

function planView(plan) {
  return {
    id: sha256Hex(plan).slice(0, 32),
    legacy_id: plan,
    name: `${plan} plan`,
    price: 0,
    currency: "USD",
    frequency: "",
    is_subscribed: plan !== "free",
    can_subscribe: false,
    legacy_discount: false,
    externally_managed: false,
  };
}

/** Accounts that were kept by earlier builds have tokens of one policy, written without its list. */
function tokenFromJson(token) {
  if (token.policies) return token;
  const { permissionGroups, accountIds, zoneIds, ...rest } = token;
  return { ...rest, policies: [{ permissionGroups, accountIds, zoneIds }] };
}

function scriptToJson(script) {
  return {
    ...script,
    versions: script.versions.map((version) => withModules(version, (bytes) => bytes.toString("base64"))),
  };
}

function scriptFromJson(script) {
  return {
    ...script,
    versions: script.versions.map((version) => withModules(version, (text) => Buffer.from(text, "base64"))),
  };
}

function withModules(version, convert) {
  return { ...version, modules: version.modules.map((module) => ({ ...module, content: convert(module.content) })) };
}

function sha256Hex(text) {
  return createHash("sha256").update(text).digest("hex");
}
