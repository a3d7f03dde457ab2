/**
 * What Cloudflare takes, written down from its API reference and not from our engine or our emulator: both could be
 * wrong together, this would not notice the same way. Every request must fit exactly one row; nothing extra passes.
 */
import Ajv from "ajv";

const ID = "^[0-9a-f]{32}$";
const UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";
const object = (properties, required = []) => ({ type: "object", properties, required, additionalProperties: false });
const text = (more = {}) => ({ type: "string", minLength: 1, ...more });

const TAGS = { type: "array", maxItems: 10, uniqueItems: true, items: text({ maxLength: 1024, pattern: "^[^,&]+$" }) };
const SWITCH = { type: "boolean" };
const SHARE = { type: "number", minimum: 0, maximum: 1 };
const KEPT = {
  enabled: SWITCH,
  head_sampling_rate: SHARE,
  persist: SWITCH,
  destinations: { type: "array", items: text() },
};
const OBSERVABILITY = object(
  {
    enabled: SWITCH,
    head_sampling_rate: SHARE,
    redact_query_string: SWITCH,
    logs: object({ ...KEPT, invocation_logs: SWITCH }),
    traces: object({ ...KEPT, propagation_policy: { enum: ["authenticated", "accept"] } }),
    issues: object({ enabled: SWITCH }),
  },
  ["enabled"],
);
const TAIL_CONSUMERS = {
  type: "array",
  items: object({ service: text(), environment: text(), namespace: text() }, ["service"]),
};
const PLACE = { region: text(), hostname: text(), host: text({ pattern: ":[0-9]+$" }) };
const NAME = text({ pattern: "^[A-Za-z_$][A-Za-z0-9_$]*$" });
const binding = (type, properties) =>
  object({ type: { const: type }, name: NAME, ...properties }, ["type", "name", ...Object.keys(properties)]);
const BINDING = {
  oneOf: [
    binding("plain_text", { text: { type: "string", maxLength: 5120 } }),
    binding("secret_text", { text: { type: "string", maxLength: 5120 } }),
    binding("kv_namespace", { namespace_id: text({ pattern: ID }) }),
    binding("service", { service: text() }),
    binding("durable_object_namespace", { class_name: NAME }),
    binding("workflow", { workflow_name: text(), class_name: NAME }),
    binding("inherit", {}),
    binding("assets", {}),
  ],
};

/** How static assets are served: <https://developers.cloudflare.com/workers/static-assets/direct-upload/> */
const ASSETS = object(
  {
    jwt: text(),
    config: object({
      html_handling: { enum: ["auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none"] },
      not_found_handling: { enum: ["none", "404-page", "single-page-application"] },
      run_worker_first: {
        anyOf: [SWITCH, { type: "array", minItems: 1, maxItems: 100, items: text({ maxLength: 100 }) }],
      },
      _headers: text(),
      _redirects: text(),
    }),
  },
  ["jwt"],
);
const ANNOUNCED = object(
  {
    manifest: {
      type: "object",
      propertyNames: { pattern: "^/" },
      additionalProperties: object({ hash: text({ pattern: ID }), size: { type: "integer", minimum: 0 } }, [
        "hash",
        "size",
      ]),
    },
  },
  ["manifest"],
);
const CLASSES = { type: "array", minItems: 1, items: NAME };
const MIGRATIONS = object(
  {
    old_tag: text(),
    new_tag: text(),
    steps: {
      type: "array",
      minItems: 1,
      items: object({
        new_classes: CLASSES,
        new_sqlite_classes: CLASSES,
        deleted_classes: CLASSES,
        renamed_classes: { type: "array", items: object({ from: NAME, to: NAME }, ["from", "to"]) },
        transferred_classes: {
          type: "array",
          items: object({ from: NAME, from_script: text(), to: NAME }, ["from", "from_script", "to"]),
        },
      }),
    },
  },
  ["new_tag", "steps"],
);
const OBJECT_CLASS = {
  type: "object",
  required: ["type"],
  properties: { type: { enum: ["durable-object", "worker"] } },
};

