/**
 * What the original system gets wrong about stores, their bindings and references, and what we do instead. The numbers are
 * those of its list of defects; those that only concern Workers, or kinds that do not exist yet, are not here.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { validate } from "../../pkg/js/entrypoints/node.js";
import { TRUSTING } from "../safety/account.js";
import { createSite, isSettled, manifestOf } from "./site.js";

const ACCOUNT = "0123456789abcdef0123456789abcdef";
const documentOf = (kind, spec, name = "one") => ({
  apiVersion: "cloudflare.project-planton.org/v1",
  kind,
  metadata: { name, org: "acme", env: "test" },
  spec,
});
const codesOf = async (...documents) => {
  const { diagnostics } = await validate(documents);
  return diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code);
};
const textOf = (...lines) => `${lines.join("\n")}\n`;

describe("what the original system gets wrong about stores", () => {
  let site;
  before(async () => {
    site = await createSite({ runtime: TRUSTING, warmUp: false });
    await site.bundle("shop");
  });
  after(() => site.close());

  const store = (kind, spec, name) => documentOf(kind, { account_id: site.local.accountId, ...spec }, name);
  const namespace = (name) => store("CloudflareKvNamespace", { namespace_name: name }, name);
  const bound = (spec) => manifestOf(site, { dns: undefined, ...spec });

  test("X3: names and ids that Cloudflare refuses are refused before anything is sent", async () => {
    assert.deepEqual(await codesOf(documentOf("CloudflareR2Bucket", { account_id: ACCOUNT, bucket_name: "a_b" })), [
      "CFD0140",
    ]);
    assert.deepEqual(await codesOf(documentOf("CloudflareD1Database", { account_id: "123", database_name: "d" })), [
      "CFD0116",
    ]);
    const custom = { enabled: true, zone_id: "nope", domain: "files.example.com" };
    const bucket = documentOf("CloudflareR2Bucket", {
      account_id: ACCOUNT,
      bucket_name: "files",
      custom_domain: custom,
    });
    assert.equal((await codesOf(bucket)).length, 1);
  });

  test("X4: a reference that stays open fails the plan and names its field; no `$…` text is ever sent", async () => {
    const worker = bound({
      kv_bindings: [{ name: "A", field_path: "$cloudflare-kv-namespace/nope/status.outputs.namespace_id" }],
    });
    const { requests } = await site.during(() =>
      assert.rejects(site.apply(worker), ({ diagnostics }) => /kv_bindings/.test(diagnostics[0].path)),
    );
    assert.ok(!JSON.stringify(requests).includes("$cloudflare"));
  });

  test("X5: a binding's name is JavaScript's, and the namespace is named beside it", async () => {
    const worker = bound({ kv_bindings: [{ name: "CACHE", value_from: { name: "pages" } }] });
    const { changes } = await site.plan([namespace("pages"), worker]);
    const script = changes.find(({ address }) => address === "script:shop");
    assert.ok(script.fields.some(({ path }) => path === "kv_bindings.CACHE"));
    assert.deepEqual(script.needs, ["kv:pages"]);
  });

  test("X10: bindings are sent in one order, whatever order they are written in", async () => {
    const bindings = [
      { name: "B", type: "json", json: 1 },
      { name: "A", type: "json", json: 2 },
    ];
    const { writes: uploads } = await site.during(() => site.apply(bound({ bindings })));
    const { json } = uploads.flatMap(({ multipart = [] }) => multipart).find(({ name }) => name === "metadata");
    assert.deepEqual(
      json.bindings.map(({ name }) => name),
      ["A", "B"],
    );
    const { writes } = await site.during(() => site.apply(bound({ bindings: bindings.toReversed() })));
    assert.deepEqual(writes, []);
  });

  test("X11: what one store could not become is told, the others are made, and the same command does the rest", async () => {
    const documents = [namespace("good"), store("CloudflareQueue", { queue_name: "late" })];
    const refusing = (url, init) => {
      if (init?.method !== "POST" || !url.endsWith("/queues")) return fetch(url, init);
      const errors = [{ code: 11003, message: "Too many queues." }];
      return Promise.resolve(Response.json({ success: false, errors, messages: [], result: null }, { status: 400 }));
    };
    await assert.rejects(site.apply(documents, { options: { fetch: refusing } }), ({ exitCode, done, notDone }) => {
      assert.deepEqual([exitCode, done, notDone], [3, ["kv:good"], ["queue:late"]]);
      return true;
    });
    const { result, writes } = await site.during(() => site.apply(documents));
    assert.deepEqual([writes.length, result.done], [1, ["queue:late"]]);
  });

  test("X15: all documents of a file are read, and ordered by what they refer to", async () => {
    const text = [bound({ kv_bindings: [{ name: "A", value_from: { name: "second" } }] }), namespace("second")];
    const { changes, manifests } = await site.plan(text.map((document) => JSON.stringify(document)).join("\n---\n"));
    assert.equal(manifests.length, 2);
    assert.deepEqual(changes.find(({ address }) => address === "script:shop").needs, ["kv:second"]);
  });

  test("X16: two documents of one store, and two bindings of one name, are refused at both places", async () => {
    const { diagnostics } = await validate([
      documentOf("CloudflareQueue", { account_id: ACCOUNT, queue_name: "q" }, "a"),
      documentOf("CloudflareQueue", { account_id: ACCOUNT, queue_name: "q" }, "b"),
    ]);
    const [finding] = diagnostics.filter(({ severity }) => severity === "error");
    assert.deepEqual([finding.file, finding.related.map(({ file }) => file)], ["manifest[1]", ["manifest[0]"]]);

    const [first, second] = ["json", "ai"].map((type) => ({ name: "A", type, ...(type === "json" && { json: 1 }) }));
    const bindings = await validate(bound({ bindings: [first, second] }));
    const [twice] = bindings.diagnostics.filter(({ severity }) => severity === "error");
    assert.deepEqual([twice.code, twice.path, twice.related.length], ["CFD0122", "spec.bindings[1].name", 1]);
  });

  test("X17: words and digits that YAML 1.1 changes stay what they are, or are asked to be quoted", async () => {
    const queue = (line) =>
      textOf(
        "apiVersion: cloudflare.project-planton.org/v1",
        "kind: CloudflareQueue",
        "metadata: {name: q}",
        "spec:",
        `  ${line}`,
      );
    assert.ok((await validate(queue("{queue_name: off, account_id: 0123456789abcdef0123456789abcdef}"))).ok);
    assert.ok((await validate(queue("{queue_name: orders, account_id: 01234567012345670123456701234567}"))).ok);
    const { diagnostics } = await validate(queue("{queue_name: 1234, account_id: 0123456789abcdef0123456789abcdef}"));
    assert.match(JSON.stringify(diagnostics), /quote it/);
  });

  test("X18: a document that is wrong is told with file, line and path", async () => {
    const { ok, diagnostics } = await validate(
      textOf(
        "kind: CloudflareQueue",
        "apiVersion: cloudflare.project-planton.org/v1",
        "metadata: {name: q}",
        "spec: {queue_nam: q}",
      ),
    );
    assert.equal(ok, false);
    assert.ok(diagnostics.every(({ line, column }) => line > 0 && column > 0));
    assert.ok(diagnostics.some(({ path }) => path === "spec.queue_nam"));
  });

  test("X19: `--set` is read by the schema, in lists and at their indexes too", async () => {
    const bucket = store("CloudflareR2Bucket", { bucket_name: "files", cors: [{ origins: ["https://a.example"] }] });
    const set = [
      ["spec.cors[0].methods", "[GET, HEAD]"],
      ["spec.cors[0].max_age_seconds", "60"],
      ["spec.public_access", "true"],
      ["spec.bucket_name", "0123"],
    ];
    const { changes } = await site.plan(bucket, { options: { set } });
    const [{ address, fields }] = changes;
    assert.equal(address, "bucket:0123", "a name stays a text, whatever it looks like");
    const { new: rules } = fields.find(({ path }) => path === "cors");
    assert.deepEqual(rules, [{ origins: ["https://a.example"], methods: ["GET", "HEAD"], max_age_seconds: 60 }]);
    assert.equal(fields.find(({ path }) => path === "public_access").new, true);
    const wrong = await validate([bucket], { set: [["spec.cors[0].max_age_seconds", "soon"]] });
    assert.ok(
      wrong.diagnostics.some(({ severity, path }) => severity === "error" && path === "spec.cors[0].max_age_seconds"),
    );
  });

  test("X21: a namespace takes its account from the manifest or from the run", async () => {
    const { accountId } = site.local;
    const spec = { namespace_name: "anywhere" };
    for (const [document, creds] of [
      [documentOf("CloudflareKvNamespace", { ...spec, account_id: accountId }), {}],
      [documentOf("CloudflareKvNamespace", spec), { accountId }],
    ])
      assert.equal((await site.plan(document, { creds })).manifests[0].account, accountId);
    assert.deepEqual(await codesOf(documentOf("CloudflareKvNamespace", spec)), ["CFD0208"]);
  });

  test("X25: a bucket may be anywhere, says its address, and is opened to everybody where that is asked for", async () => {
    const bucket = store("CloudflareR2Bucket", { bucket_name: "open-files", location: "auto", public_access: true });
    const { outputs } = await site.apply(bucket, { options: { allowDeletes: true } });
    assert.match(outputs["CloudflareR2Bucket/one"].bucket_url, /\/open-files$/);
    assert.equal(site.local.state.objects.buckets.get("open-files").managed, true);
    assert.ok(isSettled(await site.plan(bucket)));
  });

  test("X28: regions and locations are taken in the words of both generations, and as numbers", async () => {
    for (const region of ["weur", "usw", "wnam", 1])
      assert.deepEqual(
        await codesOf(documentOf("CloudflareD1Database", { account_id: ACCOUNT, database_name: "d", region })),
        [],
      );
    for (const location of ["WEUR", "weur", "auto", 0, "CLOUDFLARE_R2_LOCATION_UNSPECIFIED"])
      assert.deepEqual(
        await codesOf(documentOf("CloudflareR2Bucket", { account_id: ACCOUNT, bucket_name: "files", location })),
        [],
      );
  });

  test("X30: outputs have their original names, in the answer of a run and later", async () => {
    const document = store("CloudflareD1Database", { database_name: "shop" });
    const { outputs } = await site.apply(document);
    assert.deepEqual(Object.keys(outputs["CloudflareD1Database/one"]).toSorted(), [
      "connection_string",
      "database_id",
      "database_name",
    ]);
    assert.deepEqual((await site.apply(document)).outputs, outputs);
  });
});
