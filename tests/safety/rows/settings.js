/**
 * For each key of a Worker what somebody changes of it behind our back, what of others stands beside it, and what a plan says
 * when the manifest no longer has it. A new key is one entry here, or one line in `WITHOUT_DRIFT`.
 */
import { ZONE, ZONE_ID } from "../account.js";
import { bindingNamed, deploys, live, script } from "./live.js";

const HOST = `shop.${ZONE}`;
const PATTERN = `${HOST}/*`;
const DOMAIN = `own.${ZONE}`;

/**
 * @typedef {object} Row
 * @property {string} key of a Worker's `spec`
 * @property {object} spec with it
 * @property {object} [files] the Worker's static assets
 * @property {object} [without] what stands instead once it is no longer wanted; default: no such key
 * @property {Record<string, (account: object) => void>} drift
 * @property {RegExp | RegExp[]} told what a plan says of each drift
 * @property {string[]} [stays] drifts that are told and left as they are
 * @property {(account: object) => unknown} seen what the account has of it
 * @property {(account: object) => () => unknown} [others] puts something of others beside it, and answers how that looks
 * @property {boolean} [losesData] whether that is refused unless its data is named
 * @property {RegExp[]} [lost] what a plan says once the manifest no longer has it; none: nothing, and it stays as it is
 */

const records = ({ local }) => local.state.records.get(ZONE_ID);
const routes = ({ local }) => local.state.routes.get(ZONE_ID);
const ofOthers = (list, one) => () => list().find(({ id }) => id === one.id);
const consumers = ({ local }) => [...local.state.consumers.values()];
const consumerOf = (account, queueName) => {
  const { queues } = account.local.state;
  return consumers(account).find(({ queueId }) => queues.get(queueId).name === queueName);
};
const domainAt = ({ local }, host) => [...local.state.domains.values()].find(({ hostname }) => hostname === host);
const files = (text) => ({ "/index.html": new TextEncoder().encode(text) });