/** Metadata of an upload: <https://developers.cloudflare.com/workers/configuration/multipart-upload-metadata/> */
const METADATA = {
  ...object(
    {
      main_module: text(),
      body_part: text(),
      bindings: { type: "array", items: BINDING },
      migrations: MIGRATIONS,
      exports: { type: "object", additionalProperties: OBJECT_CLASS },
      keep_bindings: {
        type: "array",
        uniqueItems: true,
        items: { enum: ["secret_text", "secret_key", "plain_text", "json"] },
      },
      compatibility_date: text({ pattern: "^20\\d\\d-[01]\\d-[0-3]\\d$" }),
      compatibility_flags: { type: "array", maxItems: 50, items: text() },
      annotations: object({ "workers/tag": text({ maxLength: 100 }), "workers/message": text({ maxLength: 1000 }) }),
      tags: TAGS,
      observability: OBSERVABILITY,
      keep_assets: { const: true },
      assets: ASSETS,
      logpush: SWITCH,
      tail_consumers: TAIL_CONSUMERS,
      streaming_tail_consumers: { type: "array", items: object({ service: text() }, ["service"]) },
      placement: object({
        mode: { enum: ["smart", "targeted"] },
        ...PLACE,
        target: { type: "array", minItems: 1, maxItems: 1, items: object(PLACE) },
      }),
      limits: object({
        cpu_ms: { type: "integer", minimum: 1, maximum: 300_000 },
        subrequests: { type: "integer", minimum: 1 },
      }),
      cache_options: object({ enabled: SWITCH, cross_version_cache: SWITCH }, ["enabled"]),
    },
    ["bindings", "keep_bindings", "compatibility_date", "compatibility_flags", "annotations", "tags"],
  ),
  oneOf: [
    { required: ["main_module"] },
    { required: ["body_part"] },
    { required: ["assets"], not: { anyOf: [{ required: ["main_module"] }, { required: ["body_part"] }] } },
  ],
};

/** Of script and version: <https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/script_and_version_settings/> */
const SETTINGS = object(
  {
    bindings: { type: "array", items: BINDING },
    annotations: object({ "workers/tag": text({ maxLength: 100 }), "workers/message": text({ maxLength: 1000 }) }),
    tail_consumers: TAIL_CONSUMERS,
  },
  ["bindings", "annotations"],
);

const RECORD = object(
  {
    type: { enum: ["A", "AAAA", "CNAME"] },
    name: text({ maxLength: 253, pattern: "^[a-z0-9-]+(\\.[a-z0-9-]+)+$" }),
    content: text(),
    ttl: { const: 1 },
    proxied: { const: true },
    comment: text({ maxLength: 100, pattern: "^[^\\r\\n]+$" }),
  },
  ["type", "name", "content", "ttl", "proxied", "comment"],
);
const ROUTE = object({ pattern: text({ pattern: "^(https?://)?[*]?[a-z0-9.-]+(/[^?#*]*[*]?)?$" }), script: text() }, [
  "pattern",
  "script",
]);
const SWITCHES = object({ enabled: { type: "boolean" }, previews_enabled: { type: "boolean" } }, [
  "enabled",
  "previews_enabled",
]);
const HOST = text({ maxLength: 253, pattern: "^[a-z0-9-]+(\\.[a-z0-9-]+)+$" });
/** <https://developers.cloudflare.com/api/resources/workers/subresources/domains/methods/update/> */
const DOMAIN = object({ hostname: HOST, service: text(), zone_id: text({ pattern: ID }) }, ["hostname", "service"]);
/** Five fields; <https://developers.cloudflare.com/workers/configuration/cron-triggers/#supported-cron-expressions> */
const CRON = text({ pattern: "^[0-9*,/-]+ [0-9*,/-]+ [0-9*,/LW-]+ [0-9A-Za-z*,/-]+ [0-9A-Za-z*,/#-]+$" });
const SECRETS = object({ secrets: { type: "object", additionalProperties: { type: "null" } } }, ["secrets"]);

const A = "/accounts/:id";
const S = `${A}/workers/scripts/:script`;
const Z = "/zones/:id";
const PAGED = ["page", "per_page"];
const FORM = "multipart/form-data";
const JSON_TYPE = "application/json";

