import assert from "node:assert/strict";
import { test } from "node:test";
import { createForeignActors } from "../../js/local/foreign.js";
import { addToken, addZone } from "../../js/local/state.js";
import { createClient } from "./api-client.js";

const A = { type: "A", name: "api.example.com", content: "100.0.0.1", proxied: true, ttl: 1 };
const AAAA = { type: "AAAA", name: "api.example.com", content: "100::", proxied: true };

function dnsClient(options) {
  const client = createClient(options);
  const records = `${client.zone}/dns_records`;
  return {
    ...client,
    records,
    add: (record) => client.send("POST", records, record),
    code: async (record) => (await client.send("POST", records, record)).errors[0]?.code,
    list: async (query) => (await client.send("GET", `${records}?${query}`)).result,
  };
}

test("a record comes back as Cloudflare normalises it", async () => {
  const { add } = dnsClient();
  const { status, result } = await add({ ...A, name: "API.Example.COM.", comment: "ours" });
  assert.equal(status, 200);
  const { id, created_on, modified_on, comment_modified_on, zone_id, ...rest } = result;
  assert.match(id, /^[0-9a-f]{32}$/);
  assert.match(created_on, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  assert.equal(modified_on, created_on);
  assert.equal(comment_modified_on, created_on);
  assert.ok(zone_id);
  const expected = {
    ...A,
    comment: "ours",
    proxiable: true,
    settings: {},
    meta: {},
    tags: [],
    zone_name: "example.com",
  };
  assert.deepEqual(rest, expected);
});

test("names are completed, punycoded and checked", async () => {
  const { add, code } = dnsClient();
  const nameOf = async (name) => (await add({ ...A, name, content: "192.0.2.1" })).result?.name;
  assert.equal(await nameOf("@"), "example.com");
  assert.equal(await nameOf("www"), "www.example.com");
  assert.equal(await nameOf("*.example.com"), "*.example.com");
  assert.equal(await nameOf("bücher.example.com"), "xn--bcher-kva.example.com");
  assert.equal(await nameOf("_acme.example.com"), "_acme.example.com");
  assert.equal(await nameOf("example.org"), "example.org.example.com");
  for (const name of [
    "",
    undefined,
    "a b.example.com",
    "-a.example.com",
    `${"a".repeat(64)}.example.com`,
    "a..example.com",
  ]) {
    assert.equal(await code({ ...A, name }), 9000, String(name));
  }
});

test("content, ttl, proxied, comment and tags are checked", async () => {
  const { code, add } = dnsClient();
  assert.equal(await code({ ...A, content: "300.0.0.1" }), 9005);
  assert.equal(await code({ ...A, content: "100::" }), 9005);
  assert.equal(await code({ ...AAAA, content: "1.2.3.4" }), 9006);
  assert.equal((await add({ ...AAAA, content: "2001:DB8:0:0:0:0:0:1" })).result.content, "2001:db8::1");
  assert.equal(await code({ type: "CNAME", name: "c", content: "1.2.3.4" }), 9007);
  assert.equal(await code({ type: "CNAME", name: "c", content: "c.example.com" }), 9039);
  assert.equal(
    (await add({ type: "CNAME", name: "c", content: "Target.Example.NET." })).result.content,
    "target.example.net",
  );
  assert.equal(await code({ ...A, ttl: 59 }), 9021);
  assert.equal(await code({ ...A, ttl: 86_401 }), 9021);
  assert.equal((await add({ ...A, ttl: 300 })).result.ttl, 1, "proxied records report 1");
  assert.equal((await add({ ...A, name: "plain", proxied: false, ttl: 300 })).result.ttl, 300);
  assert.equal(await code({ type: "TXT", name: "t", content: "x", proxied: true }), 9041);
  assert.equal(await code({ type: "MX", name: "m", content: "mail.example.com" }), 9105);
  assert.equal(await code({ type: "BOGUS", name: "b", content: "x" }), 9002);
  assert.equal(await code({ ...A, name: "x", comment: "ä".repeat(100) }), undefined);
  assert.equal(await code({ ...A, name: "y", comment: "x".repeat(101) }), 9313);
  assert.equal(await code({ ...A, name: "y", comment: "two\nlines" }), 9312);
  assert.equal(await code({ ...A, name: "y", comment: "\u0000" }), 9312);
  assert.equal(await code({ ...A, name: "y", settings: "none" }), 9207);
  assert.equal(await code({ type: "MX", name: "m", content: "192.0.2.1", priority: 1 }), 9009);
  assert.equal(await code({ type: "MX", name: "m", content: ".", priority: 0 }), undefined, "takes no mail");
  const { errors } = await add({ ...A, name: "y", tags: ["a:b"] });
  assert.deepEqual([errors[0].code, errors[0].error_chain[0].code], [1004, 9300]);
  const chained = dnsClient({ switches: { dnsValidation: "chained" } });
  const refused = await chained.add({ ...A, content: "x" });
  assert.deepEqual([refused.errors[0].code, refused.errors[0].error_chain[0].code], [1004, 9005]);
});

test("a paid zone has longer comments and tags", async () => {
  const client = dnsClient();
  const { id } = addZone(client.state, { name: "paid.net", plan: "business" });
  const sent = { ...A, name: "a.paid.net", comment: "x".repeat(500), tags: ["a:b"] };
  assert.deepEqual(await client.verdictOf("POST", `/zones/${id}/dns_records`, sent), [200]);
});

test("records that exclude each other are refused", async () => {
  const { add, code } = dnsClient();
  await add(A);
  assert.equal(await code(A), 81058);
  assert.equal(await code({ ...A, proxied: false, comment: "other" }), 81058, "comment and proxied make no difference");
  assert.equal(await code({ ...A, content: "100.0.0.2" }), undefined, "a second address is legal");
  assert.equal(await code({ type: "CNAME", name: A.name, content: "x.example.net" }), 81053);
  await add({ type: "CNAME", name: "c", content: "x.example.net" });
  assert.equal(await code({ ...A, name: "c" }), 81054);
  assert.equal(await code({ type: "CNAME", name: "c", content: "y.example.net" }), 81053);
  assert.equal(await code({ type: "TXT", name: "c", content: "text" }), undefined);
  const old = dnsClient({ switches: { duplicateRecordCode: 81057 } });
  await old.add(A);
  assert.equal(await old.code(A), 81057);
});

test("PATCH merges, PUT overwrites, DELETE answers with the id", async () => {
  const { add, send, records } = dnsClient();
  const { id, modified_on } = (await add({ ...A, comment: "ours" })).result;
  const patched = (await send("PATCH", `${records}/${id}`, { proxied: false, ttl: 120 })).result;
  assert.deepEqual([patched.comment, patched.proxied, patched.ttl, patched.content], ["ours", false, 120, A.content]);
  assert.ok(patched.modified_on > modified_on);
  const put = (await send("PUT", `${records}/${id}`, { type: "A", name: A.name, content: "192.0.2.1" })).result;
  assert.deepEqual([put.comment, put.proxied, put.ttl, put.content], [null, false, 1, "192.0.2.1"]);
  assert.deepEqual((await send("DELETE", `${records}/${id}`)).result, { id });
  for (const method of ["GET", "DELETE"]) {
    const gone = await send(method, `${records}/${id}`);
    assert.deepEqual([gone.status, gone.errors[0].code], [404, 81044]);
  }
});

test("the list filters, orders and pages", async () => {
  const { add, list, send, records } = dnsClient();
  for (const name of ["b", "a", "c"]) await add({ ...A, name, comment: name === "c" ? null : `CFWD1-${name}` });
  await add({ type: "TXT", name: "a", content: "x" });
  const names = async (query) => (await list(query)).map(({ name, type }) => `${name.split(".")[0]} ${type}`);
  assert.deepEqual(await names(""), ["a A", "a TXT", "b A", "c A"]);
  assert.deepEqual(await names("name=A.example.com"), ["a A", "a TXT"]);
  assert.deepEqual(await names("name.exact=a.example.com&type=A"), ["a A"]);
  assert.deepEqual(await names("name.exact=a.example.com&type=AAAA&match=any"), ["a A", "a TXT"]);
  assert.deepEqual(await names("comment.startswith=cfwd1-"), ["a A", "b A"]);
  assert.deepEqual(await names("comment.absent=true&type=A"), ["c A"]);
  assert.deepEqual(await names("name.contains=.example&direction=desc&type=A"), ["c A", "b A", "a A"]);
  const page = await send("GET", `${records}?per_page=3&page=2`);
  assert.deepEqual(
    [page.result.length, page.result_info],
    [1, { page: 2, per_page: 3, count: 1, total_count: 4, total_pages: 2 }],
  );
  assert.deepEqual((await send("GET", `${records}?per_page=3&page=9`)).result, []);
  assert.equal((await send("GET", `${records}?page=0`)).status, 400);
});

test("a batch is all or nothing, deletions first", async () => {
  const { add, send, records, list } = dnsClient();
  const { id } = (await add(A)).result;
  const replaced = await send("POST", `${records}/batch`, {
    posts: [{ type: "CNAME", name: A.name, content: "x.example.net" }],
    deletes: [{ id }],
  });
  assert.deepEqual([replaced.result.deletes[0].id, replaced.result.posts[0].type], [id, "CNAME"]);
  const failed = await send("POST", `${records}/batch`, {
    posts: [
      { ...A, name: "ok" },
      { ...A, name: "bad", content: "x" },
    ],
  });
  assert.equal(failed.errors[0].code, 9005);
  assert.deepEqual(
    (await list("")).map(({ type }) => type),
    ["CNAME"],
  );
});

test("a record that Cloudflare manages can be read only", async () => {
  const { send, verdictOf, records, ...client } = dnsClient();
  const meta = { read_only: true };
  const { id } = createForeignActors(client).addRecord("example.com", {
    type: "AAAA",
    content: "100::",
    name: "d.example.com",
    meta,
  });
  assert.equal((await send("GET", `${records}/${id}`)).result.content, "100::");
  assert.deepEqual(await verdictOf("PATCH", `${records}/${id}`, { proxied: false }), [400, 1043]);
  assert.deepEqual(await verdictOf("DELETE", `${records}/${id}`), [400, 1043]);
});

test("bodies that are no JSON objects are refused", async () => {
  const { send, records } = dnsClient();
  const bad = async (body, type) =>
    (await send("POST", records, Buffer.from(body), { "content-type": type })).errors[0].code;
  assert.equal(await bad("{", "application/json"), 9207);
  assert.equal(await bad("[]", "application/json"), 9207);
  assert.equal(await bad(JSON.stringify(A), "text/plain"), 6003);
});

test("zones are found by name, filtered and paged", async () => {
  const client = createClient({ zones: ["example.com", "example.org", "sub.example.com", "b.net", "c.net", "d.net"] });
  const names = async (query) => (await client.send("GET", `/zones?${query}`)).result.map(({ name }) => name);
  assert.deepEqual(await names("name=example.com"), ["example.com"]);
  assert.deepEqual(await names("name=ends_with:.net"), ["b.net", "c.net", "d.net"]);
  assert.deepEqual(await names(`name=example.com&account.id=${"0".repeat(32)}`), []);
  assert.deepEqual(await names("status=pending"), []);
  assert.deepEqual(await names("per_page=5&page=2"), ["sub.example.com"]);
  assert.equal((await client.send("GET", "/zones?per_page=51")).status, 400);
  const account = { id: client.state.account.id };
  const created = await client.send("POST", "/zones", { name: "new.dev", account });
  assert.equal(created.result.status, "pending");
  assert.deepEqual(await client.verdictOf("POST", "/zones", { name: "new.dev", account }), [400, 1061]);
  assert.deepEqual(await client.verdictOf("POST", "/zones", { name: "a.new.dev", account }), [400, 1116]);
  assert.deepEqual(await client.verdictOf("POST", "/zones", { name: "nodots", account }), [400, 1002]);
  assert.deepEqual((await client.send("DELETE", `/zones/${created.result.id}`)).result, { id: created.result.id });
  const scoped = addToken(client.state, { zoneIds: [[...client.state.zones.keys()][0]] });
  const visible = await client.send("GET", "/zones", undefined, { authorization: `Bearer ${scoped.value}` });
  assert.deepEqual(
    visible.result.map(({ name }) => name),
    ["example.com"],
  );
});

test("no address stands beside NS records, and nothing but glue beneath them", async () => {
  const { add, code, send, verdictOf, records } = dnsClient();
  await add({ type: "NS", name: "sub", content: "NS1.Sub.example.com." });
  const host = { ...A, name: "sub.example.com" };
  for (const record of [
    host,
    { ...AAAA, name: host.name },
    { type: "CNAME", name: host.name, content: "x.example.net" },
  ])
    assert.equal(await code(record), 81056, record.type);
  assert.equal(await code({ type: "NS", name: "sub", content: "ns2.example.net" }), undefined, "a second name server");
  assert.equal(await code({ ...A, name: "deep.sub" }), 89018);
  assert.equal(await code({ type: "TXT", name: "deep.sub", content: "x" }), 89018);
  assert.equal(await code({ ...A, name: "ns1.sub", proxied: false }), undefined, "the address of a name server");
  assert.equal(await code({ ...A, name: "othersub" }), undefined);

  const { result } = await add({ ...A, name: "moves" });
  assert.deepEqual(await verdictOf("PATCH", `${records}/${result.id}`, { name: host.name }), [400, 81056]);
  assert.equal((await send("GET", `${records}/${result.id}`)).result.name, "moves.example.com");

  assert.equal(await code({ type: "NS", name: "moves", content: "ns.example.net" }), 81055);
  assert.equal(await code({ type: "NS", name: "n", content: "192.0.2.1" }), 9008);
});

test("NS records at the zone's own name exclude nothing", async () => {
  const { code } = dnsClient();
  assert.equal(await code({ type: "NS", name: "@", content: "ns.example.net" }), undefined);
  assert.equal(await code({ ...A, name: "@" }), undefined);
  assert.equal(await code(A), undefined);
  assert.equal(await code({ type: "NS", name: "@", content: "ns2.example.net" }), undefined);
});

test("international hosts come back as A-labels, or in Unicode where the switch says so", async () => {
  const ascii = "xn--bcher-kva.example";
  for (const [hostnames, shown] of [
    ["a-labels", ascii],
    ["unicode", "bücher.example"],
  ]) {
    const { send, zone, records, put } = dnsClient({ zones: ["Bücher.example"], switches: { hostnames } });
    await put("shop");
    const names = async (path) => (await send("GET", path)).result.map(({ name, pattern }) => name ?? pattern);
    const made = await send("POST", records, { type: "CNAME", name: `www.${ascii}`, content: ascii, proxied: true });
    assert.deepEqual([made.result.name, made.result.content, made.result.zone_name], [`www.${shown}`, shown, shown]);
    assert.equal((await send("GET", `${records}/${made.result.id}`)).result.name, `www.${shown}`);
    assert.deepEqual(await names(`${records}?name.exact=www.${ascii}`), [`www.${shown}`]);
    assert.deepEqual(await names(`${records}?name.exact=${encodeURIComponent("www.bücher.example")}`), [
      `www.${shown}`,
    ]);
    assert.deepEqual(await names(`/zones?name=${ascii}`), [shown]);
    assert.equal((await send("GET", zone)).result.name, shown);
    await send("POST", `${zone}/workers/routes`, { pattern: `*.${ascii}/Path/*`, script: "shop" });
    assert.deepEqual(await names(`${zone}/workers/routes`), [`*.${shown}/Path/*`]);
    const batch = await send("POST", `${records}/batch`, { deletes: [{ id: made.result.id }] });
    assert.equal(batch.result.deletes[0].name, `www.${shown}`);
  }
});
