import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, ES_MODULE, HELLO, upload } from "./api-client.js";

const NOT_A_FORM = { "content-type": "application/json" };
const text = (name, value = "v") => ({ type: "plain_text", name, text: value });
const secret = (name, value = "s") => ({ type: "secret_text", name, text: value });

/** A form byte by byte, as no encoder would write it. */
function rawForm(parts, { boundary = "XX", closing = true } = {}) {
  const body = parts.map(([head, content]) => `--${boundary}\r\n${head.join("\r\n")}\r\n\r\n${content}\r\n`).join("");
  return [
    Buffer.from(body + (closing ? `--${boundary}--\r\n` : "")),
    { "content-type": `multipart/form-data; boundary=${boundary}` },
  ];
}

const METADATA = ['Content-Disposition: form-data; name="metadata"', "Content-Type: application/json"];
const MODULE = ['Content-Disposition: form-data; name="index.js"; filename="index.js"', `Content-Type: ${ES_MODULE}`];
const GOOD = '{"main_module":"index.js"}';

test("the first upload makes the script, a version and a deployment", async () => {
  const client = createClient();
  const { status, result } = await client.put("hello", {
    bindings: [text("A"), secret("B")],
    compatibility_date: "2025-01-02",
    annotations: { "workers/tag": "t", "workers/message": "m" },
    tags: ["one"],
  });
  assert.equal(status, 200);
  assert.equal(result.id, "hello");
  assert.match(result.tag, /^[0-9a-f]{32}$/);
  assert.match(result.etag, /^[0-9a-f]{64}$/);
  assert.equal(result.bindings, undefined);
  assert.deepEqual(result.tags, ["one"]);
  const [version] = client.state.scripts.get("hello").versions;
  assert.equal(result.deployment_id, version.id.replaceAll("-", ""));
  assert.deepEqual(version.annotations, {
    "workers/tag": "t",
    "workers/message": "m",
    "workers/triggered_by": "upload",
  });
  const { result: live } = await client.send("GET", client.script("hello", "/deployments"));
  assert.deepEqual(live.deployments[0].versions, [{ version_id: version.id, percentage: 100 }]);
  assert.deepEqual(live.deployments[0].annotations, {
    "workers/triggered_by": "upload",
    "workers/message": "Automatic deployment on upload.",
  });
  assert.deepEqual((await client.send("GET", client.script("hello", "/subdomain"))).result, {
    enabled: false,
    previews_enabled: false,
  });
});

test("the form is read strictly", async () => {
  const client = createClient();
  const put = (form) => client.verdictOf("PUT", client.script("a"), ...form);
  assert.deepEqual(
    await put(
      rawForm([
        [METADATA, GOOD],
        [MODULE, HELLO],
      ]),
    ),
    [200],
  );
  assert.deepEqual(
    await put(
      rawForm([
        [MODULE, HELLO],
        [METADATA, GOOD],
      ]),
    ),
    [200],
    "the order of parts is irrelevant",
  );
  assert.deepEqual(
    await put(
      rawForm(
        [
          [METADATA, GOOD],
          [MODULE, HELLO],
        ],
        { closing: false },
      ),
    ),
    [400, 10026],
  );
  assert.deepEqual(await put(rawForm([[MODULE, HELLO]])), [400, 10026], "no metadata");
  assert.deepEqual(
    await put(
      rawForm([
        [METADATA, "{"],
        [MODULE, HELLO],
      ]),
    ),
    [400, 10026],
  );
  assert.deepEqual(
    await put(
      rawForm([
        [METADATA, "[]"],
        [MODULE, HELLO],
      ]),
    ),
    [400, 10026],
  );
  assert.deepEqual(
    await put(
      rawForm([
        [METADATA, GOOD],
        [METADATA, GOOD],
        [MODULE, HELLO],
      ]),
    ),
    [400, 10026],
  );
  const asText = [METADATA[0], "Content-Type: text/plain"];
  assert.deepEqual(
    await put(
      rawForm([
        [asText, GOOD],
        [MODULE, HELLO],
      ]),
    ),
    [400, 10026],
  );
  assert.deepEqual(
    await put(rawForm([[["Content-Disposition: form-data"], "x"]])),
    [400, 10026],
    "a part without a name",
  );
  assert.deepEqual(await put([Buffer.from("{}"), NOT_A_FORM]), [400, 10026]);
  assert.deepEqual(
    await put([Buffer.from("x"), { "content-type": "multipart/form-data" }]),
    [400, 10026],
    "no boundary",
  );
});

