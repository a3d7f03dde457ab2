// Made from schema/manifest.schema.json: `npm run docs`.

/**
 * A document of a manifest, as an object.
 */
export type ManifestDocument =
  WorkerManifest | KvNamespaceManifest | R2BucketManifest | QueueManifest | D1DatabaseManifest;
/**
 * An enum value by name or number.
 */
type Word = string | number;
/**
 * Everywhere or nowhere, or by rules.
 */
type RunWorkerFirst = boolean | string[];
/**
 * A host that belongs to the Worker whole.
 */
type WorkerDomain = string | DomainInZone;
/**
 * Text, which may be `$cloudflare-KIND/NAME/status.outputs.FIELD`, or where it comes from.
 */
type TextOrFrom = string | ValueOrFrom;
/**
 * `existing`, or a type and a content.
 */
type Record = RecordWord | RecordContent;
/**
 * How to treat a record that is there already.
 */
type RecordWord = "existing";
/**
 * On or off, or what is kept of the requests.
 */
type Observability = boolean | ObservabilitySettings;
/**
 * A cron expression in UTC: minute, hour, day of the month, month, weekday (1 is Sunday).
 */
type Schedule = string | ZonedSchedule;
/**
 * Billing model of earlier years.
 */
type UsageModel = ("BUNDLED" | "UNBOUND" | "STANDARD" | "bundled" | "unbound" | "standard") | number;
/**
 * On or off, or each address by itself.
 */
type WorkersDev = boolean | WorkersDevSettings;
/**
 * Where the SQL files are.
 */
type Migrations = string | MigrationsInR2;

/**
 * A Cloudflare Worker: its code in R2, its bindings, and the host that it answers on.
 */
export interface WorkerManifest {
  /**
   * Where an editor finds the schema of this file; otherwise ignored.
   */
  $schema?: string | null;
  /**
   * API group and version.
   */
  apiVersion?: "cloudflare.project-planton.org/v1" | "cloudflare.openmcf.org/v1" | "cloudflare.planton.dev/v1";
  /**
   * The same as `apiVersion`.
   */
  api_version?: "cloudflare.project-planton.org/v1" | "cloudflare.openmcf.org/v1" | "cloudflare.planton.dev/v1";
  /**
   * What the document describes.
   */
  kind: "CloudflareWorker";
  /**
   * Who it is.
   */
  metadata: {
    /**
     * `drift: overwrite` lets a run replace somebody else's live version; others have no effect here.
     */
    annotations?: {
      [k: string]: string;
    } | null;
    /**
     * Environment, part of the identity.
     */
    env?: string | null;
    /**
     * Has no effect here.
     */
    group?: string | null;
    /**
     * Has no effect here.
     */
    id?: string | null;
    /**
     * Has no effect here.
     */
    labels?: {
      [k: string]: string;
    } | null;
    /**
     * Name of the resource; with `org` and `env` its identity. Empty: the name in `spec`.
     */
    name?: string | null;
    /**
     * Organisation, part of the identity.
     */
    org?: string | null;
    /**
     * Has no effect here.
     */
    relationships?: Relationship[] | null;
    /**
     * Has no effect here.
     */
    slug?: string | null;
    /**
     * Has no effect here.
     */
    tags?: string[] | null;
  };
  /**
   * What it should be.
   */
  spec: {
    /**
     * The same as `account_id`.
     */
    accountId?: string | null;
    /**
     * Account id, 32 hexadecimal digits. Absent: the account of the run.
     */
    account_id?: string | null;
    /**
     * Static assets: files that are served at their paths, before the Worker is asked. Without a bundle the Worker is these
     * files alone. Absent: those that another tool has put into the live Worker stay.
     */
    assets?: Assets | null;
    /**
     * Whatever else the Worker is bound to: databases, buckets, queues, other Workers and more.
     */
    bindings?: Binding[] | null;
    /**
     * How the code is built: `apply --build` runs the command, publishes what it made, and names it in `script_bundle`.
     */
    build?: Build | null;
    /**
     * The same as `cache_options`.
     */
    cacheOptions?: CacheOptions | null;
    /**
     * Whether answers of the Worker are cached in front of it. Absent: left as it is.
     */
    cache_options?: CacheOptions | null;
    /**
     * The same as `compatibility_date`.
     */
    compatibilityDate?: string | null;
    /**
     * The same as `compatibility_flags`.
     */
    compatibilityFlags?: string[] | null;
    /**
     * Day whose runtime behaviour the Worker gets, `YYYY-MM-DD`. Absent: the live one stays.
     */
    compatibility_date?: string | null;
    /**
     * Exactly these flags. Default: `nodejs_compat`.
     */
    compatibility_flags?: string[] | null;
    /**
     * The same as `custom_domains`.
     */
    customDomains?: WorkerDomain[] | null;
    /**
     * Hosts that belong to the Worker whole: Cloudflare keeps a record and a certificate for each. An empty list: none. Absent:
     * left as it is.
     */
    custom_domains?: WorkerDomain[] | null;
    /**
     * The host that the Worker answers on: DNS record and routes.
     */
    dns?: Dns | null;
    /**
     * Variables and secrets.
     */
    env?: Env | null;
    /**
     * The same as a map: each name that the code exports, or exported, with what it is now; in place of `migrations`.
     */
    exports?: {
      [k: string]: Export;
    } | null;
    /**
     * The same as `kv_bindings`.
     */
    kvBindings?: KvBinding[] | null;
    /**
     * KV namespaces, each under a name in JavaScript.
     */
    kv_bindings?: KvBinding[] | null;
    /**
     * The most that one request may use. Absent: left as it is.
     */
    limits?: Limits | null;
    /**
     * Whether traces go to the Logpush jobs of the account. Absent: left as it is.
     */
    logpush?: boolean | null;
    /**
     * The same as `main_module`.
     */
    mainModule?: string | null;
    /**
     * Name of the entry module of a bundle of one module, by default `index.js`; of a tar, where more than one may be meant.
     */
    main_module?: string | null;
    /**
     * What became of the Worker's own classes of Durable Objects, step by step. Absent: they stay as they are.
     */
    migrations?: ClassMigration[] | null;
    /**
     * Workers Logs and traces. Absent: on when the Worker is created, left as they are later.
     */
    observability?: Observability | null;
    /**
     * Where the Worker runs. Absent: left as it is, near the client if nobody has set it.
     */
    placement?: Placement | null;
    /**
     * The same as `queue_consumers`.
     */
    queueConsumers?: QueueConsumer[] | null;
    /**
     * Queues whose messages the Worker gets, in its `queue` handler. An empty list: none.
     */
    queue_consumers?: QueueConsumer[] | null;
    /**
     * When Cloudflare calls the Worker by itself, in its `scheduled` handler: cron expressions in UTC. An empty list: never.
     * Absent: left as it is.
     */
    schedules?: Schedule[] | null;
    /**
     * Script name and bundle in one block; the same as `worker_name` and `script_bundle`.
     */
    script?: Script | null;
    /**
     * The same as `script_bundle`.
     */
    scriptBundle?: Bundle | null;
    /**
     * Where the code lies in R2.
     */
    script_bundle?: Bundle | null;
    /**
     * The same as `streaming_tail_consumers`.
     */
    streamingTailConsumers?: StreamingTailConsumer[] | null;
    /**
     * Workers that get the traces of this one while it still handles a request, in their `tailStream` handler.
     */
    streaming_tail_consumers?: StreamingTailConsumer[] | null;
    /**
     * Tags of the Worker, by which people find it. Those that others have added stay.
     */
    tags?: string[] | null;
    /**
     * The same as `tail_consumers`.
     */
    tailConsumers?: TailConsumer[] | null;
    /**
     * Workers that get the traces of this one, in their `tail` handler. Those that others have added stay.
     */
    tail_consumers?: TailConsumer[] | null;
    /**
     * The same as `usage_model`.
     */
    usageModel?: UsageModel | null;
    /**
     * Accepted for compatibility; has no effect.
     */
    usage_model?: UsageModel | null;
    /**
     * Proof for `--wait` that the new version answers.
     */
    wait?: Wait | null;
    /**
     * The same as `worker_name`.
     */
    workerName?: string | null;
    /**
     * Script name: lower-case letters, digits, `-` and `_`, at most 63.
     */
    worker_name?: string | null;
    /**
     * The same as `workers_dev`.
     */
    workersDev?: WorkersDev | null;
    /**
     * Whether the Worker answers on workers.dev. Absent: left as it is.
     */
    workers_dev?: WorkersDev | null;
  };
  /**
   * Written by other tools; ignored.
   */
  status?: unknown;
}
/**
 * How the resource relates to another; has no effect here.
 */
