import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { DatabaseError, Databases } from "../../js/local/runtime/databases.js";
import { startSite } from "./live-site.js";

/** Runs a batch of statements; those of a text alone by `exec`. */
const WORKER = `
export default { async fetch(request, { DB }) {
  const asked = await request.json();
  try {
    if (typeof asked === "string") return Response.json(await DB.exec(asked));
    const session = DB.withSession("first-primary");
    const results = await session.batch(asked.map(([sql, ...params]) => session.prepare(sql).bind(...params)));
    return Response.json({ rows: results.map(({ results }) => results), meta: results.at(-1).meta, bookmark: session.getBookmark() });
  } catch (error) { return Response.json({ error: error.message }); }
} };`;

let dir;
let site;
let id;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), "d1-test-"));
  site = await startSite({ persist: dir });
  id = (await call("POST", "", { name: "shop" })).result.uuid;
  const bindings = [{ type: "d1", name: "DB", id }];
  assert.ok((await site.deploy("shop", WORKER, { bindings })).success);
});
after(async () => {
  await site.close();
  await rm(dir, { recursive: true, force: true });
});

const call = (method, path, body, token) =>
  site.send(method, `/accounts/${site.local.accountId}/d1/database${path}`, JSON.stringify(body), {
    "content-type": "application/json",
    ...(token && { authorization: `Bearer ${token}` }),
  });
const query = async (sql, ...params) => {
  const { result, errors } = await call("POST", `/${id}/query`, { sql, ...(params.length > 0 && { params }) });
  return result?.map(({ results }) => results) ?? errors[0];
};
const inWorker = async (asked) =>
  JSON.parse(await (await site.visit("shop", { method: "POST", body: Buffer.from(JSON.stringify(asked)) })).text());
const md5 = (text) => createHash("md5").update(text).digest("hex");

async function importFile(sql) {
  const etag = md5(sql);
  const step = async (body) => (await call("POST", `/${id}/import`, body)).result;
  const first = await step({ action: "init", etag });
  if (!first.upload_url) return first;
  const put = await fetch(first.upload_url, { method: "PUT", body: sql });
  assert.deepEqual([put.status, put.headers.get("etag")], [200, `"${etag}"`]);
  return step({ action: "ingest", filename: first.filename, etag });
}

describe("one database for the API and for Workers", () => {
  test("what the API wrote, the Worker reads, and the other way round", async () => {
    await query("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)");
    await query("INSERT INTO notes (text) VALUES (?)", "from the API");
    const { rows } = await inWorker([
      ["INSERT INTO notes (text) VALUES (?)", "from the Worker"],
      ["SELECT text FROM notes ORDER BY id"],
    ]);
    assert.deepEqual(rows[1], [{ text: "from the API" }, { text: "from the Worker" }]);
    assert.deepEqual(await query("SELECT count(*) AS n FROM notes"), [[{ n: 2 }]]);
  });

  test("numbers, null, text and bytes come back as they were", async () => {
    const { rows } = await inWorker([["SELECT ? AS a, ? AS b, ? AS c", 1.5, null, "ü"], ["SELECT x'00ff' AS d"]]);
    assert.deepEqual(rows, [[{ a: 1.5, b: null, c: "ü" }], [{ d: [0, 255] }]]);
  });

  test("a batch of a Worker is done whole or not at all", async () => {
    const answer = await inWorker([["DELETE FROM notes"], ["INSERT INTO missing VALUES (1)"]]);
    assert.match(answer.error, /D1_ERROR: no such table: missing: SQLITE_ERROR/);
    assert.deepEqual(await query("SELECT count(*) AS n FROM notes"), [[{ n: 2 }]]);
  });

  test("exec runs line by line, and a session has a bookmark", async () => {
    assert.equal((await inWorker("SELECT 1;\nSELECT 2;")).count, 2);
    assert.match((await inWorker([["SELECT 1"]])).bookmark, /^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}$/);
  });

  test("it survives a restart, and stays while Workers change", async () => {
    await site.close();
    site = await startSite({ persist: dir });
    await site.deploy("other", "export default { fetch: () => new Response('other') }");
    const { rows } = await inWorker([["SELECT count(*) AS n FROM notes"]]);
    assert.deepEqual(rows, [[{ n: 2 }]]);
    const [listed] = (await call("GET", "?name=shop")).result;
    assert.deepEqual([listed.num_tables, listed.file_size > 0], [1, true]);
  });
});

