/** What a run makes, named so that nobody takes it for theirs; exactly that is removed again. */
import { randomBytes } from "node:crypto";

export const PREFIX = "cfwd-verify-";
const MODULE = "index.js";
const CODE = "export default { fetch: () => new Response('scratch') };\n";
const TRIES = 3;

/** @param {ReturnType<typeof import("./account.js").createAccount>} account */
export function createScratch(account) {
  const run = PREFIX + randomBytes(3).toString("hex");
  /** Newest last; removed from the end. */
  const made = [];
  const left = [];
  let count = 0;

  const keep = (label, remove) => made.push({ label, remove });
  const deletion = (path) => async () => {
    const { ok, status } = await account.call("DELETE", path);
    return ok || status === 404;
  };

  async function clear() {
    while (made.length > 0) {
      const { label, remove } = made.pop();
      if (!(await removed(remove))) left.push(label);
    }
  }

  return {
    run,
    name: () => {
      count += 1;
      return `${run}-${count}`;
    },
    clear,
    leftBehind: () => [...left],

    /** A Worker that is not there yet. */
    worker() {
      const name = this.name();
      keep(`Worker ${name}`, deletion(account.script(name)));
      return createWorker(account, name);
    },

    /** A record; the answer is told whatever it is. */
    async record(fields) {
      const answer = await account.call("POST", account.inZone("/dns_records"), {
        type: "A",
        name: `${run}.${account.zone.name}`,
        content: "192.0.2.1",
        ttl: 1,
        proxied: true,
        ...fields,
      });
      if (answer.ok) keep(`record ${answer.result.name}`, deletion(account.inZone(`/dns_records/${answer.result.id}`)));
      return answer;
    },

    async route(pattern, script) {
      const answer = await account.call("POST", account.inZone("/workers/routes"), { pattern, script });
      if (answer.ok) keep(`route ${pattern}`, deletion(account.inZone(`/workers/routes/${answer.result.id}`)));
      return answer;
    },

    /** Gives a host to a Worker; the answer is told whatever it is. */
    async domain(hostname, service) {
      const body = { hostname, service, zone_id: account.zone.id };
      const answer = await account.call("PUT", account.inAccount("/workers/domains"), body);
      if (answer.ok) keep(`domain ${hostname}`, deletion(account.inAccount(`/workers/domains/${answer.result.id}`)));
      return answer;
    },

    async bucket() {
      const name = this.name();
      resultOf("a bucket", await account.call("POST", account.inAccount("/r2/buckets"), { name }));
      keep(`bucket ${name}`, deletion(account.inAccount(`/r2/buckets/${name}`)));
      return {
        name,
        /** For an object that a check puts there. */
        willHold(key) {
          const path = key.split("/").map(encodeURIComponent).join("/");
          keep(`object ${key}`, deletion(account.inAccount(`/r2/buckets/${name}/objects/${path}`)));
        },
      };
    },

    /** A KV namespace; with a title the answer is told whatever it is. */
    async namespace(title) {
      const name = title ?? this.name();
      const answer = await account.call("POST", account.inAccount("/storage/kv/namespaces"), { title: name });
      const { id } = answer.result ?? {};
      if (answer.ok) keep(`namespace ${name}`, deletion(account.inAccount(`/storage/kv/namespaces/${id}`)));
      return title ? answer : { ...resultOf("a KV namespace", answer), title: name };
    },

    /** A queue; with a name the answer is told whatever it is. */
    async queue(name) {
      const queueName = name ?? this.name();
      const answer = await account.call("POST", account.inAccount("/queues"), { queue_name: queueName });
      const { queue_id: id } = answer.result ?? {};
      if (answer.ok) keep(`queue ${queueName}`, deletion(account.inAccount(`/queues/${id}`)));
      return name ? answer : { ...resultOf("a queue", answer), id, name: queueName };
    },

    /** Lets a Worker get the messages of a queue. */
    async consumer(queue, worker, more = {}) {
      const path = account.inAccount(`/queues/${queue.id}/consumers`);
      const body = { type: "worker", script_name: worker.name, settings: {}, ...more };
      const answer = await account.eventually(() => account.call("POST", path, body));
      const consumer = resultOf("a consumer", answer);
      keep(`consumer of ${queue.name}`, deletion(`${path}/${consumer.consumer_id}`));
      return consumer;
    },

    async database() {
      const name = this.name();
      const database = resultOf("a database", await account.call("POST", account.inAccount("/d1/database"), { name }));
      keep(`database ${name}`, deletion(account.inAccount(`/d1/database/${database.uuid}`)));
      return database;
    },

    /** For what a check makes in its own way. */
    keep,
  };
}

function resultOf(what, { ok, result, code }) {
  if (ok) return result;
  throw new Error(`${what} can't be created (code ${code})`);
}

async function removed(remove) {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    if (await remove().catch(() => false)) return true;
  }
  return false;
}

/** Uploads and reads of one Worker. */
function createWorker(account, name) {
  const call = (method, path, body) => account.call(method, account.script(name, path), body);

  async function upload(method, path, metadata, code) {
    const answer = await call(method, path, formOf(metadata, code));
    await account.settle();
    return answer;
  }

  async function read(path) {
    const { ok, result, code } = await call("GET", path);
    if (!ok) throw new Error(`${path} can't be read (code ${code})`);
    return result;
  }

  return {
    name,
    call,
    form: formOf,
    /** An upload that goes live. */
    put: (metadata = {}, code = CODE) => upload("PUT", "?bindings_inherit=strict&excludeScript=true", metadata, code),
    /** An upload that does not. */
    version: (metadata = {}) => upload("POST", "/versions?bindings_inherit=strict", metadata, CODE),
    /** An upload that is only there for what comes after it. */
    async start(metadata = {}, text = CODE) {
      const { ok, code } = await this.put(metadata, text);
      if (!ok) throw new Error(`the first upload was refused (code ${code})`);
      await this.bindings();
    },
    async secret(secretName) {
      const answer = await call("PUT", "/secrets", { type: "secret_text", name: secretName, text: "scratch" });
      await account.settle();
      return answer;
    },
    /** Name → binding, of whatever version settings speak of; waits for a new Worker to be seen. */
    async bindings() {
      const { ok, result, code } = await account.eventually(() => call("GET", "/settings"));
      if (!ok) throw new Error(`settings can't be read (code ${code})`);
      return Object.fromEntries(result.bindings.map((binding) => [binding.name, binding]));
    },
    settings: () => read("/settings"),
    versions: async () => {
      const { items } = await read("/versions?deployable=true");
      return items.toSorted((one, other) => other.number - one.number);
    },
    live: async () => (await read("/deployments")).deployments[0],
    deploy: (...shares) =>
      call("POST", "/deployments", {
        strategy: "percentage",
        versions: shares.map(([version_id, percentage]) => ({ version_id, percentage })),
      }),
  };
}

function formOf(metadata, code = CODE) {
  const form = new FormData();
  const whole = { main_module: MODULE, compatibility_date: "2026-07-01", bindings: [], ...metadata };
  form.append("metadata", new Blob([JSON.stringify(whole)], { type: "application/json" }));
  form.append(MODULE, new Blob([code], { type: "application/javascript+module" }), MODULE);
  return form;
}