interface Relationship {
  /**
   * Environment of the other resource.
   */
  env?: string | null;
  /**
   * Visual group.
   */
  group?: string | null;
  /**
   * Kind of the other resource.
   */
  kind?: Word | null;
  /**
   * Name of the other resource.
   */
  name?: string | null;
  /**
   * `depends_on`, `runs_on`, `managed_by` or `uses`.
   */
  type?: Word | null;
}
/**
 * Static assets: files that are served at their paths.
 */
interface Assets {
  /**
   * Name in JavaScript under which the Worker reads them. Absent: it does not.
   */
  binding?: string | null;
  /**
   * In place of `directory`: the bucket in R2 that holds the files.
   */
  bucket?: string | null;
  /**
   * Directory that holds the files, from where the manifest lies; its files `_headers` and `_redirects` say how they are
   * served. Who calls the library gives the files as the option `assets`.
   */
  directory?: string | null;
  /**
   * The same as `html_handling`.
   */
  htmlHandling?: "auto-trailing-slash" | "force-trailing-slash" | "drop-trailing-slash" | "none" | null;
  /**
   * Which address a page has. Default: `auto-trailing-slash`.
   */
  html_handling?: "auto-trailing-slash" | "force-trailing-slash" | "drop-trailing-slash" | "none" | null;
  /**
   * Jurisdiction of the bucket.
   */
  jurisdiction?: "eu" | "fedramp" | null;
  /**
   * The same as `not_found_handling`.
   */
  notFoundHandling?: "none" | "404-page" | "single-page-application" | null;
  /**
   * What answers where no file is. Default: `none`, which asks the Worker.
   */
  not_found_handling?: "none" | "404-page" | "single-page-application" | null;
  /**
   * With `bucket`, in place of `prefix`: key of a tar that holds the files.
   */
  path?: string | null;
  /**
   * With `bucket`: each object whose key starts with it is a file. It ends in `/`.
   */
  prefix?: string | null;
  /**
   * The same as `run_worker_first`.
   */
  runWorkerFirst?: RunWorkerFirst | null;
  /**
   * Where the Worker is asked before the files are looked at: everywhere, or where a rule such as `/api/*` says so, and
   * not where one such as `!/api/docs/*` does. Default: `false`.
   */
  run_worker_first?: RunWorkerFirst | null;
}
/**
 * A resource under a name in JavaScript; what else it says depends on its type.
 */