/** @type {Record<string, Row>} */
export const ROWS = {
  "the code": {
    key: "script_bundle",
    spec: {},
    without: { script_bundle: { bucket: "bundles", path: "shop.js" } },
    drift: { "deployed elsewhere": deploys({ code: "export default { fetch: () => new Response('theirs') };" }) },
    told: /bundle {2}"code of version \d+" -> "r2:\/\/bundles\/shop\.js/,
    seen: (account) => live(account).modules.map(({ content }) => content.toString()),
  },
  "compatibility date": {
    key: "compatibility_date",
    spec: { compatibility_date: "2026-01-01" },
    drift: { "set to another day": deploys({ compatibilityDate: "2022-02-02" }) },
    told: /compatibility_date {2}"2022-02-02" -> "2026-01-01"/,
    seen: (account) => live(account).compatibilityDate,
  },
  "compatibility flags": {
    key: "compatibility_flags",
    spec: { compatibility_flags: ["global_navigator"] },
    drift: {
      "taken away": deploys({ compatibilityFlags: [] }),
      "one added": deploys({ compatibilityFlags: ["global_navigator", "urlsearchparams_delete_has_value_arg"] }),
    },
    told: /compatibility_flags {2}\[.*\] -> \["global_navigator"\]/,
    seen: (account) => live(account).compatibilityFlags,
    // Without the key a Worker has the flag that all of ours have.
    lost: [/compatibility_flags {2}\["global_navigator"\] -> \["nodejs_compat"\]/],
  },
  observability: {
    key: "observability",
    spec: { observability: { enabled: true, head_sampling_rate: 0.5 } },
    drift: {
      "switched off": (account) => {
        script(account).observability = { enabled: false };
      },
      "another share": (account) => {
        script(account).observability = { enabled: true, head_sampling_rate: 1 };
      },
    },
    told: /observability/,
    seen: (account) => script(account).observability,
  },
  placement: {
    key: "placement",
    spec: { placement: { mode: "smart" } },
    drift: {
      "somewhere else": deploys({ placement: { region: "aws:us-east-1" } }),
      "taken away": deploys({ placement: undefined }),
    },
    told: /placement {2}.*\{"mode":"smart"\}/,
    seen: (account) => live(account).placement,
    lost: [/placement {2}\{"mode":"smart"\} -> \(removed\)/],
  },
  limits: {
    key: "limits",
    spec: { limits: { cpu_ms: 50 } },
    drift: { "another one": deploys({ limits: { cpu_ms: 90 } }), "taken away": deploys({ limits: undefined }) },
    told: /limits {2}.*\{"cpu_ms":50\}/,
    seen: (account) => live(account).limits,
    lost: [/limits {2}\{"cpu_ms":50\} -> \(removed\)/],
  },
  "the cache": {
    key: "cache_options",
    spec: { cache_options: { enabled: true } },
    drift: { "switched off": deploys({ cacheOptions: { enabled: false } }) },
    told: /cache_options {2}\{"enabled":false\} -> \{"enabled":true\}/,
    seen: (account) => live(account).cacheOptions,
    lost: [/cache_options {2}\{"enabled":true\} -> \(removed\)/],
  },
  logpush: {
    key: "logpush",
    spec: { logpush: true },
    drift: {
      "switched off": (account) => {
        script(account).logpush = false;
      },
    },
    told: /logpush {2}false -> true/,
    seen: (account) => script(account).logpush,
    lost: [/logpush {2}true -> false/],
  },
  "tail consumers": {
    key: "tail_consumers",
    spec: { tail_consumers: [{ service: "api" }] },
    drift: { "taken away": setTails((tails) => tails.filter(({ service }) => service !== "api")) },
    told: /tail_consumers {2}.*\{"service":"api"\}/,
    seen: (account) => script(account).tailConsumers.filter(({ service }) => service === "api"),
    others: (account) => {
      account.foreign.createScript("theirs");
      setTails((tails) => [...tails, { service: "theirs" }])(account);
      return () => script(account).tailConsumers.find(({ service }) => service === "theirs");
    },
    lost: [/tail_consumers {2}\[.*"api".*\] -> \[\{"service":"theirs"\}\]/],
  },
  "streaming tail consumers": {
    key: "streaming_tail_consumers",
    spec: { streaming_tail_consumers: [{ service: "api" }] },
    drift: { "taken away": deploys({ streamingTailConsumers: [] }) },
    // No answer shows them: what is told is that somebody deployed.
    told: /streaming_tail_consumers {2}\[\{"service":"api"\}\]/,
    seen: (account) => live(account).streamingTailConsumers ?? [],
    lost: [/code or configuration changed/],
  },
  tags: {
    key: "tags",
    spec: { tags: ["team-shop"] },
    drift: { "taken away": setTags((tags) => tags.filter((tag) => tag !== "team-shop")) },
    told: /tags {2}\[\] -> \["team-shop"\]/,
    seen: (account) => script(account).tags.filter((tag) => tag === "team-shop"),
    others: (account) => {
      setTags((tags) => [...tags, "theirs"])(account);
      return () => script(account).tags.find((tag) => tag === "theirs");
    },
    lost: [/tags {2}\["team-shop"\] -> \[\]/],
  },
  "workers.dev": {
    key: "workers_dev",
    spec: { workers_dev: true },
    drift: {
      "switched off": ({ foreign }) => foreign.setSubdomain("shop", false),
      "previews switched off": ({ foreign }) => foreign.setSubdomain("shop", true, false),
    },
    told: /workers_dev/,
    seen: (account) => script(account).subdomain,
  },
  "a variable": {
    key: "env",
    spec: { env: { variables: { TEXT: "ours" } } },
    drift: {
      "another value": (account) =>
        deploys({
          bindings: live(account).bindings.map((one) => (one.name === "TEXT" ? { ...one, text: "theirs" } : one)),
        })(account),
      "taken out": (account) =>
        deploys({ bindings: live(account).bindings.filter(({ name }) => name !== "TEXT") })(account),
    },
    told: /variables\.TEXT {2}("theirs" -> )?"ours"/,
    seen: (account) => bindingNamed(account, "TEXT"),
    others: addBinding({ type: "plain_text", name: "THEIRS", text: "theirs" }),
    lost: [/variables\.TEXT {2}"ours" -> \(removed\)/],
  },
  "a secret": {
    key: "env",
    spec: { env: { secrets: { KEY: "${KEY}" } } },
    drift: {
      "another value": ({ foreign }) => foreign.editSecret("shop", "KEY", "theirs"),
      "taken out": ({ foreign }) => foreign.editSecret("shop", "KEY", null),
    },
    told: /secrets\.KEY {2}\(secret\)|secrets of `shop` were edited outside/,
    // An edit of a secret may be a rotation: it is told, and stays until the next upload.
    stays: ["another value"],
    seen: (account) => bindingNamed(account, "KEY"),
    others: addBinding({ type: "secret_text", name: "THEIRS", text: "theirs" }),
    lost: [/secrets\.KEY {2}\(secret\) -> \(removed\)/],
  },
  "static assets": {
    key: "assets",
    spec: { assets: { directory: "public", binding: "ASSETS", html_handling: "none" } },
    files: files("ours"),
    drift: {
      "taken away": (account) => deploys({ assets: undefined, bindings: [] })(account),
      "served otherwise": (account) =>
        deploys({ assets: { ...live(account).assets, config: { html_handling: "drop-trailing-slash" } } })(account),
      "the binding taken out": deploys({ bindings: [] }),
    },
    told: /assets\.files/,
    seen: (account) => [live(account).assets, bindingNamed(account, "ASSETS")],
    lost: [/ assets {2}.* -> \(removed\)/, /bindings\.ASSETS \(assets\) {2}.* -> \(removed\)/],
  },
  "a DNS record": {
    key: "dns",
    spec: { dns: { enabled: true, zone_id: ZONE_ID, hostname: HOST } },
    without: { dns: { enabled: false } },
    drift: {
      deleted: ({ foreign }) => foreign.deleteRecord(ZONE, HOST),
      "points elsewhere": ({ foreign }) => foreign.changeRecord(ZONE, HOST, { content: "192.0.2.9" }),
      unproxied: ({ foreign }) => foreign.changeRecord(ZONE, HOST, { proxied: false }),
    },
    told: /[+~] (create|update) +record +shop\.example\.com/,
    seen: (account) =>
      records(account)
        .filter(({ name }) => name === HOST)
        .map(({ type, content, proxied }) => ({ type, content, proxied })),
    others: (account) => ofOthers(() => records(account), account.foreign.addRecord(ZONE, { name: `www.${ZONE}` })),
    lost: [/- delete +record +shop\.example\.com/, /content {2}"100\.0\.0\.1" -> \(removed\)/],
  },
  "a route": {
    key: "dns",
    spec: { dns: { enabled: true, zone_id: ZONE_ID, hostname: HOST } },
    without: { dns: { enabled: false } },
    drift: {
      deleted: ({ foreign }) => foreign.deleteRoute(ZONE, PATTERN),
      "leads to another Worker": (account) => {
        routes(account).find(({ pattern }) => pattern === PATTERN).script = "api";
      },
    },
    told: /(\+ create|~ take) +route +shop\.example\.com\/\*/,
    seen: (account) => routes(account).filter(({ pattern }) => pattern === PATTERN)[0]?.script,
    others: (account) =>
      ofOthers(() => routes(account), account.foreign.addRoute(ZONE, { pattern: `${ZONE}/theirs/*`, script: "shop" })),
    lost: [/- delete +route +shop\.example\.com\/\*/, /script {2}"shop" -> \(removed\)/],
  },
  "a queue's consumer": {
    key: "queue_consumers",
    spec: { queue_consumers: [{ queue: "orders", max_retries: 7 }] },
    without: { queue_consumers: [] },
    drift: {
      deleted: (account) => account.local.state.consumers.delete(consumerOf(account, "orders").id),
      "another setting": (account) => {
        const one = consumerOf(account, "orders");
        one.settings = { ...one.settings, max_retries: 1 };
      },
      "another Worker gets the messages": (account) => {
        consumerOf(account, "orders").script = "api";
      },
    },
    told: /[+~] (create|update|take) +consumer +orders/,
    seen: (account) => {
      const { script, settings } = consumerOf(account, "orders") ?? {};
      return { script, settings };
    },
    others: (account) => {
      const { queues, consumers: all } = account.local.state;
      const queueId = [...queues.values()].find(({ name }) => name === "theirs").id;
      const id = "c".repeat(32);
      const settings = { batch_size: 1, max_retries: 1, max_wait_time_ms: 1, max_concurrency: null, retry_delay: 0 };
      all.set(id, { id, queueId, type: "worker", script: "shop", settings });
      return () => all.get(id);
    },
    lost: [/- delete +consumer +orders/, /script {2}"shop" -> \(removed\)/],
  },
  "a custom domain": {
    key: "custom_domains",
    spec: { custom_domains: [{ hostname: DOMAIN, zone_id: ZONE_ID }] },
    without: { custom_domains: [] },
    drift: {
      deleted: ({ foreign }) => foreign.deleteDomain(DOMAIN),
      "given to another Worker": (account) => {
        domainAt(account, DOMAIN).service = "api";
      },
    },
    told: /(\+ create|~ take) +domain +own\.example\.com/,
    seen: (account) => domainAt(account, DOMAIN)?.service,
    others: (account) => {
      account.foreign.addDomain(ZONE, `theirs.${ZONE}`, "shop");
      return () => domainAt(account, `theirs.${ZONE}`)?.service;
    },
    lost: [/- delete +domain +own\.example\.com/, /stops answering: its DNS record and its certificate go/],
  },
  "a cron schedule": {
    key: "schedules",
    spec: { schedules: ["0 3 * * *"] },
    without: { schedules: [] },
    drift: {
      deleted: (account) => keepSchedules(account, ({ cron }) => cron !== "0 3 * * *"),
      "all deleted but one of theirs": (account) => keepSchedules(account, ({ cron }) => cron === "0 4 * * *"),
    },
    told: /[+~] (create|update) +schedules +shop/,
    seen: (account) => script(account).schedules.some(({ cron }) => cron === "0 3 * * *"),
    others: (account) => {
      script(account).schedules = [...script(account).schedules, { cron: "0 4 * * *" }];
      return () => script(account).schedules.find(({ cron }) => cron === "0 4 * * *")?.cron;
    },
    lost: [/- delete +schedules +shop/, /crons {2}\["0 3 \* \* \*",/],
  },
};

/** Keys that say nothing of the Worker which somebody else could change. */
export const WITHOUT_DRIFT = {
  account_id: "says in which account the Worker is",
  worker_name: "is the Worker's identity: under another name there is none of ours",
  script: "is another way to write `script_bundle` and `worker_name`",
  migrations: "says what became of classes, a step that nobody takes back: see `e2e/durable-objects.test.js`",
  exports: "the same as a map: see `e2e/durable-objects.test.js`",
  build: "says how the code is made, and goes with the code",
  main_module: "says which module of the bundle is the main one, and goes with the code",
  bindings: "has a row for each type, see `bindings.js`",
  kv_bindings: "is another way to write bindings of type kv_namespace",
  usage_model: "has no effect any more",
  wait: "says how a run waits, and nothing of the account",
};

function keepSchedules(account, isKept) {
  script(account).schedules = script(account).schedules.filter(isKept);
}

function setTails(change) {
  return (account) => {
    script(account).tailConsumers = change(script(account).tailConsumers);
  };
}

function setTags(change) {
  return (account) => {
    script(account).tags = change(script(account).tags);
  };
}

function addBinding(binding) {
  return (account) => {
    account.foreign.dashboardDeploy("shop", { bindings: [...live(account).bindings, binding] });
    return () => bindingNamed(account, binding.name);
  };
}
