/**
 * Run by `kill.test.js`: a Local Cloudflare that prints where it is, and is then killed. Its Worker takes requests, so
 * that workerd runs.
 */
import { startSite } from "./live-site.js";

const site = await startSite({ persist: process.argv[2], kv: ["titles"] });
const { local } = site;
local.createBucket("bundles");
const [namespace] = local.state.kv.keys();
const json = (path, body) =>
  site.send("POST", `/accounts/${local.accountId}${path}`, JSON.stringify(body), {
    "content-type": "application/json",
  });
const database = (await json("/d1/database", { name: "rows" })).result.uuid;
await json(`/d1/database/${database}/query`, { sql: "CREATE TABLE kept (key TEXT)" });
await json("/queues", { queue_name: "messages" });
const source = `export default { async fetch(request, { KV, BUCKET, DB, QUEUE }) {
  const key = new URL(request.url).searchParams.get("key");
  if (request.method === "PUT") {
    await KV.put(key, "kept");
    await BUCKET.put(key, "kept");
    await DB.prepare("INSERT INTO kept VALUES (?)").bind(key).run();
    await QUEUE.send(key, { contentType: "text" });
  }
  return new Response(String(await KV.get(key)) + String(await (await BUCKET.get(key))?.text()));
} }`;
const bindings = [
  { type: "kv_namespace", name: "KV", namespace_id: namespace },
  { type: "r2_bucket", name: "BUCKET", bucket_name: "bundles" },
  { type: "d1", name: "DB", id: database },
  { type: "queue", name: "QUEUE", queue_name: "messages" },
];
const { success, errors } = await site.deploy("keeper", source, { bindings });
if (!success) throw new Error(JSON.stringify(errors));
await (await site.visit("keeper")).text();
const { port, apiUrl, s3Url, accountId, token, s3, zones } = local;
console.log(JSON.stringify({ port, apiUrl, s3Url, accountId, token, s3, zone: zones[0].id, namespace, database }));