describe("queries of the API", () => {
  test("a text of several statements gives a result for each, wherever its semicolons stand", async () => {
    const results = await query(`
      -- a comment; with a semicolon
      CREATE TABLE log (text TEXT DEFAULT 'a;b'); ;
      CREATE TRIGGER told AFTER DELETE ON notes BEGIN INSERT INTO log VALUES ('a;b'); END;
      SELECT 'x;' AS "one;", [text] FROM notes WHERE id = 1; /* the end; */
      DELETE FROM notes WHERE id = 1;
      SELECT text FROM log`);
    assert.deepEqual(results, [[], [], [{ "one;": "x;", text: "from the API" }], [], [{ text: "a;b" }]]);
  });

  test("of several statements all are done, or none", async () => {
    const refused = await query("DELETE FROM log; SELECT nope FROM log");
    assert.deepEqual([refused.code, refused.message], [7500, "no such column: nope at offset 8: SQLITE_ERROR"]);
    assert.deepEqual(await query("SELECT count(*) AS n FROM log"), [[{ n: 1 }]]);
  });

  test("a list of statements has parameters for each; raw gives columns and rows", async () => {
    const batch = [{ sql: "SELECT ? AS a", params: ["x"] }, { sql: "SELECT 1 AS a, 2 AS a" }];
    const { result } = await call("POST", `/${id}/raw`, { batch });
    assert.deepEqual(
      result.map(({ results }) => results),
      [
        { columns: ["a"], rows: [["x"]] },
        { columns: ["a", "a"], rows: [[1, 2]] },
      ],
    );
  });

  test("what SQLite or D1 refuses is told in its words", async () => {
    const message = async (...args) => (await query(...args)).message;
    assert.match(await message("BEGIN TRANSACTION"), /^To execute a transaction, please use/);
    assert.match(await message("COMMIT"), /^To execute a transaction, please use/);
    assert.match(await message("SELEC 1"), /near "SELEC": syntax error/);
    assert.match(await message("SELECT 'unfinished"), /unrecognized token/);
    assert.match(await message("-- nothing"), /No SQL statements detected/);
    assert.match(await message("SELECT ?; SELECT 2", 1), /multiple SQL statements|only the last statement/);
    assert.match(await message("SELECT ?, ?", 1), /Wrong number of parameter bindings/);
    assert.match(await message("ATTACH 'x' AS y"), /not authorized/);
  });

  test("a token that may only read reads, and what it would write is undone", async () => {
    const { value } = site.local.addToken({ permissionGroups: ["D1 Read"] });
    const code = async (sql) => (await call("POST", `/${id}/query`, { sql }, value)).errors[0]?.code;
    assert.equal(await code("SELECT * FROM log"), undefined);
    assert.equal(await code("DELETE FROM log"), 10000);
    assert.deepEqual(await query("SELECT count(*) AS n FROM log"), [[{ n: 1 }]]);
  });
});

