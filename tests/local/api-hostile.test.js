/** A good request with one member made wrong is answered, or refused in Cloudflare's words: it is never a defect. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ObjectStore } from "../../js/local/s3/objects.js";
import { toJSON } from "../../js/local/state.js";
import { createClient, upload } from "./api-client.js";

/** What any member may be by mistake. */
const ODD = [null, 0, 1e300, "", "x", true, [], {}, [null], [{}], "\u0000", "é".repeat(600)];
const QUERIES = ["page=0", "page=x", "per_page=-1", "per_page=1e9", "limit=x", "order=constructor", "name.exact=%00"];

const BINDINGS = [
  { type: "plain_text", name: "A", text: "a" },
  { type: "json", name: "B", json: { c: 1 } },
  { type: "secret_text", name: "C", text: "c" },
  { type: "inherit", name: "D", old_name: "C" },
  { type: "ratelimit", name: "E", namespace_id: "1", simple: { limit: 1, period: 10 } },
];
/** Beside those that a Worker has from the beginning. */
const MORE_BINDINGS = ({ databaseId }) => [
  { type: "queue", name: "F", queue_name: "orders", delivery_delay: 5 },
  { type: "d1", name: "G", id: databaseId },
  { type: "r2_bucket", name: "H", bucket_name: "bundles", jurisdiction: "default" },
  { type: "service", name: "I", service: "shop", entrypoint: "Admin", props: { a: 1 } },
  { type: "secret_key", name: "J", format: "raw", usages: ["sign"], algorithm: { name: "HMAC" }, key_base64: "YQ==" },
  { type: "vpc_network", name: "K", tunnel_id: "t" },
];
const QUEUE_SETTINGS = { delivery_delay: 1, delivery_paused: false, message_retention_period: 60 };
const CONSUMER_SETTINGS = { batch_size: 1, max_concurrency: 1, max_retries: 1, max_wait_time_ms: 1, retry_delay: 1 };
const CORS_RULE = {
  id: "c",
  allowed: { origins: ["*"], methods: ["GET"], headers: ["x-a"] },
  exposeHeaders: ["ETag"],
  maxAgeSeconds: 1,
};
const LIFECYCLE_RULE = {
  id: "l",
  enabled: true,
  conditions: { prefix: "tmp/" },
  deleteObjectsTransition: { condition: { type: "Age", maxAge: 1 } },
  storageClassTransitions: [
    { condition: { type: "Date", date: "2026-01-01T00:00:00Z" }, storageClass: "InfrequentAccess" },
  ],
};
const OBSERVABILITY = { enabled: true, head_sampling_rate: 0.5, logs: { enabled: true, head_sampling_rate: 1 } };
const METADATA = {
  main_module: "index.js",
  bindings: BINDINGS,
  keep_bindings: ["secret_text"],
  compatibility_date: "2026-01-01",
  compatibility_flags: ["nodejs_compat"],
  annotations: { "workers/message": "m", "workers/tag": "t" },
  tags: ["a"],
  observability: OBSERVABILITY,
  logpush: false,
  tail_consumers: [{ service: "shop" }],
  limits: { cpu_ms: 50 },
  placement: { mode: "smart" },
  usage_model: "standard",
};
const RECORD = {
  type: "A",
  name: "b",
  content: "192.0.2.2",
  ttl: 1,
  proxied: true,
  comment: "c",
  tags: [],
  settings: {},
};
const MERGE = { "content-type": "application/merge-patch+json" };