interface Binding {
  /**
   * Name in JavaScript.
   */
  name: string;
  /**
   * Cloudflare's word for the type. Known: `agent_memory`, `ai`, `ai_search`, `ai_search_namespace`, `analytics_engine`, `artifacts`, `browser`, `d1`, `dispatch_namespace`, `durable_object_namespace`, `flagship`, `hyperdrive`, `images`, `json`, `k2`, `kv_namespace`, `logfwdr`, `media`, `messaging`, `mtls_certificate`, `pipelines`, `queue`, `r2_bucket`, `ratelimit`, `secrets_store_secret`, `send_email`, `service`, `stream`, `vectorize`, `version_metadata`, `vpc_network`, `vpc_service`, `websearch`, `worker_loader`, `workflow`.
   */
  type: string;
  [k: string]: unknown;
}
/**
 * How the code is built.
 */
interface Build {
  /**
   * Command that builds it, for the shell; it runs where the manifest lies, without anybody's tokens and keys.
   */
  command: string;
  /**
   * File or directory that it makes, from where the manifest lies.
   */
  output: string;
}
/**
 * Whether answers of a Worker are cached in front of it.
 */
interface CacheOptions {
  /**
   * The same as `cross_version_cache`.
   */
  crossVersionCache?: boolean | null;
  /**
   * Whether an answer that an earlier version gave may be taken.
   */
  cross_version_cache?: boolean | null;
  /**
   * On or off.
   */
  enabled: boolean;
}
/**
 * A host, and the zone that it lies in.
 */
interface DomainInZone {
  /**
   * Host, such as `api.example.com`.
   */
  hostname: string;
  /**
   * The same as `zone_id`.
   */
  zoneId?: TextOrFrom | null;
  /**
   * Zone id, 32 hexadecimal digits, or the zone that has it. Absent: found from the host.
   */
  zone_id?: TextOrFrom | null;
}
/**
 * A value, or the resource that gives it.
 */
interface ValueOrFrom {
  /**
   * The value itself.
   */
  value?: string | null;
  /**
   * The same as `value_from`.
   */
  valueFrom?: ValueFrom | null;
  /**
   * The resource, and which of its outputs.
   */
  value_from?: ValueFrom | null;
}
/**
 * A field of another resource.
 */
interface ValueFrom {
  /**
   * Environment of the resource; has no effect here.
   */
  env?: string | null;
  /**
   * The same as `field_path`.
   */
  fieldPath?: string | null;
  /**
   * Output wanted, as `status.outputs.NAME`. Default: the one that the field takes, likewise.
   */
  field_path?: string | null;
  /**
   * Kind of the resource. Default: the one that the field takes; a variable takes several and has none.
   */
  kind?: Word | null;
  /**
   * Name of the resource: of its document, or in the account. Of several documents of that name, the one of the same
   * `org` and `env` is meant.
   */
  name: string;
}
/**
 * The hosts that the Worker answers on.
 */
interface Dns {
  /**
   * Whether record and routes should exist. Default: false.
   */
  enabled?: boolean | null;
  /**
   * Host of the Worker, such as `api.example.com`.
   */
  hostname?: string | null;
  /**
   * Several hosts, each with a record of its own; they may lie in different zones.
   */
  hostnames?: string[] | null;
  /**
   * The DNS record of each host: `existing`, or a type and a content. Default: `A 100.0.0.1`, proxied.
   */
  record?: Record | null;
  /**
   * The same as `route_pattern`.
   */
  routePattern?: string | null;
  /**
   * The same as `route_patterns`.
   */
  routePatterns?: string[] | null;
  /**
   * Route pattern. Default: `HOST/*` for each host.
   */
  route_pattern?: string | null;
  /**
   * Several route patterns.
   */
  route_patterns?: string[] | null;
  /**
   * Zone by name, such as `example.com`.
   */
  zone?: string | null;
  /**
   * The same as `zone_id`.
   */
  zoneId?: TextOrFrom | null;
  /**
   * Zone id, 32 hexadecimal digits, of all hosts, or the zone that has it. Absent: found from each host.
   */
  zone_id?: TextOrFrom | null;
}
/**
 * Type and content of a DNS record.
 */
interface RecordContent {
  /**
   * Address, or host for `CNAME`.
   */
  content: string;
  /**
   * Record type.
   */
  type: "A" | "AAAA" | "CNAME";
}
/**
 * Variables and secrets.
 */
interface Env {
  /**
   * Name to `${NAME}` or `$secrets-group/GROUP/KEY`; never readable once set.
   */
  secrets?: {
    [k: string]: string;
  } | null;
  /**
   * Name to text, or to an output of another resource; readable by everyone who can read the Worker.
   * `$variables-group/GROUP/KEY` comes from `--values`.
   */
  variables?: {
    [k: string]: TextOrFrom;
  } | null;
}
/**
 * What the Worker's code exports under a name, or what became of a class that it exported.
 */
