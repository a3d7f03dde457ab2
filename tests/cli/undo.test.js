/** The undo that an apply prints, run as a person would: it must bring back what was live, and nothing else. */

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { createSite, PLAIN, sourceOf } from "./deploying.js";

describe("the undo of an apply", { concurrency: false }, () => {
  let site;
  const sites = [];
  beforeEach(async () => {
    site = await createSite();
    sites.push(site);
    site.cloudflare.putObject("bundles", "plain/v1.js", sourceOf("one"));
    await writeFile(join(site.directory, "plain.yaml"), PLAIN);
  });
  after(() => Promise.all(sites.map(({ close }) => close())));

  const rewrite = async (from, to) => {
    const path = join(site.directory, "plain.yaml");
    await writeFile(path, (await readFile(path, "utf8")).replace(from, to));
  };
  const apply = async (...args) => {
    const result = await site.cli("apply", "plain.yaml", ...args, "--local");
    assert.equal(result.exit, 0, result.stderr);
    return { ...result, undo: /^Undo: {2}cfworker-deploy (.*)$/m.exec(result.stderr)?.[1].split(" ") };
  };

  test("is none after a rename: a destroy would take the Worker under its old name along", async () => {
    assert.deepEqual((await apply()).undo, ["destroy", "plain.yaml", "--local"]);
    await rewrite("worker_name: plain", "worker_name: after");
    const { undo, stderr } = await apply();
    assert.match(stderr, /orphan {5}script:plain: renamed to `after`/);
    assert.equal(undo, undefined);
    assert.deepEqual([...site.cloudflare.state.scripts.keys()].sort(), ["after", "plain"]);
  });

  test("carries the values that the manifest can't be read without", async () => {
    await rewrite(/$/, "  env: {variables: {GREETING: $variables-group/texts/greeting}}\n");
    await writeFile(join(site.directory, "values.json"), JSON.stringify({ "texts/greeting": "Hello" }));
    const { undo } = await apply("--values", "values.json");
    assert.deepEqual(undo, ["destroy", "plain.yaml", "--values", "values.json", "--local"]);
    const { exit, stderr } = await site.cli(...undo, "--yes");
    assert.equal(exit, 0, stderr);
    assert.equal(site.cloudflare.state.scripts.size, 0);
  });

  test("is none where a file of the run came from standard input", async () => {
    await rewrite(/$/, "  env: {variables: {GREETING: $variables-group/texts/greeting}}\n");
    const args = ["apply", "plain.yaml", "--values", "-", "--local"];
    const { exit, stderr } = await site.start(args, { stdin: '{"texts/greeting":"Hello"}' }).ended;
    assert.equal(exit, 0, stderr);
    assert.doesNotMatch(stderr, /Undo/);
  });
});
