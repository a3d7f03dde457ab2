/** Migrations of a D1 database whose files lie under a prefix in R2. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { plan } from "../../pkg/js/entrypoints/node.js";
import { watched } from "../canaries/watch.js";
import { createSite } from "./site.js";

const INIT = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);\n";
const FIRST = "INSERT INTO notes (text) VALUES ('one');\n";
const PREFIX = "shop/migrations/";

let site;
before(async () => {
  site = await createSite();
  await put("0001_init.sql", INIT);
  await put("0002_first.sql", FIRST);
  await put("README.md", "not SQL");
  await put("old/0003_deeper.sql", "no SQL at all");
  await site.local.putObject("bundles", "shop/migrations-of-others/0001.sql", Buffer.from("no SQL at all"));
});
after(() => site.close());

const put = (name, text, bucket = "bundles") => site.local.putObject(bucket, `${PREFIX}${name}`, Buffer.from(text));
const database = (migrations = { bucket: "bundles", prefix: PREFIX }, name = "shop") => ({
  apiVersion: "cloudflare.project-planton.org/v1",
  kind: "CloudflareD1Database",
  metadata: { name, org: "acme", env: "test" },
  spec: { account_id: site.local.accountId, database_name: name, migrations },
});
const ofS3 = ({ requests }) => requests.filter(({ surface }) => surface === "s3").map(({ path }) => path.split("?")[0]);
const fails = (work) => site.during(() => work().then(assert.fail, (error) => error));
async function rows(sql, name = "shop") {
  const { id } = [...site.local.state.databases.values()].find((database) => database.name === name);
  const url = `${site.local.apiUrl}/accounts/${site.local.accountId}/d1/database/${id}/query`;
  const headers = { authorization: `Bearer ${site.local.token}`, "content-type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify({ sql }) });
  return (await answer.json()).result[0].results.map((row) => Object.values(row)[0]);
}

describe("migrations under a prefix in R2", () => {
  test("are applied to a new database in order, each object read once", async () => {
    const run = await site.during(() => site.apply(database()));
    const fields = run.result.plan.changes[0].fields.map(({ path }) => path);
    assert.deepEqual(fields, ["database_name", "migrations.0001_init.sql", "migrations.0002_first.sql"]);
    assert.deepEqual(ofS3(run).sort(), [
      "/bundles/",
      `/bundles/${PREFIX}0001_init.sql`,
      `/bundles/${PREFIX}0002_first.sql`,
    ]);
    assert.deepEqual(await rows("SELECT text FROM notes"), ["one"]);
    assert.deepEqual(await rows("SELECT name FROM d1_migrations ORDER BY id"), ["0001_init.sql", "0002_first.sql"]);
  });

  test("a prefix without its last slash means the same, and the second run writes nothing", async () => {
    const same = database({ bucket: "bundles", prefix: "shop/migrations" });
    const { result, writes } = await site.during(() => site.apply(same));
    const sent = writes.filter(({ path }) => !path.endsWith("/query"));
    assert.deepEqual([sent, result.plan.changes[0].why], [[], "found-by-name"]);
  });

  test("files that came later are applied, and a list of many pages is read to its end", async () => {
    for (let number = 0; number < 1_100; number += 1) await put(`0000_note-${number}.txt`, "x");
    await put("0003_second.sql", "INSERT INTO notes (text) VALUES ('two');");
    const run = await site.during(() => site.apply(database()));
    const fields = run.result.plan.changes[0].fields.map(({ path }) => path);
    assert.deepEqual(fields, ["migrations.0003_second.sql"]);
    assert.equal(ofS3(run).filter((path) => path === "/bundles/").length, 2);
    assert.deepEqual(await rows("SELECT text FROM notes ORDER BY id"), ["one", "two"]);
  });

  test("two databases of one prefix read it once", async () => {
    const run = await site.during(() => site.apply([database(), database(undefined, "second")]));
    assert.equal(new Set(ofS3(run)).size, 4);
    assert.equal(ofS3(run).length, 5, "the list has two pages");
    assert.deepEqual(await rows("SELECT text FROM notes ORDER BY id", "second"), ["one", "two"]);
  });

  test("an edited file that was applied is refused before anything is written", async () => {
    await put("0002_first.sql", `${FIRST}-- edited`);
    const { result } = await fails(() => site.apply(database()));
    assert.deepEqual([result.code, result.exitCode], ["CFD0544", 5]);
    await put("0002_first.sql", FIRST);
  });

  test("the findings are those of a directory, at the field that names the prefix", async () => {
    for (const [name, text, code, said] of [
      ["0004_end.sql", "SELECT 1; COMMIT;", "CFD0141", /`COMMIT` in line 1/],
      ["0004 blank.sql", "SELECT 1;", "CFD0141", /not a usable name/],
      ["0004_latin.sql", Buffer.from([0x2d, 0x2d, 0xe4]), "CFD0141", /no text in UTF-8/],
    ]) {
      await put(name, text);
      const { result, requests } = await fails(() => site.apply(database()));
      assert.match(result.message, said);
      assert.deepEqual([result.code, result.exitCode, result.diagnostics[0].path], [code, 65, "spec.migrations"]);
      assert.ok(!requests.some(({ method, path }) => method === "POST" && path.endsWith("/import")));
      site.local.state.objects.delete("bundles", `${PREFIX}${name}`);
    }
  });

  test("a prefix with no file under it, and a bucket that is not there, stop the run", async () => {
    const empty = await fails(() => site.apply(database({ bucket: "bundles", prefix: "shop/migration" }, "third")));
    assert.match(empty.result.message, /no object right under `r2:\/\/bundles\/shop\/migration\/` ends with `\.sql`/);
    const none = await fails(() => site.apply(database({ bucket: "nowhere" }, "third")));
    assert.match(none.result.message, /bucket `nowhere` does not exist/);
    assert.match(none.result.diagnostics[0].help, /migrations\.bucket/);
    for (const { result, writes } of [empty, none]) assert.deepEqual([result.done, writes], [[], []]);
  });

  test("offline they are named and not read", async () => {
    const { changes } = await watched(plan)(database());
    const { path, new: place } = changes[0].fields.at(-1);
    assert.deepEqual([path, place.bucket, place.prefix], ["migrations", "bundles", PREFIX]);
  });

  test("a list whose answers are lost or cut is asked for again", async () => {
    for (const fault of ["lost", "truncate", "503"]) {
      site.local.setFaults([`GET /bundles/:${fault}:1`]);
      const { result, requests } = await site.during(() => site.plan(database()));
      assert.ok(
        requests.some((request) => request.fault),
        "the fault hit no request",
      );
      assert.equal(result.changes[0].why, "found-by-name", fault);
    }
    site.local.setFaults([]);
  });

  test("destroy reads none of them", async () => {
    const run = await site.during(() => site.destroy(database(), { options: { deleteData: ["d1:shop"] } }));
    assert.deepEqual(ofS3(run), []);
  });
});
