/** The API with workerd behind it, over HTTP: deployed through requests, answered by a Worker. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createForeignActors } from "../../js/local/foreign.js";
import { startLocalCloudflare } from "../canaries/local.js";
import { ES_MODULE, upload } from "./api-client.js";

const HOST = "api.example.com";
const SOURCE = `
import page from "./page.txt";
export default {
  async fetch(request, env) {
    await env.KV.put("visits", "1");
    const { TEXT, SECRET, JSON: json } = env;
    return Response.json({ page, TEXT, SECRET, json, kv: await env.KV.get("visits"), VERSION: __VERSION__ });
  },
};`;

let local;
before(async () => {
  local = await startLocalCloudflare({ zones: ["example.com"] });
});
after(() => local.close());

async function send(method, path, body, headers = {}) {
  const form = body instanceof FormData;
  const response = await fetch(`${local.apiUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${local.token}`,
      ...(body !== undefined && !form && { "content-type": "application/json" }),
      ...headers,
    },
    body: body === undefined || form ? body : JSON.stringify(body),
  });
  return { status: response.status, ...(await response.json()) };
}

const script = (rest = "") => `/accounts/${local.accountId}/workers/scripts/hello${rest}`;
const visit = async () => JSON.parse((await local.request(HOST)).text);

function code(version, bindings = []) {
  const modules = [
    ["index.js", SOURCE.replace("__VERSION__", version), ES_MODULE],
    ["./page.txt", "from a module", "text/plain"],
  ];
  return upload({ main_module: "index.js", compatibility_date: "2026-01-01", bindings }, modules);
}

test("a Worker is deployed, visited, changed, rolled back and deleted", async () => {
  const zone = `/zones/${local.zones[0].id}`;
  const { result: kv } = await send("POST", `/accounts/${local.accountId}/storage/kv/namespaces`, { title: "kv" });
  const bindings = [
    { type: "plain_text", name: "TEXT", text: "ü" },
    { type: "secret_text", name: "SECRET", text: "hidden" },
    { type: "json", name: "JSON", json: { a: [1] } },
    { type: "kv_namespace", name: "KV", namespace_id: kv.id },
  ];
  const first = await send("PUT", script(), code(1, bindings));
  assert.deepEqual([first.status, first.result.handlers], [200, ["fetch"]]);
  await send("POST", `${zone}/dns_records`, { type: "A", name: HOST, content: "100.0.0.1", proxied: true });
  await send("POST", `${zone}/workers/routes`, { pattern: `${HOST}/*`, script: "hello" });
  const expected = { page: "from a module", TEXT: "ü", SECRET: "hidden", json: { a: [1] }, kv: "1", VERSION: 1 };
  assert.deepEqual(await visit(), expected);
  const value = await fetch(
    `${local.apiUrl}/accounts/${local.accountId}/storage/kv/namespaces/${kv.id}/values/visits`,
    {
      headers: { authorization: `Bearer ${local.token}` },
    },
  );
  assert.equal(await value.text(), "1");

  const inherited = [{ type: "inherit", name: "KV" }];
  const second = await send("POST", script("/versions?bindings_inherit=strict"), code(2, inherited));
  assert.equal((await visit()).VERSION, 1, "not live yet");
  await send("POST", script("/deployments"), {
    strategy: "percentage",
    versions: [{ version_id: second.result.id, percentage: 100 }],
  });
  assert.deepEqual(await visit(), { page: "from a module", SECRET: "hidden", kv: "1", VERSION: 2 });

  createForeignActors(local).rollback("hello");
  assert.deepEqual(await visit(), expected);
  createForeignActors(local).editSecret("hello", "SECRET", "changed");
  assert.deepEqual(
    [(await visit()).SECRET, (await visit()).VERSION],
    ["changed", 2],
    "secret edits start from the newest version",
  );

  await send("DELETE", script());
  assert.notEqual((await local.request(HOST)).status, 200);
});

test("workerd's verdict decides whether an upload is accepted", async () => {
  const attempt = async (source, metadata = {}) => {
    const form = upload({ main_module: "index.js", ...metadata }, [["index.js", source, ES_MODULE]]);
    const { status, errors } = await send("PUT", script(), form);
    return { status, code: errors[0]?.code, message: errors[0]?.message };
  };
  const syntax = await attempt("export default {");
  assert.deepEqual([syntax.status, syntax.code], [400, 10021]);
  assert.match(syntax.message, /SyntaxError/);
  assert.equal((await attempt("import './gone.js'; export default { fetch() {} }")).code, 10021);
  assert.equal((await attempt("throw new Error('at start')")).code, 10021);
  assert.equal((await attempt("export const a = 1;")).code, 10068);
  assert.equal((await attempt("export default { fetch() {} }", { compatibility_flags: ["no_such_flag"] })).code, 10021);
  assert.equal((await send("GET", script("/settings"))).status, 404, "nothing was stored");
});