describe("files", () => {
  test("a file is one transaction, also without a last semicolon", async () => {
    const done = await importFile("CREATE TABLE a (x); INSERT INTO a VALUES (1); INSERT INTO a VALUES (2)");
    assert.deepEqual([done.success, done.status, done.result.num_queries], [true, "complete", 3]);
    assert.equal(done.at_bookmark, done.result.final_bookmark);
    const failed = await importFile("INSERT INTO a VALUES (3); INSERT INTO missing VALUES (1);");
    assert.deepEqual([failed.status, failed.errors], ["error", ["no such table: missing: SQLITE_ERROR"]]);
    assert.deepEqual(await query("SELECT count(*) AS n FROM a"), [[{ n: 2 }]]);
  });

  test("BEGIN and COMMIT are refused, and nothing of the file is done", async () => {
    const failed = await importFile("CREATE TABLE b (x);\nBEGIN TRANSACTION;\nINSERT INTO b VALUES (1);\nCOMMIT;\n");
    assert.match(failed.errors[0], /^To execute a transaction, please use/);
    assert.match((await query("SELECT * FROM b")).message, /no such table: b/);
  });

  test("a file that was uploaded before runs again without an upload", async () => {
    const again = await importFile("CREATE TABLE a (x); INSERT INTO a VALUES (1); INSERT INTO a VALUES (2)");
    assert.deepEqual([again.status, again.errors], ["error", ["table a already exists at offset 13: SQLITE_ERROR"]]);
  });

  test("an import that takes its time is polled until it is over, and told of once", async () => {
    const slow = await startSite({ switches: { importPolls: 2 } });
    try {
      const send = async (path, body) => {
        const base = `/accounts/${slow.local.accountId}/d1/database`;
        const headers = { "content-type": "application/json" };
        return (await slow.send("POST", base + path, JSON.stringify(body), headers)).result;
      };
      const { uuid } = await send("", { name: "slow" });
      const etag = md5("SELECT 1");
      const { filename, upload_url: address } = await send(`/${uuid}/import`, { action: "init", etag });
      await fetch(address, { method: "PUT", body: "SELECT 1" });
      const ingest = await send(`/${uuid}/import`, { action: "ingest", filename, etag });
      const poll = () => send(`/${uuid}/import`, { action: "poll", current_bookmark: ingest.at_bookmark });
      assert.deepEqual([ingest.status, (await poll()).status, (await poll()).status], ["active", "active", "complete"]);
      assert.equal((await poll()).error, "Not currently importing anything.");
    } finally {
      await slow.close();
    }
  });
});

describe("bookmarks", () => {
  const bookmark = async (when = "") => call("GET", `/${id}/time_travel/bookmark${when}`);

  test("another one after each write, the same after a read", async () => {
    const first = (await bookmark()).result.bookmark;
    await query("SELECT 1");
    assert.equal((await bookmark()).result.bookmark, first);
    await query("INSERT INTO a VALUES (9)");
    assert.ok((await bookmark()).result.bookmark > first);
  });

  test("of the past there is none, and nothing is restored", async () => {
    assert.match((await bookmark("?timestamp=2020-01-01T00:00:00Z")).errors[0].message, /keeps no state/);
    assert.equal((await bookmark("?timestamp=2999-01-01T00:00:00Z")).success, true);
    const restored = await call("POST", `/${id}/time_travel/restore?bookmark=x`);
    assert.match(restored.errors[0].message, /nothing can be restored/);
  });
});

test("a database that is deleted is gone for the Worker, and so is what it held", async () => {
  assert.equal((await call("DELETE", `/${id}`)).result, null);
  assert.match((await inWorker([["SELECT 1"]])).error, /is not there/);
});

test("a query that never ends is stopped, and the next one is answered", async () => {
  const stores = await mkdtemp(join(tmpdir(), "d1-endless-"));
  const impatient = new Databases({ dir: async () => stores, output: () => {}, queryMs: 1500 });
  try {
    const database = impatient.database("0");
    const endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";
    await assert.rejects(database.script(endless, "ARRAY_OF_OBJECTS"), DatabaseError);
    const [{ results }] = await database.script("SELECT 1 AS one", "ARRAY_OF_OBJECTS");
    assert.deepEqual(results, [{ one: 1 }]);
  } finally {
    await impatient.close();
    await rm(stores, { recursive: true, force: true, maxRetries: 3 });
  }
});