test("the entry is found by file name and must be code of the right kind", async () => {
  const client = createClient();
  const part = (name, filename, type, content = HELLO) => [
    [`Content-Disposition: form-data; name="${name}"; filename="${filename}"`, `Content-Type: ${type}`],
    content,
  ];
  const put = (metadata, ...parts) =>
    client.send("PUT", client.script("a"), ...rawForm([[METADATA, JSON.stringify(metadata)], ...parts]));
  assert.equal((await put({ main_module: "worker.mjs" }, part("files", "worker.mjs", ES_MODULE))).status, 200);
  const missing = await put({ main_module: "files" }, part("files", "worker.mjs", ES_MODULE));
  assert.deepEqual([missing.status, missing.errors[0].code], [400, 10021]);
  assert.match(missing.errors[0].message, /No such module "files"/);
  const asScript = await put(
    { main_module: "a.js" },
    part("a.js", "a.js", "application/javascript", "import 'b'; export default {}"),
  );
  assert.match(asScript.errors[0].message, /Cannot use import statement outside a module/);
  const body = await put({ body_part: "a.js" }, part("a.js", "a.js", "application/javascript", "export default {}"));
  assert.match(body.errors[0].message, /Unexpected token 'export'/);
  const word = "/* export default */ addEventListener('fetch', () => {}); const text = `\nimport x from 'y'`;";
  assert.equal((await put({ body_part: "a.js" }, part("a.js", "a.js", "application/javascript", word))).status, 200);
  for (const metadata of [{}, { main_module: "a.js", body_part: "a.js" }]) {
    assert.equal((await put(metadata, part("a.js", "a.js", ES_MODULE))).errors[0].code, 10021);
  }
  const kind = await put({ main_module: "a.js" }, part("a.js", "a.js", ES_MODULE), part("b", "b", "image/png"));
  assert.match(kind.errors[0].message, /unsupported content type: image\/png/);
  const twice = await put({ main_module: "a.js" }, part("a.js", "a.js", ES_MODULE), part("b", "a.js", ES_MODULE));
  assert.match(twice.errors[0].message, /Duplicate module/);
});

test("module bytes arrive unchanged, source maps are left out", async () => {
  const client = createClient();
  const wasm = Buffer.from([0, 97, 115, 109, 13, 10, 45, 45, 255, 254, 13, 10]);
  await client.put("a", {}, [
    ["index.js", HELLO, ES_MODULE],
    ["lib/add.wasm", wasm, "application/wasm"],
    ["page.txt", "ä", "text/plain"],
    ["index.js.map", "{}", "application/source-map"],
  ]);
  const [version] = client.state.scripts.get("a").versions;
  assert.deepEqual(
    version.modules.map(({ name, type }) => [name, type]),
    [
      ["index.js", "esm"],
      ["lib/add.wasm", "wasm"],
      ["page.txt", "text"],
    ],
  );
  assert.deepEqual(version.modules[1].content, wasm);
  const download = await client.send("GET", client.script("a", "/content/v2"));
  assert.equal(download.headers["cf-entrypoint"], "index.js");
  const form = await new Response(download.body, { headers: download.headers }).formData();
  assert.deepEqual(Buffer.from(await form.get("lib/add.wasm").arrayBuffer()), wasm);
});

test("a raw script is a service worker without bindings", async () => {
  const client = createClient();
  const code = Buffer.from("addEventListener('fetch', () => {});");
  const javascript = { "content-type": "application/javascript" };
  assert.deepEqual(await client.verdictOf("PUT", client.script("a"), code, javascript), [200]);
  const download = await client.send("GET", client.script("a"));
  assert.deepEqual(
    [download.headers["content-type"], download.body.toString()],
    ["application/javascript", code.toString()],
  );
});

