/** Directories of migrations, which the command line reads from where the manifest lies. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createSite, eventsOf } from "./deploying.js";

const manifest = (directory) => `apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareD1Database
metadata: {name: shop}
spec:
  database_name: shop
  migrations: ${directory}
`;

describe("migrations of a directory", { concurrency: false }, () => {
  let site;
  before(async () => {
    site = await createSite();
    await mkdir(join(site.directory, "databases", "sql"), { recursive: true });
    const files = {
      "shop.yaml": manifest("./sql"),
      "nowhere.yaml": manifest("./nowhere"),
      "sql/0001_init.sql": "CREATE TABLE notes (text TEXT);",
      "sql/README.md": "Not SQL.",
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(site.directory, "databases", name), text);
  });
  after(() => site.close());

  const cli = (...args) => site.start([...args, "--local", "--json"], {}).ended;
  const fieldsOf = (run) => eventsOf(run).flatMap(({ type, fields }) => (type === "change" ? fields : []));
  const migrationsOf = (run) =>
    fieldsOf(run)
      .map(({ path }) => path)
      .filter((path) => path.startsWith("migrations."));

  test("are planned, applied, and then there is nothing to do", async () => {
    assert.deepEqual(migrationsOf(await cli("plan", "databases/shop.yaml")), ["migrations.0001_init.sql"]);
    const applied = await cli("apply", "databases/shop.yaml");
    assert.equal(applied.exit, 0, applied.stdout + applied.stderr);
    assert.deepEqual(migrationsOf(await cli("plan", "databases/shop.yaml")), []);
  });

  test("may be named in full; the plan counts the look at what was applied", async () => {
    await writeFile(join(site.directory, "full.yaml"), manifest(join(site.directory, "databases", "sql")));
    site.cloudflare.requests.clear();
    const run = await cli("plan", "full.yaml");
    assert.deepEqual([run.exit, migrationsOf(run)], [0, []], run.stdout);
    const { reads } = eventsOf(run).find(({ type }) => type === "plan");
    const sent = site.cloudflare.requests.all();
    assert.ok(sent.some(({ method, path }) => method === "POST" && path.endsWith("/query")));
    assert.equal(reads, sent.length);
  });

  test("without a file of SQL is told: most often another one is meant", async () => {
    await mkdir(join(site.directory, "databases", "bare"));
    await writeFile(join(site.directory, "databases", "bare.yaml"), manifest("./bare"));
    const run = await cli("plan", "databases/bare.yaml");
    assert.equal(run.exit, 0);
    const [{ severity, message, line }] = eventsOf(run).filter(({ code }) => code === "CFD0132");
    assert.deepEqual([severity, line], ["warning", 6]);
    assert.match(message, /no file in `\.\/bare` ends with `\.sql`/);
  });

  test("that is not there is told before anything is sent", async () => {
    for (const command of ["validate", "plan", "apply"]) {
      const { exit, stdout, stderr } = await site.start([command, "databases/nowhere.yaml", "--local"], {}).ended;
      assert.equal(exit, 64, command);
      assert.match(stdout + stderr, /cannot read the migrations in `databases.nowhere`/);
    }
  });

  test("two databases of one name in two environments get the files of their own directories", async () => {
    const document = (env) =>
      manifest(`./${env}`)
        .replace("{name: shop}", `{name: shop, env: ${env}}`)
        .replace("database_name: shop", `database_name: shop-${env}`);
    for (const env of ["test", "live"]) {
      await mkdir(join(site.directory, "databases", env));
      await writeFile(join(site.directory, "databases", env, `0001_${env}.sql`), "SELECT 1;");
    }
    const path = join(site.directory, "databases", "both.yaml");
    await writeFile(path, [document("test"), document("live")].join("---\n"));
    const run = await cli("plan", "databases/both.yaml");
    const changes = eventsOf(run).filter(({ type }) => type === "change");
    const files = changes.map(({ address, fields }) => [address, fields.map(({ path }) => path).at(-1)]);
    assert.deepEqual(files.sort(), [
      ["d1:shop-live", "migrations.0001_live.sql"],
      ["d1:shop-test", "migrations.0001_test.sql"],
    ]);
  });

  test("a file with a transaction of its own is refused by `validate`", async () => {
    await writeFile(join(site.directory, "databases", "sql", "0002_own.sql"), "BEGIN; SELECT 1; COMMIT;");
    const { exit, stdout, stderr } = await site.start(["validate", "databases/shop.yaml", "--local"], {}).ended;
    assert.equal(exit, 65, stdout + stderr);
    assert.match(stdout + stderr, /`0002_own\.sql` holds `BEGIN` in line 1/);
  });
});