/** Requests that are taken as they are: method, path, body, headers. */
const requests = ({ account, zone, script, state }) => {
  const [zoneId] = state.zones.keys();
  const [version] = state.scripts.get("shop").versions;
  const [namespaceId] = state.kv.keys();
  const record = state.records.get(zoneId).find(({ type }) => type === "A");
  const [route] = state.routes.get(zoneId);
  const [databaseId] = state.databases.keys();
  const [queueId, freeQueueId] = state.queues.keys();
  const [consumerId] = state.consumers.keys();
  const database = `${account}/d1/database/${databaseId}`;
  const bucket = `${account}/r2/buckets/bundles`;
  const worker = { type: "worker", script_name: "shop", dead_letter_queue: "dead", settings: CONSUMER_SETTINGS };
  const namespace = `${account}/storage/kv/namespaces/${namespaceId}`;
  const policy = {
    effect: "allow",
    permission_groups: [{ id: "4755a26eedb94da69e1066d98aa820be" }],
    resources: { [`com.cloudflare.api.account.zone.${zoneId}`]: "*" },
  };
  return [
    ["POST", `${zone}/dns_records`, RECORD],
    ["POST", `${zone}/dns_records`, { type: "MX", name: "m", content: "a.example.com", priority: 1 }],
    ["POST", `${zone}/dns_records`, { type: "HTTPS", name: "h", data: { priority: 1, target: "." } }],
    ["POST", `${zone}/dns_records`, { type: "NS", name: "n", content: "ns.example.net" }],
    ["PATCH", `${zone}/dns_records/${record.id}`, { comment: "new" }],
    ["PUT", `${zone}/dns_records/${record.id}`, RECORD],
    [
      "POST",
      `${zone}/dns_records/batch`,
      { patches: [{ id: record.id, ttl: 1 }], posts: [RECORD], puts: [], deletes: [] },
    ],
    ["POST", `${zone}/workers/routes`, { pattern: "a.example.com/*", script: "shop" }],
    ["PUT", `${zone}/workers/routes/${route.id}`, { pattern: "a.example.com/*", script: "shop" }],
    ["PATCH", zone, { paused: true }],
    ["POST", "/zones", { name: "new.example", account: { id: state.account.id }, type: "full" }],
    ["POST", "/user/tokens", { name: "t", policies: [policy], condition: {} }],
    ["PUT", script("shop", "/schedules"), [{ cron: "*/5 * * * *" }]],
    ["PUT", script("shop", "/routes"), [{ pattern: "b.example.com/*", zone_id: zoneId }]],
    ["POST", script("shop", "/subdomain"), { enabled: true, previews_enabled: false }],
    ["PATCH", script("shop", "/script-settings"), { tags: ["a"], observability: OBSERVABILITY, logpush: true }],
    ["PUT", script("shop", "/secrets"), { name: "S", text: "s", type: "secret_text" }],
    [
      "PATCH",
      script("shop", "/secrets-bulk"),
      { secrets: { S: { name: "S", text: "s", type: "secret_text" } } },
      MERGE,
    ],
    [
      "POST",
      script("shop", "/deployments"),
      { strategy: "percentage", versions: [{ version_id: version.id, percentage: 100 }] },
    ],
    [
      "PATCH",
      `${account}/workers/workers/shop/versions/latest`,
      { env: { V: { type: "plain_text", text: "v" } } },
      MERGE,
    ],
    ["POST", `${account}/storage/kv/namespaces`, { title: "other" }],
    ["PUT", namespace, { title: "renamed" }],
    ["PUT", `${namespace}/bulk`, [{ key: "k", value: "v", metadata: { a: 1 }, expiration_ttl: 60, base64: false }]],
    ["POST", `${namespace}/bulk/get`, { keys: ["k"], type: "text", withMetadata: true }],
    ["POST", `${namespace}/bulk/delete`, ["k"]],
    ["POST", `${account}/r2/buckets`, { name: "other", locationHint: "weur", storageClass: "Standard" }],
    ["PUT", `${bucket}/domains/managed`, { enabled: true }],
    [
      "POST",
      `${bucket}/domains/custom`,
      { domain: "f.example.com", zoneId, enabled: true, minTLS: "1.2", ciphers: ["c"] },
    ],
    ["PUT", `${bucket}/domains/custom/files.example.com`, { enabled: false, minTLS: "1.2", ciphers: ["c"] }],
    ["PUT", `${bucket}/cors`, { rules: [CORS_RULE] }],
    ["PUT", `${bucket}/lifecycle`, { rules: [LIFECYCLE_RULE] }],
    ["POST", `${account}/queues`, { queue_name: "other", settings: QUEUE_SETTINGS, jurisdiction: "eu" }],
    ["PATCH", `${account}/queues/${queueId}`, { queue_name: "orders", settings: QUEUE_SETTINGS }],
    ["PUT", `${account}/queues/${queueId}`, { queue_name: "orders", settings: QUEUE_SETTINGS }],
    ["POST", `${account}/queues/${freeQueueId}/consumers`, worker],
    ["PUT", `${account}/queues/${queueId}/consumers/${consumerId}`, worker],
    ["POST", `${account}/queues/${queueId}/messages`, { body: { a: 1 }, content_type: "json", delay_seconds: 1 }],
    ["POST", `${account}/queues/${queueId}/messages/batch`, { messages: [{ body: "a", content_type: "text" }] }],
    ["POST", `${account}/queues/${queueId}/purge`, { delete_messages_permanently: true }],
    ["POST", `${account}/d1/database`, { name: "other", primary_location_hint: "weur", jurisdiction: "eu" }],
    ["PATCH", database, { read_replication: { mode: "auto" } }],
    ["POST", `${database}/query`, { sql: "SELECT ?", params: ["a"] }],
    ["POST", `${database}/raw`, { batch: [{ sql: "SELECT ?", params: [1] }] }],
    ["POST", `${database}/import`, { action: "init", etag: "0".repeat(32) }],
    ["POST", `${database}/import`, { action: "ingest", etag: "0".repeat(32), filename: "f" }],
    [
      "PUT",
      script("bound"),
      { main_module: "index.js", bindings: MORE_BINDINGS({ databaseId }) },
      { form: "metadata" },
    ],
    ["PUT", `${account}/workers/subdomain`, { subdomain: "local" }],
    ["PUT", script("other"), METADATA, { form: "metadata" }],
    ["POST", script("shop", "/versions"), { ...METADATA, tail_consumers: undefined }, { form: "metadata" }],
    ["PATCH", script("shop", "/settings"), { ...METADATA, main_module: undefined }, { form: "settings" }],
  ];
};