test("metadata is checked", async () => {
  const client = createClient({ now: () => Date.parse("2026-03-01T12:00:00Z") });
  const code = async (metadata) => (await client.put("a", metadata)).errors[0]?.code;
  assert.equal(await code({ compatibility_date: "2026-03-01" }), undefined);
  assert.equal(await code({ compatibility_date: "2026-03-02" }), 10021);
  assert.equal(await code({ compatibility_date: "2026-02-30" }), 10021);
  assert.equal(await code({ compatibility_flags: ["a", "a"] }), 10021);
  assert.equal(await code({ compatibility_flags: "nodejs_compat" }), 10021);
  assert.equal(await code({ annotations: { "workers/tag": "x".repeat(100) } }), undefined);
  assert.equal(await code({ annotations: { "workers/tag": "x".repeat(101) } }), 10021);
  assert.equal(await code({ annotations: { "workers/triggered_by": "me" } }), 10021);
  assert.equal(await code({ usage_model: "cheap" }), 10021);
  assert.equal(await code({ tags: Array.from({ length: 11 }, (_, index) => `t${index}`) }), 10194);
  assert.equal(await code({ tags: ["x".repeat(1025)] }), 10195);
  assert.equal(await code({ tags: ["a,b"] }), 10196);
  assert.equal(await code({ tags: ["a:b ü=/;"] }), undefined);
  await client.put("a", { annotations: { "workers/message": "ä".repeat(600) } });
  const { result } = await client.send("GET", client.script("a", "/settings"));
  assert.equal(result.annotations["workers/message"], "ä".repeat(500));
  const cutting = createClient({ switches: { longTag: "cut" } });
  await cutting.put("a", { annotations: { "workers/tag": "x".repeat(101) } });
  assert.equal(cutting.state.scripts.get("a").versions[0].annotations["workers/tag"].length, 100);
});

test("names, sizes and numbers have limits", async () => {
  const client = createClient({ switches: { workersPerAccount: 1 } });
  for (const name of ["Upper", "-dash", "a.b", "a%20b", "a".repeat(256)]) {
    assert.deepEqual(
      await client.verdictOf("PUT", client.script(name), upload({ main_module: "index.js" })),
      [400, 10016],
      name,
    );
  }
  assert.equal((await client.put("_a-b_1")).status, 200);
  assert.deepEqual(
    await client.verdictOf("PUT", client.script("second"), upload({ main_module: "index.js" })),
    [403, 10037],
  );
  const large = [
    ["index.js", HELLO, ES_MODULE],
    ["big.bin", Buffer.alloc(64 * 1024 * 1024), "application/octet-stream"],
  ];
  assert.equal((await client.put("_a-b_1", {}, large)).errors[0].code, 10027);
});

test("a Worker can be bound to another one as soon as that is there", async () => {
  const client = createClient();
  const bound = (name, service) => client.put(name, { bindings: [{ type: "service", name: "OTHER", service }] });
  const [{ code, message }] = (await bound("a", "b")).errors;
  assert.equal(code, 10144);
  assert.match(message, /'b' not found/);
  assert.equal(client.state.scripts.has("a"), false);
  assert.equal((await client.put("a")).success, true);
  assert.equal((await bound("b", "a")).success, true);
  assert.equal((await bound("a", "b")).success, true);
});

