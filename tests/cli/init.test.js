/** A manifest to begin with. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { beginning, nameOf } from "../../js/cli/commands/init.js";
import { validate } from "../../pkg/js/entrypoints/node.js";
import { createSite } from "./deploying.js";

describe("init", { concurrency: false }, () => {
  let site;
  before(async () => {
    site = await createSite({ zones: ["example.com"] });
  });
  after(() => site.close());

  test("writes a manifest that is valid, and replaces none", async () => {
    const run = await site.start(["init", "begin.yaml"], {}).ended;
    assert.deepEqual([run.exit, run.stdout], [0, "begin.yaml\n"], run.stderr);
    const text = await readFile(join(site.directory, "begin.yaml"), "utf8");
    const { ok, diagnostics } = await validate(text, { accountId: "0".repeat(32) });
    assert.deepEqual([ok, diagnostics], [true, []]);
    const again = await site.start(["init", "begin.yaml"], {}).ended;
    assert.equal(again.exit, 64);
    assert.equal(await readFile(join(site.directory, "begin.yaml"), "utf8"), text);
  });
});

test("what is only a comment in the manifest to begin with is valid as well", async () => {
  const lines = beginning("shop").replaceAll(
    /^( +)# (?=(?:account_id|compatibility_date|env| {2}variables| {2}secrets|kv_bindings|bindings): ?)/gm,
    "$1",
  );
  const { diagnostics } = await validate(lines, { today: "2027-01-01" });
  assert.deepEqual(diagnostics, []);
  assert.match(lines, /^ {2}env:$/m);
});

test("the script is called like the folder, as far as a script can be", () => {
  for (const [folder, name] of [
    ["/srv/My Shop", "my-shop"],
    ["C:\\work\\api_v2", "api-v2"],
    ["/", "my-worker"],
    ["/---", "my-worker"],
  ]) {
    assert.equal(nameOf(folder), name);
  }
});
