/** What people do with wrangler about D1, queues and R2's buckets, against Local Cloudflare. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startLocalCloudflare } from "../../js/local/index.js";
import { skipReason, wrangler } from "./node24.js";

const SCRIPT = `export default {
  async fetch(request, { DB }) { return Response.json((await DB.prepare("SELECT text FROM notes").all()).results); },
  queue() {},
};
`;

describe("wrangler's commands for stores against Local Cloudflare", { skip: skipReason() }, () => {
  let local;
  let folder;

  before(async () => {
    local = await startLocalCloudflare({ zones: ["example.com"], warmUp: true });
    folder = mkdtempSync(join(tmpdir(), "cfworker-deploy-wrangler-"));
    writeFileSync(join(folder, "index.js"), SCRIPT);
  });

  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await local.close();
  });

  const run = async (args, options) => plain(await wrangler(local, folder, args, options));
  const plain = (text) => text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g"), "");
  const write = (name, text) => writeFileSync(join(folder, name), text);
  const configure = (more) =>
    write(
      "wrangler.json",
      JSON.stringify({ name: "notes", main: "index.js", compatibility_date: "2026-07-01", workers_dev: true, ...more }),
    );

  test("D1: a database, statements, files and migrations", async () => {
    await run(["d1", "create", "shop"]);
    const [{ uuid }] = JSON.parse(await run(["d1", "list", "--json"]));
    configure({ d1_databases: [{ binding: "DB", database_name: "shop", database_id: uuid }] });
    write(
      "schema.sql",
      "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT);\nINSERT INTO notes (text) VALUES ('a;b');\n",
    );
    assert.match(await run(["d1", "execute", "shop", "--remote", "--file", "schema.sql", "-y"]), /Executed 2 queries/);
    const select = [
      "d1",
      "execute",
      "shop",
      "--remote",
      "--json",
      "--command",
      "SELECT text FROM notes; SELECT 2 AS two",
    ];
    const results = JSON.parse(await run(select)).map((one) => one.results);
    assert.deepEqual(results, [[{ text: "a;b" }], [{ two: 2 }]]);
    write("tx.sql", "BEGIN TRANSACTION;\nDELETE FROM notes;\nCOMMIT;\n");
    const refused = await run(["d1", "execute", "shop", "--remote", "--file", "tx.sql", "-y"], { expect: 1 });
    assert.match(refused, /To execute a transaction, please use/);
    await run(["d1", "migrations", "create", "shop", "first"]);
    write("migrations/0001_first.sql", "ALTER TABLE notes ADD COLUMN at TEXT;\n");
    await run(["d1", "migrations", "apply", "shop", "--remote"]);
    assert.match(await run(["d1", "migrations", "list", "shop", "--remote"]), /No migrations to apply/);
    const ledger = ["d1", "execute", "shop", "--remote", "--json", "--command", "SELECT name FROM d1_migrations"];
    assert.deepEqual(JSON.parse(await run(ledger))[0].results, [{ name: "0001_first.sql" }]);
    assert.match(await run(["d1", "time-travel", "info", "shop"]), /current bookmark is '[0-9a-f]{8}-/);
  });

  test("queues: a producer and a consumer by deploy, and by hand", async () => {
    await run(["queues", "create", "orders", "--delivery-delay-secs", "1"]);
    await run(["queues", "create", "dead"]);
    await run(["queues", "update", "orders", "--message-retention-period-secs", "600"]);
    const [queue] = local.state.queues.values();
    assert.deepEqual(queue.settings, { delivery_delay: 1, message_retention_period: 600 });
    const [database] = local.state.databases.keys();
    configure({
      d1_databases: [{ binding: "DB", database_name: "shop", database_id: database }],
      queues: {
        producers: [{ binding: "QUEUE", queue: "orders" }],
        consumers: [{ queue: "orders", max_batch_size: 5, dead_letter_queue: "dead" }],
      },
    });
    await run(["deploy"]);
    await run(["deploy"]);
    assert.deepEqual((await local.request("notes.local.workers.dev")).text, '[{"text":"a;b"}]');
    assert.match(await run(["queues", "info", "orders"]), /Producers: worker:notes[\s\S]*Consumers: worker:notes/);
    const [consumer] = local.state.consumers.values();
    assert.deepEqual([consumer.settings.batch_size, consumer.deadLetterQueue], [5, "dead"]);
    await run(["queues", "consumer", "remove", "orders", "notes"]);
    assert.match(await run(["queues", "delete", "orders"], { expect: 1 }), /11005/);
    await run(["delete", "--force"]);
    await run(["queues", "delete", "orders"]);
    assert.equal(local.state.queues.size, 1);
    await run(["d1", "delete", "shop", "-y"]);
    assert.equal(local.state.databases.size, 0);
  });

  test("R2: jurisdiction, class, public hosts and rules of a bucket", async () => {
    await run(["r2", "bucket", "create", "files", "--location", "weur"]);
    await run(["r2", "bucket", "create", "files", "--jurisdiction", "eu"]);
    await run(["r2", "bucket", "update", "storage-class", "files", "-s", "InfrequentAccess"]);
    local.putObject("files", "a.txt", "public");
    const enabled = await run(["r2", "bucket", "dev-url", "enable", "files", "-y"]);
    const [, managed] = /'https:\/\/(pub-[0-9a-f]{32}\.r2\.dev)'/.exec(enabled);
    assert.equal((await local.request(managed, "/a.txt")).text, "public");
    const domain = ["--domain", "files.example.com"];
    await run(["r2", "bucket", "domain", "add", "files", ...domain, "--zone-id", local.zones[0].id, "-y"]);
    await run(["r2", "bucket", "domain", "update", "files", ...domain, "--min-tls", "1.2"]);
    assert.match(await run(["r2", "bucket", "domain", "list", "files"]), /files\.example\.com[\s\S]*1\.2/);
    assert.equal((await local.request("files.example.com", "/a.txt")).text, "public");
    await run(["r2", "bucket", "domain", "remove", "files", ...domain, "-y"]);
    write("cors.json", JSON.stringify({ rules: [{ allowed: { origins: ["*"], methods: ["GET"] } }] }));
    await run(["r2", "bucket", "cors", "set", "files", "--file", "cors.json", "-y"]);
    assert.match(await run(["r2", "bucket", "cors", "list", "files"]), /allowed_origins:\s+\*/);
    await run(["r2", "bucket", "lifecycle", "add", "files", "old", "tmp/", "--expire-days", "3", "-y"]);
    const rules = await run(["r2", "bucket", "lifecycle", "list", "files"]);
    assert.match(rules, /Default Multipart Abort Rule[\s\S]*Expire objects after 3 days/);
    await run(["r2", "object", "delete", "files/a.txt", "--remote"]);
    await run(["r2", "bucket", "delete", "files", "-J", "eu"]);
    await run(["r2", "bucket", "delete", "files"]);
    assert.equal(local.state.objects.buckets.size, 0);
  });
});