test("bindings are checked one by one", async () => {
  const client = createClient();
  const code = async (...bindings) => (await client.put("a", { bindings })).errors[0]?.code;
  const namespace = (await client.send("POST", `${client.account}/storage/kv/namespaces`, { title: "n" })).result;
  assert.equal(await code({ type: "kv_namespace", name: "KV", namespace_id: namespace.id }), undefined);
  assert.equal(await code({ type: "kv_namespace", name: "KV", namespace_id: "0".repeat(32) }), 10041);
  assert.equal(await code({ type: "kv_namespace", name: "KV" }), 10021);
  assert.equal(await code({ type: "plain_text", text: "x" }), 10052);
  assert.equal(await code(text("A"), secret("A")), 10053);
  assert.equal(await code(text("A", "x".repeat(5120))), undefined);
  assert.equal(await code(text("A", "x".repeat(5121))), 10054);
  assert.equal(await code({ type: "json", name: "J", json: { a: "x".repeat(5121) } }), 10054);
  assert.equal(await code(...Array.from({ length: 129 }, (_, index) => text(`V${index}`))), 10055);
  assert.equal(await code({ type: "service", name: "S", service: "nobody" }), 10144);
  assert.equal(await code({ type: "service", name: "S", service: "a" }), undefined);
  assert.equal(await code({ type: "queue", name: "Q", queue_name: "q" }), 11000);
  assert.equal(await code({ type: "d1", name: "D", id: "d" }), 10181);
  assert.equal(await code({ type: "ratelimit", name: "R", namespace_id: "1" }), 10021);
  const limit = (more) =>
    code({ type: "ratelimit", name: "R", namespace_id: "1", simple: { limit: 1, period: 60, ...more } });
  assert.equal(await limit({ mitigation_timeout: 120 }), undefined);
  assert.equal(await limit({ mitigation_timeout: 30 }), 10021);
  assert.equal(await code({ type: "secret_key", name: "K", format: "raw" }), 10021);
  assert.equal(await code({ type: "hyperdrive", name: "H" }), 10021);
  assert.equal(await code({ type: "vpc_network", name: "N" }), 10021);
  assert.equal(await code({ type: "assets", name: "A" }), 10021);
  assert.equal(await code({ type: "workflow", name: "W", workflow_name: "w" }), 10200);
  assert.equal(await code({ type: "made_up", name: "M" }), 10021);
  assert.equal(await code(text("not-an-identifier")), 10021);
  assert.equal(await code({ type: "text_blob", name: "B", part: "index.js" }), 10021, "service-worker scripts only");
  client.state.objects = { hasBucket: (name) => name === "there" };
  assert.equal(await code({ type: "r2_bucket", name: "R", bucket_name: "there" }), undefined);
  assert.equal(await code({ type: "r2_bucket", name: "R", bucket_name: "gone" }), 10085);
});

test("a part is bound by the name of its field, a module is imported by its file name", async () => {
  const client = createClient();
  const form = upload({ body_part: "worker.js", bindings: [{ type: "text_blob", name: "B", part: "__B" }] }, [
    ["worker.js", "addEventListener('fetch', () => {})", "application/javascript"],
  ]);
  form.append("__B", new Blob(["text"], { type: "text/plain" }), "assets/b.txt");
  assert.equal((await client.send("PUT", client.script("a"), form)).status, 200);
  const [version] = client.state.scripts.get("a").versions;
  assert.deepEqual(
    version.modules.map(({ name }) => name),
    ["worker.js", "assets/b.txt"],
  );
  form.set(
    "metadata",
    JSON.stringify({ body_part: "worker.js", bindings: [{ type: "text_blob", name: "B", part: "assets/b.txt" }] }),
  );
  assert.equal((await client.send("PUT", client.script("a"), form)).errors[0].code, 10021);
});

test("migrations that move nothing are let through, others need the class in the code", async () => {
  const client = createClient();
  for (const migrations of [{}, { new_classes: [], deleted_classes: [] }, { steps: [{ new_classes: [] }] }]) {
    assert.equal((await client.put("hello", { migrations })).status, 200, JSON.stringify(migrations));
  }
  for (const migrations of [{ new_sqlite_classes: ["Counter"] }, { steps: [{ new_classes: ["Counter"] }] }]) {
    const { status, errors } = await client.put("hello", { migrations });
    assert.deepEqual([status, errors[0].code], [400, 10070], JSON.stringify(migrations));
  }
});

