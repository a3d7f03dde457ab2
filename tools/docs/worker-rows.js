/**
 * What each key of a Worker is beside its code, for docs/what-a-worker-can-have.md: a row of a table there, with the folder of
 * `tests/specs/manifest` that says how it is read, an example, what Local Cloudflare does with it, and the test that deploys it
 * and looks at what comes of it. A new key is one entry here, or one in `NO_ROW`. Types of bindings have rows of their own,
 * which are read from `src/binding/table.rs`.
 */

/** What Local Cloudflare does with a setting that it has no use for. */
const KEPT = "no: kept, and shown as Cloudflare shows it";

/**
 * @typedef {object} Row
 * @property {"bindings" | "triggers" | "settings"} table
 * @property {string} says what the manifest says, in short
 * @property {string} spec
 * @property {object} example of `spec`
 * @property {string} local `yes`, or what it does instead
 * @property {[file: string, test: string]} test
 */

/** @type {Record<string, Row>} by what the page calls it; the key is the first word */
export const ROWS = {
  "env.variables": {
    table: "bindings",
    says: "name to text, or to an output of another resource",
    spec: "env",
    example: { env: { variables: { GREETING: "hello" } } },
    local: "yes",
    test: [
      "tests/e2e/lifecycle.test.js",
      "variables and bindings that left the manifest are gone; a bundle path rolls back",
    ],
  },
  "env.secrets": {
    table: "bindings",
    says: "name to where its value comes from; the value is given beside the manifest",
    spec: "env",
    example: { env: { secrets: { API_KEY: "${API_KEY}" } } },
    local: "yes",
    test: [
      "tests/e2e/lifecycle.test.js",
      "set elsewhere: kept; unchanged: not written; changed: written; left the manifest: removed",
    ],
  },
  kv_bindings: {
    table: "bindings",
    says: "another way to write bindings of type `kv_namespace`",
    spec: "kv-forms",
    example: { kv_bindings: [{ name: "CACHE", namespace_id: "0123456789abcdef0123456789abcdef" }] },
    local: "yes",
    test: ["tests/e2e/notes.test.js", "the second run finds all of it and writes nothing"],
  },
  assets: {
    table: "bindings",
    says: "a directory of static files, how they are served, and the name under which the Worker reads them",
    spec: "assets",
    example: { assets: { directory: "public", binding: "ASSETS" } },
    local: "yes",
    test: ["tests/e2e/assets.test.js", "the first run sends each file once, and files, rules and the Worker answer"],
  },
  migrations: {
    table: "bindings",
    says: "what became of the Worker's own classes of Durable Objects, step by step",
    spec: "object-classes",
    example: { migrations: [{ tag: "v1", new_sqlite_classes: ["Room"] }] },
    local: "yes",
    test: ["tests/e2e/room.test.js", "the first run makes the class with the Worker, and each room keeps its guests"],
  },
  exports: {
    table: "bindings",
    says: "the same as a map of what the code exports",
    spec: "object-classes-in-a-map",
    example: { exports: { Room: { type: "durable-object", storage: "sqlite" } } },
    local: "yes",
    test: [
      "tests/e2e/durable-objects.test.js",
      "a map of exports makes and renames classes, and its refusal is told class by class",
    ],
  },
  "assets.bucket": {
    table: "bindings",
    says: "the objects under a prefix, or the files of a tar, in place of a directory",
    spec: "assets-in-r2",
    example: { assets: { bucket: "sites", path: "docs/v1.tar" } },
    local: "yes",
    test: ["tests/e2e/assets-in-r2.test.js", "files and rules answer, wherever the engine runs"],
  },
  dns: {
    table: "triggers",
    says: "hosts with their DNS records, and patterns of routes",
    spec: "hosts",
    example: { dns: { enabled: true, hostname: "api.example.com" } },
    local: "yes",
    test: ["tests/e2e/hosts.test.js", "both answer, in two zones that nobody named; the second run writes nothing"],
  },
  workers_dev: {
    table: "triggers",
    says: "on or off: the address on workers.dev, and those of previews",
    spec: "extensions",
    example: { workers_dev: { enabled: true, previews_enabled: false } },
    local: "yes",
    test: [
      "tests/e2e/settings.test.js",
      "the address on workers.dev answers, at the day and with the flags that the manifest says",
    ],
  },
  queue_consumers: {
    table: "triggers",
    says: "queues whose messages the Worker gets, and how",
    spec: "queue-consumers",
    example: { queue_consumers: [{ queue: "orders", max_retries: 5 }] },
    local: "yes",
    test: [
      "tests/e2e/consumers.test.js",
      "one run makes queue, Workers and consumer, in the order of what they need, and messages arrive",
    ],
  },
  custom_domains: {
    table: "triggers",
    says: "hosts that belong to the Worker whole, each with a record and a certificate that Cloudflare keeps",
    spec: "custom-domains",
    example: { custom_domains: ["api.example.com"] },
    local: "yes",
    test: ["tests/e2e/custom-domains.test.js", "one run makes it and its host, whose zone is found by the host's name"],
  },
  schedules: {
    table: "triggers",
    says: "cron expressions in UTC",
    spec: "schedules",
    example: { schedules: ["*/5 * * * *"] },
    local: "yes, by a clock of its own",
    test: [
      "tests/e2e/schedules.test.js",
      "one run makes it with its schedules, after its code, and the handler is called at their time",
    ],
  },
  compatibility_date: {
    table: "settings",
    says: "the day whose runtime behaviour the Worker gets",
    spec: "later-api-gateway",
    example: { compatibility_date: "2026-07-01" },
    local: "yes, up to the day that its workerd knows",
    test: [
      "tests/e2e/settings.test.js",
      "the address on workers.dev answers, at the day and with the flags that the manifest says",
    ],
  },
  compatibility_flags: {
    table: "settings",
    says: "exactly these flags; absent: `nodejs_compat`",
    spec: "extensions",
    example: { compatibility_flags: ["nodejs_compat", "global_navigator"] },
    local: "yes",
    test: [
      "tests/e2e/settings.test.js",
      "the address on workers.dev answers, at the day and with the flags that the manifest says",
    ],
  },
  observability: {
    table: "settings",
    says: "on or off, or what is kept of logs, traces and issues",
    spec: "settings",
    example: { observability: { enabled: true, logs: { enabled: true, destinations: ["team-logs"] } } },
    local: KEPT,
    test: ["tests/e2e/settings.test.js", "the Worker that gets the traces is made first, and each setting is live"],
  },
  placement: {
    table: "settings",
    says: "where it runs: `mode: smart`, or near a `region`, a `hostname` or a `host` with its port",
    spec: "settings",
    example: { placement: { mode: "smart" } },
    local: KEPT,
    test: ["tests/e2e/settings.test.js", "the Worker that gets the traces is made first, and each setting is live"],
  },
  limits: {
    table: "settings",
    says: "the most CPU time and requests of its own that one request may use",
    spec: "settings",
    example: { limits: { cpu_ms: 5000, subrequests: 200 } },
    local: "yes: a Worker is stopped at its CPU time; requests of its own are not counted",
    test: ["tests/local/endless.test.js", "is killed at its own time limit, and the others are served meanwhile"],
  },
  logpush: {
    table: "settings",
    says: "whether traces go to Logpush jobs of the account",
    spec: "settings",
    example: { logpush: true },
    local: KEPT,
    test: ["tests/e2e/settings.test.js", "the Worker that gets the traces is made first, and each setting is live"],
  },
  cache_options: {
    table: "settings",
    says: "whether answers are cached in front of it, also across versions",
    spec: "settings",
    example: { cache_options: { enabled: true } },
    local: KEPT,
    test: ["tests/e2e/settings.test.js", "the Worker that gets the traces is made first, and each setting is live"],
  },
  tail_consumers: {
    table: "settings",
    says: "Workers that get its traces, by name or by their documents",
    spec: "settings",
    example: { tail_consumers: [{ service: "log-keeper" }] },
    local: "yes",
    test: ["tests/e2e/settings.test.js", "what the Worker logs reaches the one that gets its traces"],
  },
  streaming_tail_consumers: {
    table: "settings",
    says: "the same while it still handles a request",
    spec: "settings",
    example: { streaming_tail_consumers: [{ service: "log-keeper" }] },
    local: "no: kept; workerd streams traces as an experiment alone",
    test: [
      "tests/e2e/settings.test.js",
      "workerd streams no traces unless as an experiment: a Worker that states who gets them answers all the same",
    ],
  },
  tags: {
    table: "settings",
    says: "tags by which people find it",
    spec: "settings",
    example: { tags: ["team-shop"] },
    local: KEPT,
    test: ["tests/e2e/settings.test.js", "the Worker that gets the traces is made first, and each setting is live"],
  },
};

/** Keys that are no binding, trigger or setting. */
export const NO_ROW = {
  account_id: "where the Worker is",
  bindings: "a row a type",
  build: "how its code is built",
  main_module: "its code",
  script: "its name and code",
  script_bundle: "its code",
  usage_model: "has no effect",
  wait: "how a run waits for it",
  worker_name: "its name",
};

/** Types of bindings whose use another test than that of all types shows. */
export const OTHER_TESTS = {};