async function lived() {
  const verdict = { ok: true, startupTimeMs: 1, handlers: ["fetch", "scheduled", "queue"] };
  const client = createClient({ zones: [{ name: "example.com", plan: "business" }], verdict });
  client.state.objects = new ObjectStore();
  client.state.objects.createBucket("bundles");
  await client.put("shop", { bindings: BINDINGS.slice(0, 3) });
  await client.send("POST", `${client.account}/storage/kv/namespaces`, { title: "cache" });
  const domain = { domain: "files.example.com", zoneId: client.zone.split("/").at(-1), enabled: true };
  await client.send("POST", `${client.account}/r2/buckets/bundles/domains/custom`, domain);
  await client.send("PUT", `${client.account}/r2/buckets/bundles/cors`, { rules: [CORS_RULE] });
  await client.send("POST", `${client.account}/d1/database`, { name: "rows" });
  for (const name of ["orders", "free"]) await client.send("POST", `${client.account}/queues`, { queue_name: name });
  const [queueId] = client.state.queues.keys();
  const consumer = { type: "worker", script_name: "shop" };
  await client.send("POST", `${client.account}/queues/${queueId}/consumers`, consumer);
  await client.send("POST", `${client.zone}/dns_records`, { type: "A", name: "a", content: "192.0.2.1" });
  await client.send("POST", `${client.zone}/workers/routes`, { pattern: "example.com/*", script: "shop" });
  return client;
}

/** Every copy of a value in which one member, at any depth, is another. */
function* spoilt(value) {
  for (const odd of ODD) yield odd;
  if (typeof value !== "object" || value === null) return;
  for (const key of Object.keys(value)) {
    for (const member of spoilt(value[key]))
      yield Array.isArray(value) ? value.with(key, member) : { ...value, [key]: member };
  }
}

function send(client, [method, path, , { form, ...headers } = {}], body) {
  if (!form) return client.send(method, path, body, headers);
  if (form === "metadata") return client.send(method, path, upload(body));
  const settings = new FormData();
  settings.set("settings", new Blob([JSON.stringify(body)], { type: "application/json" }), "settings.json");
  return client.send(method, path, settings);
}

/** What a tool looks at after a write. */
const reads = ({ account, zone, script }) => [
  `${account}/workers/scripts`,
  `${account}/workers/workers`,
  `${account}/workers/services/shop`,
  script("shop", "/settings"),
  script("shop", "/versions?deployable=true"),
  script("shop", "/deployments"),
  script("shop", "/secrets"),
  `${account}/storage/kv/namespaces`,
  `${account}/r2/buckets`,
  `${account}/r2/buckets/bundles/domains/custom`,
  `${account}/r2/buckets/bundles/cors`,
  `${account}/r2/buckets/bundles/lifecycle`,
  `${account}/queues`,
  `${account}/d1/database`,
  `${zone}/dns_records`,
  `${zone}/workers/routes`,
  "/zones",
  "/user/tokens",
];

