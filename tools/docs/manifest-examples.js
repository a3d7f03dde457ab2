/**
 * An example of each block of a manifest, by the block's name in the schema. A test reads each of them as part of a
 * manifest, so they are what the tool takes.
 */

export const EXAMPLES = {
  "the document": `
apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata:
  name: api
spec:
  worker_name: api
  script_bundle:
    bucket: bundles
    path: api/v1.js
`,
  metadata: `
metadata:
  name: api # with org and env: who this Worker is, also when its script is renamed
  org: acme
  env: production
  annotations:
    drift: overwrite # somebody else's live version is replaced without asking
`,
  spec: `
spec:
  account_id: "074755a78d8e8f77c119a90a125e8a06" # or CLOUDFLARE_ACCOUNT_ID
  worker_name: api
  script_bundle:
    bucket: bundles
    path: api/v1.js
  main_module: worker.mjs
  compatibility_date: "2026-01-15"
  compatibility_flags: [nodejs_compat]
`,
  Script: `
spec:
  script: # the same as worker_name and script_bundle
    name: api
    bundle:
      bucket: bundles
      path: api/v1.js
    format: es-module
`,
  Bundle: `
spec:
  worker_name: api
  script_bundle:
    bucket: bundles
    path: api/v1.js # apply --bundle and publish --manifest write it
    jurisdiction: eu
    sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
`,
  Build: `
spec:
  build: # for \`apply --build\`
    command: npm run build # in the shell, where the manifest lies
    output: dist # a file, or a directory of modules
`,
  Assets: `
spec:
  assets:
    directory: ./public # from where the manifest lies
    binding: ASSETS # absent: the Worker does not read them itself
    html_handling: auto-trailing-slash
    not_found_handling: 404-page
    run_worker_first: [/api/*, "!/api/docs/*"] # or true, or false
`,
  Dns: `
spec:
  dns:
    enabled: true # false takes routes and records away and keeps the Worker
    hostnames: # or hostname, for one
      - api.example.com
      - www.example.com
    zone: example.com # or zone_id, of all hosts; left out, it is found from each
    route_patterns: # in place of HOST/* for each host
      - api.example.com/*
      - www.example.com/*
      - example.com/api/*
`,
  RecordContent: `
spec:
  dns:
    enabled: true
    hostname: api.example.com
    record: # or the word existing, for a Worker in front of a site that is there
      type: AAAA
      content: "100::"
`,
  Env: `
spec:
  env:
    variables:
      LOG_LEVEL: info
      REGION: $variables-group/defaults/region # from --values
      MEDIA_URL: $cloudflare-r2-bucket/media/status.outputs.bucket_url # of a bucket, in this run or in the account
    secrets:
      API_KEY: \${API_KEY} # from the environment, or --secrets-file
      DATABASE_URL: $secrets-group/main/database-url
`,
  KvBinding: `
spec:
  kv_bindings:
    - name: CACHE # env.CACHE in JavaScript
      field_path: $cloudflare-kv-namespace/my-cache/status.outputs.namespace_id # found by its title
    - name: SESSIONS
      namespace_id: 0123456789abcdef0123456789abcdef
`,
  Binding: `
spec:
  bindings:
    - name: DB # env.DB in JavaScript
      type: d1
      database_id: 0f0f0f0f-1111-2222-3333-444444444444
    - name: JOBS
      type: queue
      value_from: # or by its own name: "queue_name: jobs"
        kind: CloudflareQueue
        name: jobs
    - name: MEDIA
      type: r2_bucket
      bucket_name: media
    - name: BACKEND
      type: service
      service: api # a Worker of the same run is deployed first
    - name: SETTINGS
      type: json
      json: { greeting: hello, limits: [10, 20] }
    - name: VERSION
      type: version_metadata
`,
  ValueOrFrom: `
spec:
  dns:
    enabled: true
    hostname: api.example.com
    zone_id:
      value_from: {kind: CloudflareDnsZone, name: example.com, field_path: status.outputs.zone_id}
`,
  QueueConsumer: `
spec:
  queue_consumers: # the Worker's code has a handler: queue(batch, env, context)
    - queue: {value_from: {name: orders}} # a document of the run; or the queue's own name
      max_batch_size: 20
      max_batch_timeout: 2
      max_retries: 5
      dead_letter_queue: shop-orders-failed
`,
  DomainInZone: `
spec:
  custom_domains:
    - api.example.com # Cloudflare makes its record and its certificate
    - hostname: a.b.example.org
      zone_id: 0123456789abcdef0123456789abcdef
`,
  ZonedSchedule: `
spec:
  schedules: # in UTC; the Worker's code has a handler: scheduled(controller, env, context)
    - "*/15 * * * *"
    - 30 3 * * MON-FRI # not {cron: 30 12 * * MON-FRI, timezone: Asia/Tokyo}
    - 0 0 L * * # the last day of each month
`,
  ClassMigration: `
spec:
  bindings: # without script_name: a class of this Worker
    - {name: HALLS, type: durable_object_namespace, class_name: Hall}
  migrations: # new ones at the end; those that were carried out stay as they are
    - tag: v1
      new_sqlite_classes: [Room, Attic]
    - tag: v2
      renamed_classes: [{from: Room, to: Hall}] # keeps what objects store
      deleted_classes: [Attic] # only with: apply --delete-data class:api/Attic
`,
  RenamedClass: `
spec:
  migrations:
    - {tag: v1, new_sqlite_classes: [Room]}
    - {tag: v2, renamed_classes: [{from: Room, to: Hall}]}
`,
  TransferredClass: `
spec:
  migrations: # deployed in one run with the other Worker, or with: apply --take script:hotel
    - {tag: v1, transferred_classes: [{from: Room, from_script: hotel, to: Suite}]}
`,
  Export: `
spec:
  exports: # in place of migrations
    Hall: {type: durable-object, storage: sqlite}
    Room: {type: durable-object, state: renamed, renamed_to: Hall}
    Admin: {type: worker}
`,
  ExportCache: `
spec:
  exports:
    Admin: {type: worker, cache: {enabled: true}}
`,
  ValueFrom: `
spec:
  kv_bindings:
    - name: CACHE
      value_from:
        kind: CloudflareKvNamespace
        name: my-cache
        field_path: status.outputs.namespace_id
`,
  ObservabilitySettings: `
spec:
  observability:
    enabled: true
    head_sampling_rate: 0.1
`,
  Logs: `
spec:
  observability:
    enabled: true
    redact_query_string: true
    logs:
      enabled: true
      invocation_logs: false # what the Worker logs itself, and nothing else
      destinations: [team-logs]
`,
  Traces: `
spec:
  observability:
    enabled: true
    traces:
      enabled: true
      head_sampling_rate: 0.05
      persist: false
      destinations: [team-traces]
`,
  Issues: `
spec:
  observability:
    enabled: true
    issues:
      enabled: true
`,
  Placement: `
spec:
  placement:
    mode: smart
`,
  Target: `
spec:
  placement:
    mode: targeted
    target:
      - host: db.example.com:5432
`,
  Limits: `
spec:
  limits:
    cpu_ms: 5000
    subrequests: 200
`,
  CacheOptions: `
spec:
  cache_options:
    enabled: true
    cross_version_cache: false
`,
  TailConsumer: `
spec:
  tail_consumers: # the Workers' code has a handler: tail(events, env, context)
    - service: log-keeper # a Worker of the same run is deployed first
    - service:
        value_from:
          name: alarms # the name of its document
`,
  StreamingTailConsumer: `
spec:
  streaming_tail_consumers: # the Worker's code has a handler: tailStream(event, env, context)
    - service: log-keeper
`,
  WorkersDevSettings: `
spec:
  workers_dev:
    enabled: false
    previews_enabled: false
`,
  Wait: `
spec:
  wait: # what apply --wait asks; without it any answer of the Worker will do
    path: /health
    header: x-version
`,
  Relationship: `
metadata:
  name: api
  relationships: # read and kept for other tools
    - kind: CloudflareKvNamespace
      name: my-cache
      type: depends_on
`,
  CloudflareKvNamespace: `
apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareKvNamespace
metadata:
  name: sessions # what a Worker's kv_bindings refer to
  org: acme
  env: production
spec:
  namespace_name: shop sessions
`,
  CloudflareQueue: `
apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareQueue
metadata:
  name: orders
  org: acme
  env: production
spec:
  queue_name: shop-orders
`,
  QueueSettings: `
apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareQueue
metadata: {name: orders, org: acme, env: production}
spec:
  queue_name: shop-orders
  settings:
    delivery_delay: 5
    message_retention_period: 86400
`,
  CloudflareR2Bucket: `
apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareR2Bucket
metadata:
  name: files
  org: acme
  env: production
spec:
  bucket_name: shop-files
  location: WEUR
  public_access: false
`,
  CustomDomain: `
apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareR2Bucket
metadata: {name: files, org: acme, env: production}
spec:
  bucket_name: shop-files
  custom_domain: # everybody may read the objects there: asks for a yes
    enabled: true
    zone_id: # or the id itself
      value_from: {name: example.com}
    domain: files.example.com
`,
  CorsRule: `
apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareR2Bucket
metadata: {name: files, org: acme, env: production}
spec:
  bucket_name: shop-files
  cors:
    - origins: ["https://shop.example.com"]
      methods: [GET, HEAD]
      expose_headers: [etag]
      max_age_seconds: 3600
`,
  LifecycleRule: `
apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareR2Bucket
metadata: {name: files, org: acme, env: production}
spec:
  bucket_name: shop-files
  lifecycle:
    - prefix: logs/
      delete_after_days: 30
    - abort_uploads_after_days: 1
`,
  CloudflareD1Database: `
apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareD1Database
metadata:
  name: shop
  org: acme
  env: production
spec:
  database_name: shop
  region: weur # where it is created; a database is never moved
  migrations: ./migrations # SQL files, each applied once
`,
  MigrationsInR2: `
apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareD1Database
metadata: {name: shop, org: acme, env: production}
spec:
  database_name: shop
  migrations: # r2://bundles/shop/migrations/0001_init.sql and so on; also where no directory can be read
    bucket: bundles
    prefix: shop/migrations/
`,
  ReadReplication: `
apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareD1Database
metadata: {name: shop, org: acme, env: production}
spec:
  database_name: shop
  read_replication:
    mode: auto
`,
};
