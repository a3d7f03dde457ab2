/** `apply --bundle` and `publish --manifest`: when the object is published, when the manifest changes, what is told. */

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { parse } from "shell-quote";
import { createSite, eventsOf, PLAIN, sourceOf, uploadByHand } from "./deploying.js";

const PUBLISHED = /^published: r2:\/\/bundles\/plain\/[0-9a-f]{12}\.js$/m;

describe("a bundle that is published on the way", { concurrency: false }, () => {
  let site;
  beforeEach(async () => {
    site = await createSite();
    await writeFile(join(site.directory, "plain.yaml"), PLAIN);
    await writeFile(join(site.directory, "two.js"), sourceOf("two"));
  });
  afterEach(() => site.close());

  const manifest = () => readFile(join(site.directory, "plain.yaml"), "utf8");
  const setManifest = (text) => writeFile(join(site.directory, "plain.yaml"), text);
  const deploy = (...args) => site.cli("apply", "plain.yaml", ...args, "--local");
  const keys = () => [...site.cloudflare.state.objects.buckets.get("bundles").objects.keys()];

  test("a conflict keeps its exit code and its way out, and the manifest stays as it is", async () => {
    await uploadByHand(site.cloudflare, "plain");
    const { exit, stderr } = await deploy("--bundle", "two.js");
    assert.equal(exit, 5, stderr);
    assert.match(stderr, PUBLISHED);
    assert.match(
      stderr,
      /^`plain\.yaml` was not changed, and r2:\/\/bundles\/plain\/[0-9a-f]{12}\.js stays published$/m,
    );
    assert.equal(await manifest(), PLAIN);
    assert.doesNotMatch(stderr, /run the same command again/);
    const [, goOn] = /Go on: cfworker-deploy (.*)/.exec(stderr);
    const words = parse(goOn);
    assert.equal(words.join(" "), "apply plain.yaml --yes --adopt script:plain --bundle two.js --local");
    const again = await site.cli(...words);
    assert.equal(again.exit, 0, again.stderr);
    assert.match(await manifest(), /path: plain\/[0-9a-f]{12}\.js # keep me/);
  });

  test("a missing secret is told before anything is published", async () => {
    const text = PLAIN.concat("  env: {secrets: {KEY: '${NOWHERE}'}}\n");
    await setManifest(text);
    const { exit, stderr } = await deploy("--bundle", "two.js");
    assert.equal(exit, 65, stderr);
    assert.match(stderr, /NOWHERE/);
    assert.deepEqual(keys(), []);
    assert.equal(await manifest(), text);
  });

  test("a bad manifest publishes nothing", async () => {
    await setManifest(PLAIN.replace("worker_name", "worker_nam"));
    assert.equal((await deploy("--bundle", "two.js")).exit, 65);
    assert.deepEqual(keys(), []);
  });

  test("a run that stopped on its way has the manifest that it was carrying out", async () => {
    await setManifest(PLAIN.concat("  dns: {enabled: true, zone: example.com, hostname: plain.example.com}\n"));
    site.cloudflare.setFaults(["POST */routes:403"]);
    const { exit, stderr } = await deploy("--bundle", "two.js");
    assert.equal(exit, 3, stderr);
    assert.match(stderr, /done {10}r2:\/\/bundles/);
    assert.match(await manifest(), /path: plain\/[0-9a-f]{12}\.js/);
    site.cloudflare.setFaults([]);
    assert.equal((await deploy()).exit, 0);
  });

  for (const [name, args] of [
    ["apply --bundle", ["apply", "plain.yaml", "--bundle", "two.js"]],
    ["publish --manifest", ["publish", "two.js", "r2://bundles/plain/", "--manifest", "plain.yaml"]],
  ]) {
    test(`${name} rewrites a pin with the path, where one stands`, async () => {
      await setManifest(PLAIN.concat(`    sha256: '${"0".repeat(64)}' # and me\n`));
      const { exit, stderr } = await site.cli(...args, "--local");
      assert.equal(exit, 0, stderr);
      const text = await manifest();
      const [, digits] = /path: plain\/([0-9a-f]{12})\.js # keep me\n/.exec(text);
      assert.match(text, new RegExp(`sha256: '${digits}[0-9a-f]{52}' # and me\n$`));
      assert.doesNotMatch(stderr, /--set/, "an undo that the pin would refuse");
      assert.equal((await deploy()).exit, 0);
    });
  }

  test("a bundle that is missing: the command that publishes it goes to where the run went", async () => {
    const command = "publish it: cfworker-deploy publish dist/index.js r2://bundles/plain/v1.js --local";
    for (const name of ["apply", "plan", "doctor"]) {
      const { exit, stdout, stderr } = await site.cli(name, "plain.yaml", "--local");
      assert.equal(exit, 1);
      assert.ok((stdout + stderr).includes(`${command}\n`), stdout + stderr);
    }
    const { stdout } = await deploy("--json");
    const finding = eventsOf({ stdout }).find(({ code }) => code === "CFD0311");
    assert.equal(finding.help, command);
  });

  test("the undo is none when the manifest named a bundle that was never live", async () => {
    await deploy("--bundle", "two.js");
    const applied = await manifest();
    await writeFile(join(site.directory, "three.js"), sourceOf("three"));
    await site.cli("publish", "three.js", "r2://bundles/plain/", "--manifest", "plain.yaml", "--local");
    await writeFile(join(site.directory, "four.js"), sourceOf("four"));
    const over = await deploy("--bundle", "four.js");
    assert.equal(over.exit, 0, over.stderr);
    assert.doesNotMatch(over.stderr, /Undo/);
    await setManifest(applied);
    await deploy();
    const { stderr } = await deploy("--bundle", "three.js");
    const [, key] = /path: (\S+)/.exec(applied);
    assert.match(
      stderr,
      new RegExp(`Undo: {2}cfworker-deploy apply plain\\.yaml --set spec\\.script_bundle\\.path=${key} `),
    );
  });
});
