/**
 * The inputs of tests/fuzz through the package as it is shipped, in any runtime: the engine answers or refuses, and
 * never traps; what people get to see of it is inert and holds no credential. Time is whoever's calls this: waits
 * between tries may cost nothing.
 */

const TOKEN = "cnry-replayed-token-0123456789abcdef0123";
const SECRET_KEY = "cnry-replayed-s3-key-91be44f2";
const SECRET = "cnry-replayed-secret-5f3a9c20";

const CONTROL_CHARACTER = /[^\P{Cc}\n]/u;

const ZONE_ID = "1".repeat(32);

/** @type {Record<string, (api: object, text: string, bytes: Uint8Array, manifest: string) => Promise<unknown>[]>} */
export const TARGETS = {
  manifests: (api, text) => [api.validate(text), api.plan(text)],
  references: (api, text) =>
    [
      { env: { variables: { A: text } } },
      { env: { secrets: { A: text } } },
      { kv_bindings: [{ name: "A", field_path: text }] },
      { kv_bindings: [{ name: text, kind: "CloudflareKvNamespace", field_path: "status.outputs.namespace_id" }] },
    ].map((spec) => api.plan(withSpec(spec))),
  patterns: (api, text) => {
    const [hostname, ...patterns] = text.split("\n");
    return [api.plan(withSpec({ dns: { enabled: true, hostname, route_patterns: patterns.slice(0, 20) } }))];
  },
  edits: (api, text) => {
    const [path, value = "", ...rest] = text.split("\n");
    const edited = api.setValue(rest.join("\n"), 0, path, givenValue(value));
    // A file's text is written, not shown.
    return [edited.then(() => undefined), api.validate(text, { set: [[path, value]] })];
  },
  bundles: (api, _text, bytes) => [
    api.publish(bytes, { bucket: "bundles", key: "a/" }, credentials(), { fetch: answering({ status: 200 }) }),
  ],
  drawings: (api, text) => {
    const [places, file = ""] = text.split(/\n\n(.*)/s);
    const found = places.split("\n").map((line) => line.split(" ").map(Number));
    const [own, ...related] = found.slice(0, 8).map(([line, column, endLine, endColumn]) => {
      return { file: "manifest", line, column, endLine, endColumn, label: "here" };
    });
    const finding = { severity: "error", code: "CFD0101", message: "it is wrong", ...own, related };
    return [api.renderDiagnostics(file, [finding])];
  },
  plans: (api, text) => {
    const json = jsonOf(text);
    return json === undefined ? [] : [Promise.resolve(json), api.renderError("", json)];
  },
  marks: (api, text, _bytes, manifest) => {
    const lines = text.split("\n");
    return [api.plan(manifest, credentials(), { fetch: byPath(markedAccount(lines)) })];
  },
  answers: (api, text, _bytes, manifest) => {
    const [head, ...rest] = text.split("\n");
    const fetch = answering(answerOf(head.split(" ")[1], rest.join("\n")));
    return [api.doctor(manifest, credentials(), { fetch }), api.apply(manifest, credentials(), { fetch })];
  },
  objects: (api, text) => {
    const [head, ...rest] = text.split("\n");
    const [, status, bucket = "", ...key] = head.split(" ");
    const fetch = answering(answerOf(status, rest.join("\n")));
    const bytes = new TextEncoder().encode("export default {}");
    const target = { bucket, key: key.join(" ") };
    return [api.publish(bytes, target, credentials(), { fetch })];
  },
  account: (api, text, _bytes, manifest) => {
    const end = text.indexOf("\n");
    const verb = ["apply", "plan", "destroy", "doctor"].find((name) => name === text.slice(0, end)) ?? "outputs";
    const fetch = byPath(sectionsOf(text.slice(end + 1)));
    return [api[verb](manifest, credentials(), { fetch, allowDeletes: true, prune: true, timeoutMs: 20_000 })];
  },
};

/**
 * Uses one input.
 * @returns {Promise<string[]>} what must not be: traps, errors of no kind that callers are told of, texts not to be shown
 */
export async function use(api, target, bytes, manifest) {
  const text = new TextDecoder().decode(bytes);
  const source = target === "manifests" ? text : manifest;
  const calls = TARGETS[target](api, text, bytes, manifest).map((call) => shown(api, source, call));
  const settled = await Promise.allSettled(calls);
  return settled.flatMap(({ reason, value }) =>
    value === undefined ? `${reason?.name}: ${reason?.message}` : problemsOf(value),
  );
}

/** What people get to see of an answer or of a failure, whatever it is. */
async function shown(api, source, call) {
  try {
    const answer = await call;
    if (typeof answer === "string") return answer;
    const findings = api.renderDiagnostics(source, answer?.diagnostics);
    return (await Promise.all([api.renderPlan(answer), api.renderCheckup(answer), findings])).join("");
  } catch (error) {
    if (!isTold(api, error)) throw error;
    return api.renderError(source, error);
  }
}

