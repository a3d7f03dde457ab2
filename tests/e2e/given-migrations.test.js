/** Migrations of a D1 database whose texts the caller gives. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createSite } from "./site.js";

describe("migrations of a D1 database", () => {
  let site;
  before(async () => {
    site = await createSite();
  });
  after(() => site.close());

  const FILES = {
    "0001_init.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);\n-- the end",
    "0002_first.sql":
      "INSERT INTO notes (text) VALUES ('it''s one; COMMIT;');\nINSERT INTO notes (text) VALUES ('two')",
  };
  const database = {
    apiVersion: "cloudflare.project-planton.org/v1",
    kind: "CloudflareD1Database",
    metadata: { name: "shop", org: "acme", env: "test" },
    spec: { database_name: "shop", migrations: "./migrations" },
  };
  const withFiles = (files, more) => {
    const migrations = { "CloudflareD1Database/shop": files };
    return { options: { migrations, accountId: site.local.accountId, ...more } };
  };
  const live = () => [...site.local.state.databases.values()].find(({ name }) => name === "shop");
  async function rows(sql) {
    const url = `${site.local.apiUrl}/accounts/${site.local.accountId}/d1/database/${live().id}/query`;
    const headers = { authorization: `Bearer ${site.local.token}`, "content-type": "application/json" };
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify({ sql }) });
    return (await answer.json()).result[0].results;
  }
  const imports = ({ requests }) => requests.filter(({ path }) => path.endsWith("/import"));

  test("are applied to a new database in the order of their names, and remembered as wrangler does", async () => {
    await site.apply(database, withFiles(FILES));
    const notes = await rows("SELECT text FROM notes ORDER BY id");
    assert.deepEqual(notes, [{ text: "it's one; COMMIT;" }, { text: "two" }]);
    const ledger = await rows("SELECT id, name FROM d1_migrations ORDER BY id");
    assert.deepEqual(ledger, [
      { id: 1, name: "0001_init.sql" },
      { id: 2, name: "0002_first.sql" },
    ]);
    const { name } = (await rows("SELECT sql AS name FROM sqlite_master WHERE name = 'd1_migrations'"))[0];
    assert.match(
      name.replaceAll(/\s+/g, " "),
      /name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL/,
    );
  });

  test("are applied once", async () => {
    const run = await site.during(() => site.apply(database, withFiles(FILES)));
    assert.deepEqual([imports(run), run.result.plan.changes[0].action], [[], "no-op"]);
    assert.equal((await rows("SELECT text FROM notes")).length, 2);
  });

  test("one more is applied alone, after the bookmark to go back to is told", async () => {
    const files = { ...FILES, "0003_more.sql": "INSERT INTO notes (text) VALUES ('three');" };
    const plan = await site.plan(database, withFiles(files));
    assert.deepEqual(
      plan.changes[0].fields.map(({ path }) => path),
      ["migrations.0003_more.sql"],
    );
    const events = [];
    await site.apply(database, withFiles(files, { onEvent: (event) => events.push(event) }));
    const note = events.findIndex(({ type, code }) => type === "diagnostic" && code === "CFD0546");
    const done = events.findIndex(({ type, address }) => type === "done" && address === "d1:shop");
    assert.ok(note >= 0 && note < done);
    assert.match(events[note].help, /wrangler d1 time-travel restore shop --bookmark \S+/);
    assert.equal((await rows("SELECT text FROM notes")).length, 3);
  });

  test("one that was edited after it was applied is refused before anything is written", async () => {
    const files = { ...FILES, "0001_init.sql": "CREATE TABLE others (id INTEGER);", "0004_new.sql": "SELECT 1;" };
    const { result, requests } = await site.during(() =>
      site.apply(database, withFiles(files)).catch((error) => error),
    );
    assert.deepEqual(
      result.diagnostics.map(({ code }) => code),
      ["CFD0544"],
    );
    assert.deepEqual(imports({ requests }), []);
  });

  test("those that wrangler applied are taken by their names", async () => {
    await rows("INSERT INTO d1_migrations (name) VALUES ('0004_by_wrangler.sql')");
    const files = {
      ...FILES,
      "0003_more.sql": "INSERT INTO notes (text) VALUES ('three');",
      "0004_by_wrangler.sql": "X;",
    };
    const run = await site.during(() => site.apply(database, withFiles(files)));
    assert.deepEqual(imports(run), []);
  });

  test("one that the database refuses leaves nothing of itself, and those after it wait", async () => {
    const bad = "INSERT INTO notes (text) VALUES ('half'); INSERT INTO nowhere VALUES (1);";
    const files = { ...FILES, "0005_bad.sql": bad, "0006_after.sql": "INSERT INTO notes (text) VALUES ('after');" };
    const error = await site.apply(database, withFiles(files)).catch((error) => error);
    // It is no conflict: nobody has to say who is right.
    assert.deepEqual([error.code, error.exitCode], ["CFD0545", 1]);
    assert.match(error.message, /0005_bad\.sql.*nowhere/);
    const texts = (await rows("SELECT text FROM notes")).map(({ text }) => text);
    assert.deepEqual([texts.includes("half"), texts.includes("after")], [false, false]);
    const names = (await rows("SELECT name FROM d1_migrations")).map(({ name }) => name);
    assert.ok(!names.includes("0005_bad.sql"));
    await site.apply(database, withFiles({ ...files, "0005_bad.sql": "SELECT 1;" }));
    assert.ok((await rows("SELECT text FROM notes")).some(({ text }) => text === "after"));
  });

  test("whose answers are lost are applied once all the same", async () => {
    const files = { ...FILES, "0007_once.sql": "INSERT INTO notes (text) VALUES ('once');" };
    for (const number of [1, 2]) {
      const name = `000${6 + number}_once.sql`;
      files[name] = "INSERT INTO notes (text) VALUES ('once');";
      site.local.setFaults([`POST */import:lost:${number}`]);
      await site.apply(database, withFiles(files));
      site.local.setFaults([]);
      assert.equal((await rows("SELECT text FROM notes WHERE text = 'once'")).length, number);
    }
  });

  test("go up without the token, and their address is told to nobody", async () => {
    const [sent, events] = [[], []];
    const watching = (url, init) => {
      sent.push({ url, method: init.method, headers: [...new Headers(init.headers).keys()] });
      return fetch(url, init);
    };
    const files = { ...FILES, "0009_up.sql": "INSERT INTO notes (text) VALUES ('up');" };
    const options = { fetch: watching, onEvent: (event) => events.push(event) };
    const result = await site.apply(database, withFiles(files, options));
    const uploads = sent.filter(({ method }) => method === "PUT");
    const bare = sent.filter(({ headers }) => !headers.includes("authorization"));
    assert.deepEqual([uploads.length, bare], [1, uploads]);
    assert.ok(!JSON.stringify([result, events]).includes(new URL(uploads[0].url).pathname));
  });

  test("a run that stops while the database works on one says that nobody knows how it ends", async () => {
    const stop = new AbortController();
    const result = { success: true, type: "import", status: "active", at_bookmark: "b", messages: [], errors: [] };
    const slow = async (url, init) => {
      const answer = await fetch(url, init);
      const handsOver = url.endsWith("/import") && new TextDecoder().decode(init.body).includes("ingest");
      if (!handsOver) return answer;
      stop.abort();
      return Response.json({ success: true, errors: [], messages: [], result });
    };
    const files = { ...FILES, "0010_long.sql": "INSERT INTO notes (text) VALUES ('long');" };
    const options = { fetch: slow, signal: stop.signal };
    const error = await site.apply(database, withFiles(files, options)).catch((error) => error);
    assert.deepEqual([error.exitCode, error.unknown, error.notDone], [130, ["d1:shop"], []]);
    await site.apply(database, withFiles(files));
    assert.equal((await rows("SELECT text FROM notes WHERE text = 'long'")).length, 1);
  });

  test("a file that would end its transaction, or has no usable name, is refused without a request", async () => {
    for (const [name, sql] of [
      ["0009_end.sql", "SELECT 1; COMMIT;"],
      ["it's.sql", "SELECT 1;"],
    ]) {
      const { result, requests } = await site.during(() =>
        site.apply(database, withFiles({ [name]: sql })).catch((error) => error),
      );
      assert.deepEqual([result.code, result.exitCode, requests], ["CFD0141", 65, []]);
    }
  });

  test("whose files nobody gave stop the run", async () => {
    const { options } = withFiles({});
    const error = await site.apply(database, { options: { accountId: options.accountId } }).catch((error) => error);
    assert.deepEqual([error.code, error.diagnostics[0].path], ["CFD0141", "spec.migrations"]);
  });
});