interface Export {
  /**
   * Whether answers of the entrypoint are cached, with type `worker`.
   */
  cache?: ExportCache | null;
  /**
   * The same as `renamed_to`.
   */
  renamedTo?: string | null;
  /**
   * The class that has its objects from then on, with `renamed`.
   */
  renamed_to?: string | null;
  /**
   * What is to be: `created`, `deleted` (with all that its objects store: that also needs
   * `--delete-data class:WORKER/CLASS`), `renamed`, `transferred` or `expecting-transfer`. Default: `created`.
   */
  state?: "created" | "deleted" | "renamed" | "transferred" | "expecting-transfer" | null;
  /**
   * How objects store: `sqlite`, or `legacy-kv` for a class that has that already.
   */
  storage?: "sqlite" | "legacy-kv" | null;
  /**
   * The same as `transfer_from`.
   */
  transferFrom?: string | null;
  /**
   * Script name of the Worker that has it until then, with `expecting-transfer`.
   */
  transfer_from?: string | null;
  /**
   * The same as `transferred_to`.
   */
  transferredTo?: string | null;
  /**
   * Script name of the Worker that has it from then on, with `transferred`.
   */
  transferred_to?: string | null;
  /**
   * `durable-object`, or `worker` for an entrypoint.
   */
  type: "durable-object" | "worker";
}
/**
 * Whether answers of an entrypoint are cached.
 */
interface ExportCache {
  /**
   * On or off.
   */
  enabled: boolean;
}
/**
 * A KV namespace under a name in JavaScript.
 */
interface KvBinding {
  /**
   * Name in JavaScript, where `name` is the resource.
   */
  binding?: string | null;
  /**
   * Environment of the resource; has no effect here.
   */
  env?: string | null;
  /**
   * The same as `field_path`.
   */
  fieldPath?: string | null;
  /**
   * Namespace id, or `$cloudflare-kv-namespace/NAME/status.outputs.namespace_id`.
   */
  field_path?: string | null;
  /**
   * Kind of the resource that `name` names.
   */
  kind?: Word | null;
  /**
   * Name in JavaScript; with `kind`, the name of the namespace resource.
   */
  name?: string | null;
  /**
   * The same as `namespace_id`.
   */
  namespaceId?: string | null;
  /**
   * Namespace id, 32 hexadecimal digits.
   */
  namespace_id?: string | null;
  /**
   * The same as `value_from`.
   */
  valueFrom?: ValueFrom | null;
  /**
   * Where the namespace id comes from.
   */
  value_from?: ValueFrom | null;
}
/**
 * The most that one request may use. An empty mapping: what Cloudflare gives to all.
 */
interface Limits {
  /**
   * The same as `cpu_ms`.
   */
  cpuMs?: number | null;
  /**
   * Milliseconds of CPU time; the free plan takes none.
   */
  cpu_ms?: number | null;
  /**
   * Requests that it makes itself.
   */
  subrequests?: number | null;
}
/**
 * One step of what became of the Worker's classes of Durable Objects.
 */
interface ClassMigration {
  /**
   * The same as `deleted_classes`.
   */
  deletedClasses?: string[] | null;
  /**
   * Classes that go with all that their objects store: that also needs `--delete-data class:WORKER/CLASS`.
   */
  deleted_classes?: string[] | null;
  /**
   * The same as `new_classes`.
   */
  newClasses?: string[] | null;
  /**
   * The same as `new_sqlite_classes`.
   */
  newSqliteClasses?: string[] | null;
  /**
   * Classes that come to be with storage of the earlier kind, which new accounts do not get.
   */
  new_classes?: string[] | null;
  /**
   * Classes that come to be, with storage in SQLite.
   */
  new_sqlite_classes?: string[] | null;
  /**
   * The same as `renamed_classes`.
   */
  renamedClasses?: RenamedClass[] | null;
  /**
   * Classes that get another name and keep their objects.
   */
  renamed_classes?: RenamedClass[] | null;
  /**
   * What the step is called, such as `v1`: each step has a tag of its own, and keeps it. The account remembers the last
   * one that was carried out.
   */
  tag: string;
  /**
   * The same as `transferred_classes`.
   */
  transferredClasses?: TransferredClass[] | null;
  /**
   * Classes of other Workers that come over with their objects.
   */
  transferred_classes?: TransferredClass[] | null;
}
/**
 * A class that gets another name.
 */
interface RenamedClass {
  /**
   * Its name until then.
   */
  from: string;
  /**
   * Its name from then on.
   */
  to: string;
}
/**
 * A class that comes from another Worker.
 */
interface TransferredClass {
  /**
   * Its name in the other Worker.
   */
  from: string;
  /**
   * The same as `from_script`.
   */
  fromScript?: string;
  /**
   * Script name of the other Worker.
   */
  from_script?: string;
  /**
   * Its name here.
   */
  to: string;
}
/**
 * Workers Logs and traces. What is not given is left as it is.
 */
interface ObservabilitySettings {
  /**
   * On or off.
   */
  enabled: boolean;
  /**
   * The same as `head_sampling_rate`.
   */
  headSamplingRate?: number | null;
  /**
   * Share of requests that are logged, 0 to 1.
   */
  head_sampling_rate?: number | null;
  /**
   * Issues that Cloudflare makes of errors.
   */
  issues?: Issues | null;
  /**
   * What is kept of logs.
   */
  logs?: Logs | null;
  /**
   * The same as `redact_query_string`.
   */
  redactQueryString?: boolean | null;
  /**
   * Whether addresses are logged without their query.
   */
  redact_query_string?: boolean | null;
  /**
   * What is kept of traces.
   */
  traces?: Traces | null;
}
/**
 * Issues that Cloudflare makes of errors.
 */
interface Issues {
  /**
   * On or off.
   */
  enabled?: boolean | null;
}
/**
 * What is kept of logs.
 */