/** Method, path, exact query keys (`?` = may be absent), content type, shape of the body, name of the only part of a form. */
const ROWS = [
  ["GET", "/user/tokens/verify", []],
  ["GET", `${A}/tokens/verify`, []],
  ["GET", "/zones", ["name", "account.id", ...PAGED]],
  ["GET", Z, []],
  ["GET", `${A}/workers/scripts`, []],
  ["GET", `${A}/workers/subdomain`, []],
  ["GET", `${A}/workers/workers/:script`, []],
  ["GET", `${A}/storage/kv/namespaces`, PAGED],
  ["GET", `${S}/settings`, []],
  ["GET", `${S}/deployments`, []],
  ["GET", `${S}/versions`, ["deployable"]],
  ["GET", `${S}/versions/:uuid`, []],
  ["GET", `${S}/content/v2`, []],
  ["GET", `${S}/subdomain`, []],
  ["GET", `${S}/schedules`, []],
  ["GET", `${A}/workers/durable_objects/namespaces`, PAGED],
  ["GET", `${A}/workflows/:script`, []],
  [
    "PUT",
    `${A}/workflows/:script`,
    [],
    JSON_TYPE,
    object({ script_name: text(), class_name: NAME }, ["script_name", "class_name"]),
  ],
  ["DELETE", `${A}/workflows/:script`, []],
  ["GET", `${A}/workers/domains`, ["hostname?"]],
  ["GET", `${A}/workers/domains/:id`, []],
  ["PUT", `${A}/workers/domains`, [], JSON_TYPE, DOMAIN],
  ["DELETE", `${A}/workers/domains/:id`, []],
  ["GET", `${Z}/workers/routes`, []],
  ["GET", `${Z}/dns_records`, ["match?", "name.exact?", "comment.startswith?", ...PAGED]],
  ["PUT", S, ["bindings_inherit", "excludeScript"], FORM, METADATA],
  ["POST", `${S}/assets-upload-session`, [], JSON_TYPE, ANNOUNCED],
  ["POST", `${A}/workers/assets/upload`, ["base64"], FORM],
  ["DELETE", S, []],
  ["PATCH", `${S}/settings`, [], FORM, SETTINGS, "settings"],
  [
    "PATCH",
    `${S}/script-settings`,
    [],
    JSON_TYPE,
    object({ tags: TAGS, observability: OBSERVABILITY, logpush: SWITCH, tail_consumers: TAIL_CONSUMERS }),
  ],
  ["PATCH", `${S}/secrets-bulk`, [], "application/merge-patch+json", SECRETS],
  ["POST", `${S}/subdomain`, [], JSON_TYPE, SWITCHES],
  [
    "PUT",
    `${S}/schedules`,
    [],
    JSON_TYPE,
    { type: "array", uniqueItems: true, items: object({ cron: CRON }, ["cron"]) },
  ],
  ["POST", `${Z}/dns_records`, [], JSON_TYPE, RECORD],
  ["PATCH", `${Z}/dns_records/:id`, [], JSON_TYPE, RECORD],
  ["GET", `${Z}/dns_records/:id`, []],
  ["DELETE", `${Z}/dns_records/:id`, []],
  ["POST", `${Z}/workers/routes`, [], JSON_TYPE, ROUTE],
  ["PUT", `${Z}/workers/routes/:id`, [], JSON_TYPE, ROUTE],
  ["GET", `${Z}/workers/routes/:id`, []],
  ["DELETE", `${Z}/workers/routes/:id`, []],
];

const ajv = new Ajv({ allErrors: true, strict: false });
const compiled = ROWS.map(([method, path, query, type, schema, onlyPart]) => ({
  name: `${method} ${path}`,
  method,
  path: new RegExp(
    `^${path
      .replaceAll(":id", "[0-9a-f]{32}")
      .replaceAll(":uuid", UUID.slice(1, -1))
      .replaceAll(":script", "[a-z0-9_][a-z0-9-_]{0,62}")}$`,
  ),
  query,
  type,
  onlyPart,
  check: schema && ajv.compile(schema),
}));

const MODULE_TYPES = [
  "application/javascript+module",
  "application/javascript",
  "application/wasm",
  "text/plain",
  "application/octet-stream",
  "text/x-python",
  "text/x-python-requirement",
  "application/source-map",
];

/**
 * @param {{ method: string, url: string, headers: Record<string, string>, body: Buffer }} request as it went out
 * @returns {{ name: string, problems: string[] }}
 */
