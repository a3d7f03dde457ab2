/** Stores: what a name is worth, how late lists are, and what a deletion and a migration leave. */
import { createHash } from "node:crypto";
import { LATENESS, lateness } from "../lateness.js";

const md5 = (text) => createHash("md5").update(text).digest("hex");

/** @type {import("../index.js").Check[]} */
export const stores = [
  nameAgain("namespace-again", "KV namespace", 10014, async (scratch) => {
    const { title } = await scratch.namespace();
    return scratch.namespace(title);
  }),
  {
    id: "namespace-listed",
    asks: "how soon does the list show a new KV namespace?",
    async run({ account, scratch, note }) {
      const { id } = await scratch.namespace();
      const path = "/storage/kv/namespaces?per_page=1000";
      const isListed = async () => (await listed(account, path)).some((one) => one.id === id);
      return lateness(account, isListed, note);
    },
    readings: LATENESS,
  },
  nameAgain("queue-again", "queue", 11009, async (scratch) => {
    const { name } = await scratch.queue();
    return scratch.queue(name);
  }),
  {
    id: "consumer-in-list",
    asks: "does the list of queues show their consumers, and by which member the Worker?",
    async run({ account, scratch, note }) {
      const { queue, dead, worker } = await consumed(scratch);
      const seen = async () =>
        (await listed(account, "/queues")).find((one) => one.queue_id === queue.id)?.consumers?.[0];
      const consumer = await account.eventually(async () => {
        const result = await seen();
        return { ok: Boolean(result), result };
      });
      if (!consumer.ok) return "not in the list";
      const { result } = consumer;
      const member = ["script_name", "script", "service"].find((name) => result[name] === worker.name);
      note(`members: ${Object.keys(result).sort().join(", ")}`);
      const deadLetters = { [dead.name]: "name", [dead.id]: "id" }[result.dead_letter_queue] ?? "neither";
      return `${member ?? "no member"}, dead letters by ${deadLetters}`;
    },
    readings: {
      "script_name, dead letters by name": { fit: "relied", means: "who gets a queue's messages is told by one list" },
      "script, dead letters by name": { fit: "handled", means: "the Worker stands under the name of earlier answers" },
      "service, dead letters by name": { fit: "handled", means: "the Worker stands under the name of earlier answers" },
      "not in the list": { fit: "broken", means: "consumers of others would not be seen" },
    },
  },
  {
    id: "consumer-put",
    asks: "does a consumer go from one Worker to another by a PUT?",
    async run({ account, scratch }) {
      // Removed after the consumer, which leads to it in the end.
      const other = scratch.worker();
      await other.start({}, WITH_QUEUE);
      const { queue, consumer } = await consumed(scratch);
      const path = account.inAccount(`/queues/${queue.id}/consumers/${consumer.consumer_id}`);
      const body = { type: "worker", script_name: other.name, settings: {} };
      const { ok, code } = await account.eventually(() => account.call("PUT", path, body));
      return ok ? "goes over" : `refused with ${code}`;
    },
    readings: {
      "goes over": { fit: "relied", means: "a queue that moves to another Worker loses no message on the way" },
    },
  },
  {
    id: "bucket-with-objects",
    asks: "is a bucket deleted that holds objects?",
    needs: "r2",
    async run({ account, scratch }) {
      const bucket = await scratch.bucket();
      bucket.willHold("one");
      const path = account.inAccount(`/r2/buckets/${bucket.name}`);
      const put = await account.call("PUT", `${path}/objects/one`, { text: "scratch", contentType: "text/plain" });
      if (!put.ok) throw new Error(`an object can't be put (code ${put.code})`);
      const { ok, code } = await account.call("DELETE", path);
      return ok ? "deleted" : `refused with ${code}`;
    },
    readings: {
      "refused with 10008": { fit: "relied", means: "`--delete-data` can't empty a bucket by mistake" },
      deleted: { fit: "broken", means: "`--delete-data` would delete objects that nobody looked at" },
    },
  },
  {
    id: "import-all-or-nothing",
    asks: "does a file of SQL that fails leave nothing of itself in a database?",
    async run({ account, scratch, note }) {
      const database = await scratch.database();
      const path = account.inAccount(`/d1/database/${database.uuid}`);
      const sql = "CREATE TABLE kept (name TEXT);\nINSERT INTO kept VALUES ('a');\nINSERT INTO missing VALUES ('b');\n";
      const end = await imported(account, path, sql);
      note(`ended as: ${end.status}${end.error ? `, ${end.error}` : ""}`);
      if (end.status === "complete") return "taken";
      const asked = { sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'kept'" };
      const { ok, result, code } = await account.call("POST", `${path}/query`, asked);
      if (!ok) throw new Error(`the database can't be asked (code ${code})`);
      return result[0].results.length === 0 ? "nothing" : "part of it";
    },
    readings: {
      nothing: { fit: "relied", means: "a migration and what remembers it are applied together, or not at all" },
      "part of it": { fit: "broken", means: "a migration that fails would have to be mended by hand" },
    },
  },
];

/** `makeTwo` makes one, then another one of its name, and tells the second answer. */
function nameAgain(id, noun, code, makeTwo) {
  return {
    id,
    asks: `is a second ${noun} of one name refused?`,
    async run({ scratch }) {
      const answer = await makeTwo(scratch);
      return answer.ok ? "made twice" : `refused with ${answer.code}`;
    },
    readings: {
      [`refused with ${code}`]: { fit: "relied", means: `a ${noun} is found by its name, and never made twice` },
      "made twice": { fit: "broken", means: `a doubled request would make two ${noun}s of one name` },
    },
  };
}

/** A Worker that gets messages has a handler for them. */
const WITH_QUEUE = "export default { fetch: () => new Response('scratch'), queue() {} };\n";

async function consumed(scratch) {
  const worker = scratch.worker();
  await worker.start({}, WITH_QUEUE);
  const [queue, dead] = [await scratch.queue(), await scratch.queue()];
  return { worker, queue, dead, consumer: await scratch.consumer(queue, worker, { dead_letter_queue: dead.name }) };
}

async function listed(account, path) {
  const { ok, result, code } = await account.call("GET", account.inAccount(path));
  if (!ok) throw new Error(`${path} can't be listed (code ${code})`);
  return result;
}

/** Imports a file as the engine does, and waits for its end. */
async function imported(account, path, sql) {
  const tell = async (body) => {
    const { ok, result, code } = await account.call("POST", `${path}/import`, body);
    return ok ? result : { status: "error", error: `refused with ${code}` };
  };
  const etag = md5(sql);
  const begun = await tell({ action: "init", etag });
  if (!begun.upload_url) return begun;
  const { ok, status } = await fetch(begun.upload_url, { method: "PUT", body: sql });
  if (!ok) throw new Error(`the file can't be uploaded (status ${status})`);
  let answer = await tell({ action: "ingest", etag, filename: begun.filename });
  for (let look = 0; look < 60 && !["complete", "error"].includes(answer.status); look += 1) {
    await account.settle();
    answer = await tell({ action: "poll", current_bookmark: answer.at_bookmark });
  }
  return answer;
}