interface Logs {
  /**
   * Names of destinations of the account that get them.
   */
  destinations?: string[] | null;
  /**
   * On or off.
   */
  enabled?: boolean | null;
  /**
   * The same as `head_sampling_rate`.
   */
  headSamplingRate?: number | null;
  /**
   * Share of requests whose logs are kept, 0 to 1.
   */
  head_sampling_rate?: number | null;
  /**
   * The same as `invocation_logs`.
   */
  invocationLogs?: boolean | null;
  /**
   * Whether each request is logged by itself, also where the Worker logs nothing. Default: true.
   */
  invocation_logs?: boolean | null;
  /**
   * Whether they are kept in the dashboard. Default: true.
   */
  persist?: boolean | null;
}
/**
 * What is kept of traces.
 */
interface Traces {
  /**
   * Names of destinations of the account that get them.
   */
  destinations?: string[] | null;
  /**
   * On or off.
   */
  enabled?: boolean | null;
  /**
   * The same as `head_sampling_rate`.
   */
  headSamplingRate?: number | null;
  /**
   * Share of requests whose traces are kept, 0 to 1.
   */
  head_sampling_rate?: number | null;
  /**
   * Whether they are kept in the dashboard. Default: true.
   */
  persist?: boolean | null;
  /**
   * The same as `propagation_policy`.
   */
  propagationPolicy?: "authenticated" | "accept" | null;
  /**
   * Whose traces are gone on with: `authenticated` callers', or whatever comes along (`accept`).
   */
  propagation_policy?: "authenticated" | "accept" | null;
}
/**
 * Where a Worker runs: where Cloudflare sees fit (`mode: smart`), or near something that it uses.
 */
interface Placement {
  /**
   * Near a host and port, such as `db.example.com:5432`.
   */
  host?: string | null;
  /**
   * Near a host that answers over HTTP, such as `api.example.com`.
   */
  hostname?: string | null;
  /**
   * `smart`: where Cloudflare sees fit. `targeted`: near what is named beside it, as without it. `off`: near the client.
   */
  mode?: "smart" | "targeted" | "off" | null;
  /**
   * Near a region of a cloud, such as `aws:us-east-1`.
   */
  region?: string | null;
  /**
   * Near one of these, as a list of one: `{region}`, `{hostname}` or `{host}`.
   */
  target?: Target[] | null;
}
/**
 * What a Worker runs near to.
 */
interface Target {
  /**
   * A host and port.
   */
  host?: string | null;
  /**
   * A host that answers over HTTP.
   */
  hostname?: string | null;
  /**
   * A region of a cloud, such as `aws:us-east-1`.
   */
  region?: string | null;
}
/**
 * A queue whose messages the Worker gets, and how. What is not given is Cloudflare's default.
 */
interface QueueConsumer {
  /**
   * The same as `dead_letter_queue`.
   */
  deadLetterQueue?: TextOrFrom | null;
  /**
   * Queue where messages go that failed too often, named as `queue` is. Default: they are lost.
   */
  dead_letter_queue?: TextOrFrom | null;
  /**
   * The same as `max_batch_size`.
   */
  maxBatchSize?: number | null;
  /**
   * The same as `max_batch_timeout`.
   */
  maxBatchTimeout?: number | null;
  /**
   * The same as `max_concurrency`.
   */
  maxConcurrency?: number | null;
  /**
   * The same as `max_retries`.
   */
  maxRetries?: number | null;
  /**
   * Most messages that the Worker gets at a time. Default: 10.
   */
  max_batch_size?: number | null;
  /**
   * Seconds that messages wait for others to come with. Default: 5.
   */
  max_batch_timeout?: number | null;
  /**
   * Most batches that the Worker gets at the same time. Default: as many as Cloudflare sees fit.
   */
  max_concurrency?: number | null;
  /**
   * How often a message is tried again that the Worker failed to handle. Default: 3.
   */
  max_retries?: number | null;
  /**
   * The queue: its name, its id of 32 hexadecimal digits, or where its name comes from.
   */
  queue: string | ValueOrFrom;
  /**
   * The same as `retry_delay`.
   */
  retryDelay?: number | null;
  /**
   * Seconds before a message is tried again. Default: 0.
   */
  retry_delay?: number | null;
}
/**
 * A cron expression with a time zone, which Cloudflare does not have.
 */
interface ZonedSchedule {
  /**
   * The cron expression.
   */
  cron: string;
  /**
   * Refused: schedules are in UTC.
   */
  timezone?: string | null;
}
/**
 * Script name and bundle.
 */
interface Script {
  /**
   * Where the code lies in R2.
   */
  bundle?: Bundle | null;
  /**
   * How the code of a single file is written: `es-module` (`export default`) or `service-worker`
   * (`addEventListener`). Default: `es-module`. A multipart file says it itself.
   */
  format?: "es-module" | "service-worker" | null;
  /**
   * Script name: lower-case letters, digits, `-` and `_`, at most 63.
   */
  name?: string | null;
}
/**
 * An object in R2 that holds the code.
 */
interface Bundle {
  /**
   * Bucket name.
   */
  bucket: string;
  /**
   * Jurisdiction of the bucket.
   */
  jurisdiction?: "eu" | "fedramp" | null;
  /**
   * Object key, taken verbatim.
   */
  path: string;
  /**
   * SHA-256 of the object, 64 hexadecimal digits; another content stops the run.
   */
  sha256?: string | null;
}
/**
 * A Worker that gets the traces of another one while that still handles a request.
 */