export function check(request) {
  const url = new URL(request.url);
  const path = url.pathname.replace("/client/v4", "");
  const fits = compiled.filter((row) => row.method === request.method && row.path.test(path));
  if (fits.length !== 1) return { name: `${request.method} ${path}`, problems: [`fits ${fits.length} endpoints`] };
  const [row] = fits;
  return {
    name: row.name,
    problems: [...queryProblems(row, url), ...headerProblems(row, request), ...bodyProblems(row, request)],
  };
}

function queryProblems({ query }, url) {
  const given = [...url.searchParams.keys()];
  const known = query.map((key) => key.replace("?", ""));
  const missing = query.filter((key) => !key.endsWith("?") && !given.includes(key)).map((key) => `query lacks ${key}`);
  return [...missing, ...given.filter((key) => !known.includes(key)).map((key) => `query has ${key}`)];
}

function headerProblems({ type }, { headers, body }) {
  const problems = [];
  if (!/^Bearer [\x21-\x7e]{20,}$/.test(headers.authorization ?? "")) problems.push("no bearer token");
  if (!headers["user-agent"]?.startsWith("cfworker-deploy/")) problems.push("no user agent");
  const sent = headers["content-type"]?.split(";")[0];
  if (sent !== type) problems.push(`content type is ${sent}, not ${type}`);
  if (!type && body.length > 0) problems.push("a body where none is due");
  return problems;
}

function bodyProblems({ type, check: valid, onlyPart }, { headers, body }) {
  if (!valid) return [];
  if (type !== FORM) return valid(parsed(body)) ? [] : [ajv.errorsText(valid.errors)];
  const parts = partsOf(headers["content-type"], body);
  if (onlyPart !== undefined) {
    const [{ name, type: kind, content } = {}, ...others] = parts;
    if (others.length > 0 || name !== onlyPart || kind !== JSON_TYPE) return [`not one JSON part named ${onlyPart}`];
    return valid(parsed(content)) ? [] : [ajv.errorsText(valid.errors)];
  }
  const metadata = parts.find(({ name }) => name === "metadata");
  if (!metadata || metadata.type !== JSON_TYPE) return ["no JSON metadata part"];
  const said = parsed(metadata.content);
  const problems = valid(said) ? [] : [ajv.errorsText(valid.errors)];
  const modules = parts.filter((part) => part !== metadata);
  for (const { name, filename, type: kind } of modules) {
    if (name !== filename) problems.push(`part ${name} has the file name ${filename}`);
    if (!MODULE_TYPES.includes(kind)) problems.push(`part ${name} has the type ${kind}`);
  }
  const entry = modules.find(({ filename }) => filename === (said?.main_module ?? said?.body_part));
  // A Worker of static assets alone.
  const isAlone = said?.assets !== undefined && modules.length === 0;
  const due = said?.main_module ? "application/javascript+module" : "application/javascript";
  if (!isAlone && entry?.type !== due) problems.push("the entry is no part of its type");
  const names = said?.bindings?.map(({ name }) => name) ?? [];
  if (new Set(names).size !== names.length) problems.push("a binding name twice");
  return problems;
}

function parsed(content) {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

/** Parts by the letter of RFC 7578, strictly: CRLF, quoted names, a closing boundary, nothing before or after. */
function partsOf(contentType, body) {
  const [, boundary] = /boundary=([0-9A-Za-z'()+_,./:=?-]{1,70})$/.exec(contentType) ?? [];
  const content = body.toString("latin1");
  if (!boundary || !content.startsWith(`--${boundary}\r\n`) || !content.endsWith(`\r\n--${boundary}--\r\n`)) return [];
  const inner = content.slice(boundary.length + 4, -(boundary.length + 8));
  return inner.split(`\r\n--${boundary}\r\n`).map((part) => {
    const at = part.indexOf("\r\n\r\n");
    const head = part.slice(0, at);
    const [, name, , filename] =
      /^Content-Disposition: form-data; name="([^"]+)"(; filename="([^"]+)")?\r?$/m.exec(head) ?? [];
    const [, type] = /^Content-Type: (.+?)\r?$/m.exec(head) ?? [];
    return { name, filename, type, content: Buffer.from(part.slice(at + 4), "latin1").toString("utf8") };
  });
}
