/** Bindings of every type, from the upload to the Worker and back through the API. */
import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, verify } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { BINDING_TYPES } from "../../js/local/api/binding-types.js";
import { startSite, until } from "./live-site.js";

/** Types that Local Cloudflare keeps and shows, and that only Cloudflare can answer for. */
const ABSENT = [
  { type: "agent_memory", namespace: "n" },
  { type: "ai" },
  { type: "ai_search", instance_name: "i", namespace: "default" },
  { type: "ai_search_namespace", namespace: "n" },
  { type: "artifacts", namespace: "n" },
  { type: "browser" },
  { type: "dispatch_namespace", namespace: "n", outbound: { worker: { service: "o" }, params: [{ name: "p" }] } },
  { type: "flagship", app_id: "a" },
  { type: "hyperdrive", id: "f".repeat(32) },
  { type: "k2", stream: "s" },
  { type: "logfwdr", destination: "d" },
  { type: "media" },
  { type: "messaging", namespace: "n" },
  { type: "mtls_certificate", certificate_id: "c" },
  { type: "pipelines", pipeline: "p" },
  { type: "secrets_store_secret", store_id: "s", secret_name: "n" },
  { type: "stream" },
  { type: "vectorize", index_name: "i" },
  { type: "vpc_network", tunnel_id: "t" },
  { type: "vpc_service", service_id: "s" },
  { type: "websearch" },
];
const RUNS = [
  ["plain_text", "json", "secret_text", "secret_key", "version_metadata", "analytics_engine", "ratelimit", "images"],
  ["kv_namespace", "r2_bucket", "d1", "queue", "service", "send_email", "worker_loader"],
  ["wasm_module", "text_blob", "data_blob", "inherit", "assets", "durable_object_namespace", "workflow"],
].flat();

let site;
before(async () => {
  site = await startSite();
});
after(() => site.close());

const named = (bindings) => bindings.map((binding, index) => ({ ...binding, name: `B${index}` }));
const settings = async (name) =>
  (await site.send("GET", `/accounts/${site.local.accountId}/workers/scripts/${name}/settings`)).result;
const text = async (name, path = "/") => (await site.visit(name, { path })).text();

test("each known type runs, or is kept for Cloudflare alone", () => {
  const listed = [...ABSENT.map(({ type }) => type), ...RUNS];
  assert.deepEqual(listed.toSorted(), Object.keys(BINDING_TYPES).toSorted());
});

describe("types without a local runtime", () => {
  test("are taken, come back as they were sent, and the upload says what they are", async () => {
    const bindings = named(ABSENT);
    const answer = await site.deploy("kept", "export default { fetch: () => new Response('runs') }", { bindings });
    assert.equal(answer.success, true, JSON.stringify(answer.errors));
    assert.equal(answer.messages.length, ABSENT.length);
    assert.match(answer.messages[0].message, /`B0` of type agent_memory has no local runtime/);
    assert.deepEqual((await settings("kept")).bindings, bindings);
    assert.equal(await text("kept"), "runs");
  });

  test("may be looked at and handed on; whoever uses one hears why it can't answer", async () => {
    const source = `
    const uses = {
      call: (env) => env.AI.run("model", {}),
      deep: (env) => env.AI.gateway("g").url,
      fetch: (env) => env.BROWSER.fetch("http://x/"),
      text: (env) => "to " + env.HYPERDRIVE.connectionString,
      port: (env) => Number(env.HYPERDRIVE.port),
      query: (env) => env.INDEX.query([1]),
    };
    export default { async fetch(request, env) {
      const use = uses[new URL(request.url).pathname.slice(1)];
      if (!use) return Response.json([typeof env.AI, await env.AI === undefined, JSON.stringify({ a: env.AI }), Object.keys(env).length]);
      try { return new Response("no: " + await use(env)); } catch (error) { return new Response(error.message); }
    } }`;
    const bindings = [
      { type: "ai", name: "AI" },
      { type: "browser", name: "BROWSER" },
      { type: "hyperdrive", name: "HYPERDRIVE", id: "0".repeat(32) },
      { type: "vectorize", name: "INDEX", index_name: "i" },
    ];
    await site.deploy("using", source, { bindings });
    assert.deepEqual(JSON.parse(await text("using")), ["object", false, '{"a":{}}', 4]);
    for (const [use, binding] of Object.entries({
      call: "`AI` of type ai",
      deep: "`AI` of type ai",
      fetch: "`BROWSER` of type browser",
      text: "`HYPERDRIVE` of type hyperdrive",
      port: "`HYPERDRIVE` of type hyperdrive",
      query: "`INDEX` of type vectorize",
    })) {
      const said = await text("using", `/${use}`);
      assert.equal(said.startsWith(`binding ${binding} has no local runtime: `), true, `${use}: ${said}`);
    }
  });

  test("are for module Workers, as whatever workerd makes in JavaScript: others are refused by name", async () => {
    const form = new FormData();
    form.set("metadata", JSON.stringify({ body_part: "w.js", bindings: [{ type: "ai", name: "AI" }] }));
    const source = "addEventListener('fetch', (event) => event.respondWith(new Response(typeof AI)))";
    form.set("w.js", new File([source], "w.js", { type: "application/javascript" }));
    const { errors } = await site.send("PUT", `/accounts/${site.local.accountId}/workers/scripts/classic`, form);
    assert.deepEqual(errors, [{ code: 10021, message: "Binding 'AI' of type ai is for module Workers only." }]);
  });
});

