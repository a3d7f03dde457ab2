/** examples/room by the command line: a class with its objects, which keep what they store until somebody says otherwise. */
import assert from "node:assert/strict";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createSite } from "../cli/deploying.js";

const ROOM = fileURLToPath(new URL("../../examples/room", import.meta.url));
const CODE = "r2://bundles/room/worker.js";

describe("examples/room", { concurrency: false }, () => {
  let site;
  before(async () => {
    site = await createSite({ zones: ["example.com"], warmUp: true });
    await cp(ROOM, site.directory, { recursive: true });
    assert.equal((await cli("publish", "worker.js", CODE)).exit, 0);
  });
  after(() => site.close());

  const cli = (...args) => site.cli(...args, "--local");
  const during = async (...args) => {
    site.cloudflare.requests.clear();
    const run = await cli(...args);
    const requests = site.cloudflare.requests.all().filter(({ surface }) => surface !== "data");
    return { ...run, writes: requests.filter(({ method }) => !["GET", "HEAD"].includes(method)).length };
  };
  const edit = async (name, change) => {
    const path = join(site.directory, name);
    await writeFile(path, change(await readFile(path, "utf8")));
  };
  const enter = async (room, name) => {
    const { text } = await site.cloudflare.request("room.example.com", room, { method: "POST", body: name });
    return JSON.parse(text).guests;
  };

  test("the first run makes the class with the Worker, and each room keeps its guests", async () => {
    const run = await during("apply", "room.yaml");
    assert.equal(run.exit, 0, run.stdout + run.stderr);
    assert.deepEqual(await enter("/hall", "Ada"), ["Ada"]);
    assert.deepEqual(await enter("/hall", "Bob"), ["Ada", "Bob"]);
    assert.deepEqual(await enter("/attic", "Cleo"), ["Cleo"]);
  });

  test("the second run writes nothing", async () => {
    assert.deepEqual(await during("apply", "room.yaml").then(({ exit, writes }) => [exit, writes]), [0, 0]);
  });

  test("a class that gets another name keeps its objects", async () => {
    const renamed = "    - { tag: v2, renamed_classes: [{ from: Room, to: Hall }] }\n";
    await edit("room.yaml", (text) => text.replace("class_name: Room", "class_name: Hall") + renamed);
    await edit("worker.js", (text) => text.replace("class Room", "class Hall"));
    assert.equal((await cli("publish", "worker.js", CODE, "--overwrite")).exit, 0);
    const shown = await cli("plan", "room.yaml");
    assert.match(shown.stdout, /classes\.Hall.*Room/);
    assert.equal((await during("apply", "room.yaml")).exit, 0);
    assert.deepEqual(await enter("/hall", "Dan"), ["Ada", "Bob", "Dan"]);
  });

  test("a class with its data goes only when it is named and somebody said yes", async () => {
    await edit("room.yaml", (text) => {
      const unbound = text.replace(/ {2}bindings:[\s\S]*?(?= {2}migrations)/, "");
      return `${unbound}    - { tag: v3, deleted_classes: [Hall] }\n`;
    });
    await edit("worker.js", () => "export default { fetch: () => new Response('empty') };\n");
    assert.equal((await cli("publish", "worker.js", CODE, "--overwrite")).exit, 0);
    const refused = await during("apply", "room.yaml", "--yes");
    assert.deepEqual([refused.exit, refused.writes], [5, 0]);
    assert.match(refused.stdout + refused.stderr, /--delete-data class:room\/Hall/);
    const unsaid = await during("apply", "room.yaml", "--delete-data", "class:room/Hall");
    assert.deepEqual([unsaid.exit, unsaid.writes], [1, 0]);
    const done = await during("apply", "room.yaml", "--delete-data", "class:room/Hall", "--yes");
    assert.equal(done.exit, 0, done.stdout + done.stderr);
    assert.equal(site.cloudflare.state.classes.size, 0);
    assert.equal((await site.cloudflare.request("room.example.com", "/")).text, "empty");
  });
});
