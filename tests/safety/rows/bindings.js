/** For each type of binding what an entry of it says. A new type is one line here; its drift and its removal are the same as all others'. */

const ID = "0123456789abcdef0123456789abcdef";

/** `made`: of what the account has, see `account.js`. @type {Record<string, object | ((made: object) => object)>} */
export const BINDINGS = {
  agent_memory: { namespace: "main" },
  ai: {},
  ai_search: { instance_name: "docs" },
  ai_search_namespace: { namespace: "docs" },
  analytics_engine: { dataset: "events" },
  artifacts: { namespace: "builds" },
  browser: {},
  d1: (made) => ({ database_id: made.database }),
  dispatch_namespace: { namespace: "customers", outbound: { worker: { service: "gate" } } },
  flagship: { app_id: "main" },
  hyperdrive: { id: ID },
  images: {},
  json: { json: ["a", { B: null }] },
  k2: { stream: "main" },
  kv_namespace: (made) => ({ namespace_id: made.namespace }),
  logfwdr: { destination: "logs" },
  media: {},
  messaging: { namespace: "main" },
  mtls_certificate: { certificate_id: "0f0f0f0f-1111-2222-3333-444444444444" },
  pipelines: { pipeline: "clicks" },
  queue: { queue_name: "orders" },
  r2_bucket: { bucket_name: "media" },
  ratelimit: { namespace_id: "1001", simple: { limit: 100, period: 60 } },
  secrets_store_secret: { store_id: ID, secret_name: "key" },
  send_email: { allowed_destination_addresses: ["a@example.com"] },
  service: { service: "api" },
  stream: {},
  vectorize: { index_name: "docs" },
  version_metadata: {},
  vpc_network: { network_id: "cf1:network", identity: "shop" },
  vpc_service: { service_id: "main" },
  websearch: {},
  worker_loader: {},
};

/** Types that Local Cloudflare refuses to take, so that nothing can drift there. */
export const REFUSED = {
  durable_object_namespace: { class_name: "Room", script_name: "api" },
  workflow: { workflow_name: "orders", script_name: "api" },
};