describe("types that run", () => {
  test("a Worker calls another one, its entrypoint, and that one's methods", async () => {
    const callee = `import { WorkerEntrypoint } from "cloudflare:workers";
    export class Admin extends WorkerEntrypoint {
      fetch() { return new Response("admin of " + this.ctx.props.of); }
      add(a, b) { return a + b; }
    }
    export default { fetch: () => new Response("default") };`;
    const caller = `export default { async fetch(request, { PLAIN, ADMIN }) {
      const one = await (await PLAIN.fetch(request)).text();
      return Response.json([one, await (await ADMIN.fetch(request)).text(), await ADMIN.add(1, 2)]);
    } }`;
    await site.deploy("callee", callee);
    const bindings = [
      { type: "service", name: "PLAIN", service: "callee" },
      { type: "service", name: "ADMIN", service: "callee", entrypoint: "Admin", props: { of: "the house" } },
    ];
    await site.deploy("caller", caller, { bindings });
    assert.deepEqual(JSON.parse(await text("caller")), ["default", "admin of the house", 3]);
    assert.deepEqual((await settings("caller")).bindings, bindings);
    await site.deploy("callee", "export default { fetch: () => new Response('alone') };");
    assert.match(await text("caller"), /`ADMIN` of type service leads nowhere/);
    assert.equal(await text("callee"), "alone");
  });

  test("keys of all formats sign, and never come back", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const hmac = { name: "HMAC", hash: "SHA-256" };
    const ecdsa = { name: "ECDSA", namedCurve: "P-256" };
    const secret = Buffer.from("a secret of some length");
    const key = (name, format, usages, algorithm, given) => ({
      type: "secret_key",
      name,
      format,
      usages,
      algorithm,
      ...given,
    });
    const der = privateKey.export({ format: "der", type: "pkcs8" }).toString("base64");
    const bindings = [
      key("RAW", "raw", ["sign"], hmac, { key_base64: secret.toString("base64") }),
      key("PKCS8", "pkcs8", ["sign"], ecdsa, { key_base64: der }),
      key("JWK", "jwk", ["sign"], ecdsa, { key_jwk: privateKey.export({ format: "jwk" }) }),
    ];
    const source = `export default { async fetch(request, env) {
      const sign = async (algorithm, key) => [...new Uint8Array(await crypto.subtle.sign(algorithm, key, new TextEncoder().encode("text")))];
      const ecdsa = { name: "ECDSA", hash: "SHA-256" };
      return Response.json([await sign("HMAC", env.RAW), await sign(ecdsa, env.PKCS8), await sign(ecdsa, env.JWK), env.RAW.extractable]);
    } }`;
    const deployed = await site.deploy("signer", source, { bindings });
    assert.equal(deployed.success, true, JSON.stringify(deployed.errors));
    const [raw, pkcs8, jwk, extractable] = JSON.parse(await text("signer"));
    assert.deepEqual(Buffer.from(raw), createHmac("sha256", secret).update("text").digest());
    const isSigned = (signature) =>
      verify("sha256", Buffer.from("text"), { key: publicKey, dsaEncoding: "ieee-p1363" }, Buffer.from(signature));
    assert.deepEqual([isSigned(pkcs8), isSigned(jwk), extractable], [true, true, false]);
    const shown = JSON.stringify(await settings("signer"));
    assert.equal(shown.includes("key_base64") || shown.includes("key_jwk"), false);
  });

  test("a key that is none is refused at the upload", async () => {
    const wrong = { type: "secret_key", name: "K", format: "pkcs8", usages: ["sign"], key_base64: "" };
    const bindings = [{ ...wrong, algorithm: { name: "ECDSA", namedCurve: "P-256" } }];
    const answer = await site.deploy("signer", "export default { fetch() {} }", { bindings });
    assert.equal(answer.errors[0]?.code, 10021);
  });

  test("a Worker that is gone is told of by its name, by whoever still binds it", async () => {
    await site.deploy("leaving", "export default { fetch: () => new Response('here') }");
    const source = `export default { async fetch(request, { NEXT }) {
      try { return await NEXT.fetch(request); } catch (error) { return new Response(error.message); }
    } }`;
    await site.deploy("staying", source, { bindings: [{ type: "service", name: "NEXT", service: "leaving" }] });
    assert.equal(await text("staying"), "here");
    const path = `/accounts/${site.local.accountId}/workers/scripts/leaving?force=true`;
    assert.equal((await site.send("DELETE", path)).success, true);
    assert.equal(await text("staying"), "binding `NEXT` of type service leads nowhere: Worker `leaving` is not there");
  });

  test("what is written to Analytics Engine is printed", async () => {
    const source = `export default { fetch(request, { DATA }) { DATA.writeDataPoint({ blobs: ["a"], doubles: [1] }); return new Response("written"); } }`;
    await site.deploy("counting", source, {
      bindings: [{ type: "analytics_engine", name: "DATA", dataset: "visits" }],
    });
    assert.equal(await text("counting"), "written");
    const printed = 'analytics_engine dataset visits: {"blobs":["a"],"doubles":[1]}';
    assert.ok(site.local.runtime.output.includes(printed), site.local.runtime.output.join("\n"));
  });

  test("mail is kept in a file that is named among what Workers print, and goes to whom the binding allows alone", async () => {
    const source = `import { EmailMessage } from "cloudflare:email";
    const mail = (to) => new EmailMessage("shop@example.com", to,
      "From: shop@example.com\\r\\nTo: " + to + "\\r\\nMessage-ID: <1@example.com>\\r\\nSubject: order\\r\\n\\r\\nready\\r\\n");
    export default { async fetch(request, { MAIL }) {
      try { await MAIL.send(mail(new URL(request.url).pathname.slice(1))); return new Response("sent"); }
      catch (error) { return new Response(error.message); }
    } }`;
    const bindings = [{ type: "send_email", name: "MAIL", allowed_destination_addresses: ["a@example.com"] }];
    await site.deploy("post", source, { bindings });
    assert.equal(await text("post", "/a@example.com"), "sent");
    const named = () => site.local.runtime.output.map((line) => /^Email: (.+\.eml)$/.exec(line)?.[1]).filter(Boolean);
    await until(() => named().length > 0, "the name of the file");
    assert.match(await readFile(named()[0], "utf8"), /^Subject: order\r\n\r\nready/m);
    assert.equal(await text("post", "/b@example.com"), "email to b@example.com not allowed");
    assert.equal(named().length, 1);
  });

  test("a limit of requests is reached, each key by itself", async () => {
    const source = `export default { async fetch(request, { LIMIT }) {
      const { success } = await LIMIT.limit({ key: new URL(request.url).pathname });
      return new Response(success ? "served" : "too many", { status: success ? 200 : 429 });
    } }`;
    const limit = { type: "ratelimit", name: "LIMIT", namespace_id: "1", simple: { limit: 2, period: 60 } };
    await site.deploy("busy", source, { bindings: [limit] });
    const answers = [];
    for (const path of ["/a", "/a", "/a", "/a", "/a"]) answers.push(await text("busy", path));
    // A new period may begin on the way: then four of them are served.
    assert.equal(answers[0], "served");
    assert.ok(answers.includes("too many"), answers.join());
    assert.equal(await text("busy", "/b"), "served");
  });

  test("images are looked at", async () => {
    const source = `export default { async fetch(request, { IMAGES }) {
      const bytes = Uint8Array.from(atob(await request.text()), (character) => character.charCodeAt(0));
      return Response.json(await IMAGES.info(new Blob([bytes]).stream()));
    } }`;
    await site.deploy("pictures", source, { bindings: [{ type: "images", name: "IMAGES" }] });
    const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    const answer = await site.visit("pictures", { method: "POST", body: Buffer.from(png) });
    const told = await answer.text();
    assert.match(told, /"format":"image\/png".*"width":1/);
  });

  test("a database comes back under both of its names", async () => {
    const { result } = await site.send(
      "POST",
      `/accounts/${site.local.accountId}/d1/database`,
      JSON.stringify({ name: "named" }),
      { "content-type": "application/json" },
    );
    const bindings = [{ type: "d1", name: "DB", id: result.uuid }];
    await site.deploy("named", "export default { fetch: () => new Response('') }", { bindings });
    assert.deepEqual((await settings("named")).bindings, [{ ...bindings[0], database_id: result.uuid }]);
  });
});