interface StreamingTailConsumer {
  /**
   * The Worker, as in `tail_consumers`.
   */
  service: string | ValueOrFrom;
}
/**
 * A Worker that gets the traces of another one.
 */
interface TailConsumer {
  /**
   * Environment of the Worker. Default: `production`.
   */
  environment?: string | null;
  /**
   * Dispatch namespace that holds the Worker.
   */
  namespace?: string | null;
  /**
   * The Worker: its name, or where its name comes from. One of the same run is deployed first.
   */
  service: string | ValueOrFrom;
}
/**
 * How to prove that the new version answers.
 */
interface Wait {
  /**
   * Response header that holds the version id.
   */
  header?: string | null;
  /**
   * Path to request. Default: `/`.
   */
  path?: string | null;
}
/**
 * The Worker's workers.dev addresses.
 */
interface WorkersDevSettings {
  /**
   * Whether `NAME.SUBDOMAIN.workers.dev` answers.
   */
  enabled: boolean;
  /**
   * The same as `previews_enabled`.
   */
  previewsEnabled?: boolean | null;
  /**
   * Whether preview addresses of versions answer. Default: as `enabled`.
   */
  previews_enabled?: boolean | null;
}
/**
 * A Workers KV namespace.
 */
export interface KvNamespaceManifest {
  /**
   * Where an editor finds the schema of this file; otherwise ignored.
   */
  $schema?: string | null;
  /**
   * API group and version.
   */
  apiVersion?: "cloudflare.project-planton.org/v1" | "cloudflare.openmcf.org/v1" | "cloudflare.planton.dev/v1";
  /**
   * The same as `apiVersion`.
   */
  api_version?: "cloudflare.project-planton.org/v1" | "cloudflare.openmcf.org/v1" | "cloudflare.planton.dev/v1";
  /**
   * What the document describes.
   */
  kind: "CloudflareKvNamespace";
  /**
   * Who it is.
   */
  metadata: {
    /**
     * `drift: overwrite` lets a run replace somebody else's live version; others have no effect here.
     */
    annotations?: {
      [k: string]: string;
    } | null;
    /**
     * Environment, part of the identity.
     */
    env?: string | null;
    /**
     * Has no effect here.
     */
    group?: string | null;
    /**
     * Has no effect here.
     */
    id?: string | null;
    /**
     * Has no effect here.
     */
    labels?: {
      [k: string]: string;
    } | null;
    /**
     * Name of the resource; with `org` and `env` its identity. Empty: the name in `spec`.
     */
    name?: string | null;
    /**
     * Organisation, part of the identity.
     */
    org?: string | null;
    /**
     * Has no effect here.
     */
    relationships?: Relationship[] | null;
    /**
     * Has no effect here.
     */
    slug?: string | null;
    /**
     * Has no effect here.
     */
    tags?: string[] | null;
  };
  /**
   * What it should be.
   */
  spec: {
    /**
     * The same as `account_id`.
     */
    accountId?: string | null;
    /**
     * Account id, 32 hexadecimal digits. Absent: the account of the run.
     */
    account_id?: string | null;
    /**
     * Accepted for compatibility; has no effect: Cloudflare keeps none. At most 256 characters.
     */
    description?: string | null;
    /**
     * The same as `namespace_name`.
     */
    namespaceName?: string;
    /**
     * Title, unique in its account, at most 64 characters.
     */
    namespace_name?: string;
    /**
     * The same as `ttl_seconds`.
     */
    ttlSeconds?: number | null;
    /**
     * Accepted for compatibility; has no effect: each write of a key says when it expires.
     */
    ttl_seconds?: number | null;
  };
  /**
   * Written by other tools; ignored.
   */
  status?: unknown;
}
/**
 * An R2 bucket: who may read it, and what becomes of its objects.
 */