function problemsOf(text) {
  const problems = [TOKEN, SECRET_KEY, SECRET].some((secret) => text.includes(secret)) ? ["a secret is shown"] : [];
  return CONTROL_CHARACTER.test(text) ? [...problems, `not inert: ${JSON.stringify(text)}`] : problems;
}

const isTold = ({ DeployError }, error) => error instanceof DeployError && error.code !== "CFD0901";

function withSpec(spec) {
  const bundle = { bucket: "code", path: "app/v1.js" };
  const own = { account_id: "a".repeat(32), script: { name: "app", bundle } };
  const document = { apiVersion: "cloudflare.project-planton.org/v1", kind: "CloudflareWorker" };
  return JSON.stringify({ ...document, metadata: { name: "app" }, spec: { ...own, ...spec } });
}

function credentials() {
  const r2 = { accessKeyId: "id", secretAccessKey: SECRET_KEY, endpoint: "https://s3.example" };
  return { apiToken: TOKEN, baseUrl: "https://api.example/client/v4", r2, secrets: { KEY: SECRET } };
}

function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function givenValue(text) {
  const value = jsonOf(text);
  return typeof value === "string" ? value : text;
}

/** Status, headers, an empty line, the body. */
function answerOf(status, rest) {
  const end = rest.startsWith("\n") ? 0 : rest.indexOf("\n\n");
  const head = end === -1 ? rest : rest.slice(0, end);
  const headers = head.split("\n").flatMap((line) => {
    const [, name, value] = /^([\w-]+): (.*)$/.exec(line) ?? [];
    return name ? [[name.toLowerCase(), value]] : [];
  });
  const body = end === -1 ? "" : rest.slice(end === 0 ? 1 : end + 2);
  return { status: Number.parseInt(status, 10) || 200, headers, body };
}

const answering = (answer) => async () => responseOf(answer);

/** As much of a `Response` as there must be: a real one takes no status above 599. */
function responseOf({ status, headers = [], body = "" }) {
  const bytes = new TextEncoder().encode(body);
  const stream = new ReadableStream({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
  return { status, headers, body: stream };
}

/** Sections as tests/fuzz/account.rs describes them. */
function sectionsOf(text) {
  return text.split(/^=== /m).flatMap((section) => {
    const [head, ...rest] = section.split("\n");
    const [method, path, status] = head.split(" ");
    return path ? [{ method, path, answer: answerOf(status, rest.join("\n").replace(/\n$/, "")) }] : [];
  });
}

function byPath(sections) {
  return async (url, { method }) => {
    const path = url.split("?")[0];
    const fitting = sections.filter((section) => section.method === method && path.endsWith(section.path));
    const [best] = fitting.sort((one, other) => other.path.length - one.path.length);
    if (best) return responseOf(best.answer);
    return responseOf(method === "GET" || method === "HEAD" ? NOT_THERE : TAKEN);
  };
}

const json = (status, value) => ({ status, body: JSON.stringify(value) });
const NOT_THERE = json(404, { success: false, errors: [{ code: 10007, message: "not there" }], result: null });
const TAKEN = json(200, {
  success: true,
  result: { id: "shop", type: "A", name: "shop.example.com", pattern: "shop.example.com/*" },
});

/** An account whose tags, version mark and comments are these texts. */
function markedAccount(lines) {
  const of = (method, path, result) => ({ method, path, answer: json(200, { success: true, errors: [], result }) });
  const [first] = lines;
  const id = "18f97339-c287-4872-9bdd-e2135c07ec12";
  const version = { id, number: 1, metadata: {}, annotations: { "workers/tag": first } };
  const record = { id: "r", type: "A", name: "shop.example.com", content: "100.0.0.1", proxied: true, ttl: 1 };
  return [
    of("GET", "/workers/scripts", [{ id: "shop", tags: lines }]),
    of("GET", "/shop/settings", { bindings: [], tags: lines }),
    of("GET", "/shop/deployments", { deployments: [{ id: "d", versions: [{ version_id: id, percentage: 100 }] }] }),
    of("GET", "/shop/versions", { items: [version] }),
    of("GET", `/versions/${id}`, { ...version, resources: { bindings: [] } }),
    of(
      "GET",
      "/dns_records",
      lines.map((comment) => ({ ...record, comment })),
    ),
    of("GET", "/workers/routes", [{ id: "t", pattern: "shop.example.com/*", script: "shop" }]),
    of("GET", `/zones/${ZONE_ID}`, { id: ZONE_ID, name: "example.com", status: "active" }),
    of("GET", "/namespaces", [{ id: "0".repeat(32), title: "cache" }]),
    { method: "GET", path: "/shop.js", answer: { status: 200, headers: [["etag", '"e"']], body: "export default {}" } },
  ];
}