test("secrets survive an upload by the reading that the switch picks", async () => {
  const names = async (client, metadata) => {
    await client.put("a", { bindings: [text("VAR"), secret("OLD")], keep_bindings: [] });
    await client.put("a", metadata);
    const { result } = await client.send("GET", client.script("a", "/settings"));
    return result.bindings.map(({ name }) => name).sort();
  };
  const both = ["secret_text", "secret_key"];
  assert.deepEqual(await names(createClient(), {}), ["OLD"]);
  assert.deepEqual(await names(createClient({ switches: { secretsWithoutKeep: "drop" } }), {}), []);
  assert.deepEqual(await names(createClient(), { keep_bindings: [] }), []);
  assert.deepEqual(await names(createClient({ switches: { keepBindingsEmptyDrops: false } }), { keep_bindings: [] }), [
    "OLD",
  ]);
  assert.deepEqual(await names(createClient(), { keep_bindings: ["plain_text"] }), ["VAR"]);
  assert.deepEqual(await names(createClient({ switches: { secretsWithoutKeep: "drop" } }), { keep_bindings: both }), [
    "OLD",
  ]);
  const client = createClient();
  await names(client, { keep_bindings: both, bindings: [text("OLD", "now a variable")] });
  assert.deepEqual(client.state.scripts.get("a").versions[0].bindings, [text("OLD", "now a variable")]);
});

test("inherit copies from the newest version, renames, and fails when told to be strict", async () => {
  const client = createClient();
  await client.put("a", { bindings: [secret("OLD", "value"), text("VAR")] });
  const inherit = [
    { type: "inherit", name: "NEW", old_name: "OLD" },
    { type: "inherit", name: "GONE" },
  ];
  assert.equal(
    (await client.put("a", { bindings: inherit }, undefined, "?bindings_inherit=strict")).errors[0].code,
    10057,
  );
  await client.put("a", { bindings: inherit, keep_bindings: [] });
  assert.deepEqual(client.state.scripts.get("a").versions[0].bindings, [secret("NEW", "value")]);
  await client.put("a", { bindings: [{ type: "inherit", name: "NEW" }] }, undefined, "?bindings_inherit=strict");
  assert.deepEqual(client.state.scripts.get("a").versions[0].bindings, [secret("NEW", "value")]);
});

test("what workerd refuses is refused, and nothing is stored", async () => {
  const verdict = ({ modules }) =>
    modules[0].content.includes("bad")
      ? { ok: false, code: 10021, message: "Uncaught SyntaxError: bad" }
      : { ok: true, startupTimeMs: 5, handlers: ["fetch"], messages: ["runs at an older date"] };
  const client = createClient({ verdict });
  const bad = await client.put("a", {}, [["index.js", "bad", ES_MODULE]]);
  assert.deepEqual([bad.status, bad.errors[0].code, bad.errors[0].message], [400, 10021, "Uncaught SyntaxError: bad"]);
  assert.deepEqual(await client.verdictOf("GET", client.script("a", "/settings")), [404, 10007]);
  const good = await client.put("a");
  assert.equal(good.messages[0].message, "runs at an older date");
  const idle = createClient({ verdict: { ok: false, code: 10068, message: "no handlers" } });
  assert.deepEqual(await idle.verdictOf("PUT", idle.script("a"), upload({ main_module: "index.js" })), [400, 10068]);
});

test("no answer shows a secret", async () => {
  const client = createClient();
  const seen = [(await client.put("a", { bindings: [secret("S", "hunter2-canary")] })).body];
  for (const path of [
    "/settings",
    "/secrets",
    "/secrets/S",
    "/versions",
    "/script-settings",
    `/versions/${client.state.scripts.get("a").versions[0].id}`,
  ]) {
    seen.push((await client.send("GET", client.script("a", path))).body);
  }
  seen.push((await client.send("GET", `${client.account}/workers/workers/a/versions/latest`)).body);
  seen.push((await client.send("PUT", client.script("a", "/secrets"), secret("T", "hunter2-canary"))).body);
  for (const output of seen) assert.ok(!output.includes("hunter2"), output);
});

test("uploads of one script take turns", async () => {
  const delays = [30, 0];
  const verdict = () =>
    new Promise((resolve) => setTimeout(resolve, delays.shift() ?? 0, { ok: true, startupTimeMs: 1, handlers: [] }));
  const client = createClient({ verdict });
  await Promise.all([client.put("a", { bindings: [text("N", "1")] }), client.put("a", { bindings: [text("N", "2")] })]);
  const { versions } = client.state.scripts.get("a");
  assert.deepEqual(
    versions.map(({ number, bindings }) => [number, bindings[0].text]),
    [
      [2, "2"],
      [1, "1"],
    ],
  );
});