export interface R2BucketManifest {
  /**
   * Where an editor finds the schema of this file; otherwise ignored.
   */
  $schema?: string | null;
  /**
   * API group and version.
   */
  apiVersion?: "cloudflare.project-planton.org/v1" | "cloudflare.openmcf.org/v1" | "cloudflare.planton.dev/v1";
  /**
   * The same as `apiVersion`.
   */
  api_version?: "cloudflare.project-planton.org/v1" | "cloudflare.openmcf.org/v1" | "cloudflare.planton.dev/v1";
  /**
   * What the document describes.
   */
  kind: "CloudflareR2Bucket";
  /**
   * Who it is.
   */
  metadata: {
    /**
     * `drift: overwrite` lets a run replace somebody else's live version; others have no effect here.
     */
    annotations?: {
      [k: string]: string;
    } | null;
    /**
     * Environment, part of the identity.
     */
    env?: string | null;
    /**
     * Has no effect here.
     */
    group?: string | null;
    /**
     * Has no effect here.
     */
    id?: string | null;
    /**
     * Has no effect here.
     */
    labels?: {
      [k: string]: string;
    } | null;
    /**
     * Name of the resource; with `org` and `env` its identity. Empty: the name in `spec`.
     */
    name?: string | null;
    /**
     * Organisation, part of the identity.
     */
    org?: string | null;
    /**
     * Has no effect here.
     */
    relationships?: Relationship[] | null;
    /**
     * Has no effect here.
     */
    slug?: string | null;
    /**
     * Has no effect here.
     */
    tags?: string[] | null;
  };
  /**
   * What it should be.
   */
  spec: {
    /**
     * The same as `account_id`.
     */
    accountId?: string | null;
    /**
     * Account id, 32 hexadecimal digits. Absent: the account of the run.
     */
    account_id?: string | null;
    /**
     * The same as `bucket_name`.
     */
    bucketName?: string;
    /**
     * Name, unique in its account: 3 to 63 lower-case letters, digits and inner hyphens.
     */
    bucket_name?: string;
    /**
     * Which pages of other hosts may use the bucket. Exactly these rules; absent: left as they are.
     */
    cors?: CorsRule[] | null;
    /**
     * The same as `custom_domain`.
     */
    customDomain?: CustomDomain | null;
    /**
     * A host at which everybody may read the objects. Absent: left as it is. One that was named before stays open, and plans
     * that name another one say so.
     */
    custom_domain?: CustomDomain | null;
    /**
     * Jurisdiction that the data stays in; can't be changed later.
     */
    jurisdiction?: "eu" | "fedramp" | null;
    /**
     * What becomes of objects in time. Exactly these rules; absent: left as they are.
     */
    lifecycle?: LifecycleRule[] | null;
    /**
     * Where the data is kept, for a bucket that is created: `auto`, `WNAM`, `ENAM`, `WEUR`, `EEUR`, `APAC` or `OC`, or
     * their numbers 0 to 6. Absent: `auto`, near to whoever creates it.
     */
    location?: Word | null;
    /**
     * The same as `public_access`.
     */
    publicAccess?: boolean | null;
    /**
     * Whether everybody may read the objects at the bucket's r2.dev address. Absent: left as it is.
     */
    public_access?: boolean | null;
    /**
     * The same as `versioning_enabled`.
     */
    versioningEnabled?: boolean | null;
    /**
     * Refused: R2 keeps no versions of objects.
     */
    versioning_enabled?: boolean | null;
  };
  /**
   * Written by other tools; ignored.
   */
  status?: unknown;
}
/**
 * Pages of which hosts may do what.
 */
interface CorsRule {
  /**
   * The same as `expose_headers`.
   */
  exposeHeaders?: string[] | null;
  /**
   * Headers of answers that pages may read.
   */
  expose_headers?: string[] | null;
  /**
   * Headers that requests may have.
   */
  headers?: string[] | null;
  /**
   * The same as `max_age_seconds`.
   */
  maxAgeSeconds?: number | null;
  /**
   * Seconds that a browser keeps the answer, at most a day.
   */
  max_age_seconds?: number | null;
  /**
   * `GET`, `PUT`, `POST`, `DELETE`, `HEAD`.
   */
  methods: string[];
  /**
   * Origins of the pages, such as `https://shop.example.com`, or `*`.
   */
  origins: string[];
}
/**
 * A host at which everybody may read the objects.
 */
interface CustomDomain {
  /**
   * The host, such as `files.example.com`.
   */
  domain?: string | null;
  /**
   * Whether the host leads to the bucket. Default: false.
   */
  enabled?: boolean | null;
  /**
   * The same as `zone_id`.
   */
  zoneId?: TextOrFrom | null;
  /**
   * Zone id of the host, 32 hexadecimal digits, or the zone that has it.
   */
  zone_id?: TextOrFrom | null;
}
/**
 * What becomes of objects in time.
 */
interface LifecycleRule {
  /**
   * The same as `abort_uploads_after_days`.
   */
  abortUploadsAfterDays?: number | null;
  /**
   * Days after which an unfinished upload is dropped.
   */
  abort_uploads_after_days?: number | null;
  /**
   * The same as `delete_after_days`.
   */
  deleteAfterDays?: number | null;
  /**
   * Days after which an object is deleted.
   */
  delete_after_days?: number | null;
  /**
   * The same as `infrequent_access_after_days`.
   */
  infrequentAccessAfterDays?: number | null;
  /**
   * Days after which an object is kept as rarely read.
   */
  infrequent_access_after_days?: number | null;
  /**
   * Objects whose keys start so. Default: all.
   */
  prefix?: string | null;
}
/**
 * A queue.
 */
export interface QueueManifest {
  /**
   * Where an editor finds the schema of this file; otherwise ignored.
   */
  $schema?: string | null;
  /**
   * API group and version.
   */
  apiVersion?: "cloudflare.project-planton.org/v1" | "cloudflare.openmcf.org/v1" | "cloudflare.planton.dev/v1";
  /**
   * The same as `apiVersion`.
   */
  api_version?: "cloudflare.project-planton.org/v1" | "cloudflare.openmcf.org/v1" | "cloudflare.planton.dev/v1";
  /**
   * What the document describes.
   */
  kind: "CloudflareQueue";
  /**
   * Who it is.
   */
  metadata: {
    /**
     * `drift: overwrite` lets a run replace somebody else's live version; others have no effect here.
     */
    annotations?: {
      [k: string]: string;
    } | null;
    /**
     * Environment, part of the identity.
     */
    env?: string | null;
    /**
     * Has no effect here.
     */
    group?: string | null;
    /**
     * Has no effect here.
     */
    id?: string | null;
    /**
     * Has no effect here.
     */
    labels?: {
      [k: string]: string;
    } | null;
    /**
     * Name of the resource; with `org` and `env` its identity. Empty: the name in `spec`.
     */
    name?: string | null;
    /**
     * Organisation, part of the identity.
     */
    org?: string | null;
    /**
     * Has no effect here.
     */
    relationships?: Relationship[] | null;
    /**
     * Has no effect here.
     */
    slug?: string | null;
    /**
     * Has no effect here.
     */
    tags?: string[] | null;
  };
  /**
   * What it should be.
   */
  spec: {
    /**
     * The same as `account_id`.
     */
    accountId?: string | null;
    /**
     * Account id, 32 hexadecimal digits. Absent: the account of the run.
     */
    account_id?: string | null;
    /**
     * The same as `queue_name`.
     */
    queueName?: string;
    /**
     * Name, unique in its account: lower-case letters, digits and inner hyphens, at most 63.
     */
    queue_name?: string;
    /**
     * How messages are kept and delivered. What is not given is Cloudflare's default, and stays as it is later.
     */
    settings?: QueueSettings | null;
  };
  /**
   * Written by other tools; ignored.
   */
  status?: unknown;
}
/**
 * How messages are kept and delivered.
 */