async function defectOf(client, request, body) {
  const before = JSON.stringify(toJSON(client.state));
  const { status, errors } = await send(client, request, body);
  const isRefused = [400, 401, 403, 404, 405, 409, 413, 414].includes(status) && errors[0].code !== 10013;
  if (isRefused) return JSON.stringify(toJSON(client.state)) === before ? undefined : "refused, and changed something";
  if (status !== 200) return `${status}`;
  for (const path of reads(client)) {
    const read = await client.send("GET", path);
    if (read.status !== 200) return `afterwards ${read.status} at ${path}`;
  }
  return "";
}

test("a good request is taken, with one member made wrong it is taken or refused, never a defect", async () => {
  const defects = [];
  let client = await lived();
  for (let index = 0; index < requests(client).length; index += 1) {
    const good = requests(client)[index];
    const { status, errors } = await send(client, good, good[2]);
    assert.equal(status, 200, `${good[0]} ${good[1]}: ${JSON.stringify(errors)}`);
    client = await lived();
    for (const body of spoilt(good[2])) {
      const defect = await defectOf(client, requests(client)[index], body);
      if (defect) defects.push(`${good[0]} ${good[1]} ${JSON.stringify(body)}: ${defect}`);
      // What was refused changed nothing.
      if (defect !== undefined) client = await lived();
    }
  }
  assert.deepEqual(defects, []);
});

test("odd queries are answered or refused, never a defect", async () => {
  const client = await lived();
  const lists = ["/zones", "/accounts", "/user/tokens", `${client.zone}/dns_records`, `${client.account}/r2/buckets`];
  const more = [
    "/queues",
    "/d1/database",
    "/storage/kv/namespaces",
    "/workers/scripts",
    "/workers/scripts-search",
    "/workers/workers",
  ];
  for (const path of [...lists, ...more.map((rest) => client.account + rest), client.script("shop", "/versions")]) {
    for (const query of QUERIES) {
      const { status } = await client.send("GET", `${path}?${query}`);
      assert.ok(status === 200 || status === 400, `${path}?${query}: ${status}`);
    }
  }
});

test("names that every object of JavaScript has are names like others", async () => {
  const client = await lived();
  const { account, zone } = client;
  const [namespaceId] = client.state.kv.keys();
  const namespace = `${account}/storage/kv/namespaces/${namespaceId}`;
  const binding = { type: "plain_text", name: "constructor", text: "kept" };
  assert.equal((await client.put("shop", { bindings: [binding] })).status, 200);
  const edit = `${account}/workers/workers/shop/versions/latest`;
  const edited = await client.send("PATCH", edit, { env: { OTHER: { type: "plain_text", text: "x" } } }, MERGE);
  const names = edited.result.bindings.map(({ name }) => name);
  assert.ok(names.includes("constructor") && names.includes("OTHER"), names.join());

  const refused = async (metadata, modules) => (await client.put("shop", metadata, modules)).errors[0]?.code;
  assert.equal(await refused({ bindings: [{ type: "constructor", name: "A" }] }), 10021);
  assert.equal(await refused({ annotations: { toString: "x" } }), 10021);
  assert.equal(await refused({}, [["index.js", "export default {}", "constructor"]]), 10021);

  assert.deepEqual((await client.send("GET", "/zones?name=constructor:example.com")).result, []);
  const records = (await client.send("GET", `${zone}/dns_records`)).result.length;
  const unfiltered = await client.send("GET", `${zone}/dns_records?name.constructor=none`);
  assert.equal(unfiltered.result.length, records, "no filter that is known");

  await client.send("PUT", `${namespace}/bulk`, [{ key: "__proto__", value: "v" }]);
  const { body } = await client.send("POST", `${namespace}/bulk/get`, { keys: ["__proto__"] });
  assert.match(body.toString(), /"values":\{"__proto__":"v"\}/);
});
