/** Run by `runtime.test.js`: deploys and requests a Worker, closes when stdin ends, and must then end by itself. */
import { once } from "node:events";
import { text as streamText } from "node:stream/consumers";
import { startLocalCloudflare } from "../canaries/local.js";

const local = await startLocalCloudflare();
const form = new FormData();
form.set("metadata", JSON.stringify({ main_module: "index.js", compatibility_date: "2026-01-01" }));
const source = "export default { fetch: () => new Response('hi') }";
form.set("index.js", new File([source], "index.js", { type: "application/javascript+module" }));
const headers = { authorization: `Bearer ${local.token}` };
const upload = await fetch(`${local.apiUrl}/accounts/${local.accountId}/workers/scripts/hi`, {
  method: "PUT",
  headers,
  body: form,
});
if (!upload.ok) throw new Error(await upload.text());
const { text } = await local.runtime
  .fetch("hi", {
    method: "GET",
    url: "https://hi.example.com/",
    headers: { host: "hi.example.com" },
  })
  .then(async ({ body }) => ({ text: await streamText(body) }));
if (text !== "hi") throw new Error(text);
console.log("ready");
process.stdin.resume();
await once(process.stdin, "end");
await local.close();
console.log("closed");