interface QueueSettings {
  /**
   * The same as `delivery_delay`.
   */
  deliveryDelay?: number | null;
  /**
   * The same as `delivery_paused`.
   */
  deliveryPaused?: boolean | null;
  /**
   * Seconds before a message is delivered, at most a day.
   */
  delivery_delay?: number | null;
  /**
   * Messages are kept, and not delivered.
   */
  delivery_paused?: boolean | null;
  /**
   * The same as `message_retention_period`.
   */
  messageRetentionPeriod?: number | null;
  /**
   * Seconds that a message is kept: from a minute to 14 days.
   */
  message_retention_period?: number | null;
}
/**
 * A database of D1.
 */
export interface D1DatabaseManifest {
  /**
   * Where an editor finds the schema of this file; otherwise ignored.
   */
  $schema?: string | null;
  /**
   * API group and version.
   */
  apiVersion?: "cloudflare.project-planton.org/v1" | "cloudflare.openmcf.org/v1" | "cloudflare.planton.dev/v1";
  /**
   * The same as `apiVersion`.
   */
  api_version?: "cloudflare.project-planton.org/v1" | "cloudflare.openmcf.org/v1" | "cloudflare.planton.dev/v1";
  /**
   * What the document describes.
   */
  kind: "CloudflareD1Database";
  /**
   * Who it is.
   */
  metadata: {
    /**
     * `drift: overwrite` lets a run replace somebody else's live version; others have no effect here.
     */
    annotations?: {
      [k: string]: string;
    } | null;
    /**
     * Environment, part of the identity.
     */
    env?: string | null;
    /**
     * Has no effect here.
     */
    group?: string | null;
    /**
     * Has no effect here.
     */
    id?: string | null;
    /**
     * Has no effect here.
     */
    labels?: {
      [k: string]: string;
    } | null;
    /**
     * Name of the resource; with `org` and `env` its identity. Empty: the name in `spec`.
     */
    name?: string | null;
    /**
     * Organisation, part of the identity.
     */
    org?: string | null;
    /**
     * Has no effect here.
     */
    relationships?: Relationship[] | null;
    /**
     * Has no effect here.
     */
    slug?: string | null;
    /**
     * Has no effect here.
     */
    tags?: string[] | null;
  };
  /**
   * What it should be.
   */
  spec: {
    /**
     * The same as `account_id`.
     */
    accountId?: string | null;
    /**
     * Account id, 32 hexadecimal digits. Absent: the account of the run.
     */
    account_id?: string | null;
    /**
     * The same as `database_name`.
     */
    databaseName?: string;
    /**
     * Name, unique in its account: lower-case letters, digits, `-` and `_`, at most 64.
     */
    database_name?: string;
    /**
     * SQL files: a directory, from where the manifest lies, or a prefix in R2. Each file is applied once, as one
     * transaction, in the order of the numbers that their names start with; the table `d1_migrations` remembers them, as
     * wrangler does. Who calls the library gives the files of a directory as the option `migrations`.
     */
    migrations?: Migrations | null;
    /**
     * The same as `preview_branch`.
     */
    previewBranch?: boolean | null;
    /**
     * Accepted for compatibility; has no effect: D1 has no branches.
     */
    preview_branch?: boolean | null;
    /**
     * The same as `primary_key`.
     */
    primaryKey?: string | null;
    /**
     * Accepted for compatibility; has no effect: tables are made by SQL.
     */
    primary_key?: string | null;
    /**
     * The same as `read_replication`.
     */
    readReplication?: ReadReplication | null;
    /**
     * Whether copies in other regions answer reads. Absent: off in a new database, left as it is later.
     */
    read_replication?: ReadReplication | null;
    /**
     * Where a database that is created is kept: `weur`, `eeur`, `apac`, `oc`, `wnam` or `enam`, or their numbers 1 to 6;
     * `ape` and `usw` of the earlier schema are read as `apac` and `wnam`. Absent: near to whoever creates it. A database
     * is never moved.
     */
    region?: Word | null;
  };
  /**
   * Written by other tools; ignored.
   */
  status?: unknown;
}
/**
 * SQL files in R2: the objects right under a prefix whose keys end with `.sql`.
 */
interface MigrationsInR2 {
  /**
   * Bucket name.
   */
  bucket: string;
  /**
   * Jurisdiction of the bucket.
   */
  jurisdiction?: "eu" | "fedramp" | null;
  /**
   * Start of their keys, with or without the `/` at its end. Absent: the files lie at the top of the bucket.
   */
  prefix?: string | null;
}
/**
 * Copies in other regions that answer reads.
 */
interface ReadReplication {
  /**
   * `auto`: Cloudflare keeps copies; `disabled`: none.
   */
  mode: "auto" | "disabled";
}

export {};
