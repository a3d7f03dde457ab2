/** Plans that were approved earlier: what is told when the account has moved since, and what can be pasted then. */

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createSite, PLAIN, uploadByHand } from "./deploying.js";

describe("a plan that moved into a conflict", { concurrency: false }, () => {
  let site;
  let fingerprint;
  before(async () => {
    site = await createSite();
    site.cloudflare.putObject("bundles", "plain/v1.js", "export default { fetch: () => new Response('one') };");
    await writeFile(join(site.directory, "plain.yaml"), PLAIN);
    assert.equal((await site.cli("plan", "plain.yaml", "--out", "plan.json", "--local")).exit, 0);
    ({ fingerprint } = JSON.parse(await readFile(join(site.directory, "plan.json"), "utf8")));
    await uploadByHand(site.cloudflare, "plain");
  });
  after(() => site.close());

  test("apply --plan tells what moved, and prints no command that would be refused again", async () => {
    const { exit, stderr } = await site.cli("apply", "plain.yaml", "--plan", "plan.json", "--local");
    assert.equal(exit, 5, stderr);
    assert.match(stderr, /CFD0511/);
    assert.match(stderr, /CFD0501/);
    assert.match(stderr, /moved since the plan was saved: script:plain/);
    assert.doesNotMatch(stderr, /Go on:/);
  });

  for (const command of ["apply", "destroy"]) {
    test(`${command} --expect sends to the new plan`, async () => {
      const { exit, stderr } = await site.cli(command, "plain.yaml", "--expect", fingerprint, "--yes", "--local");
      assert.equal(exit, 5, stderr);
      assert.match(stderr, /look at the new plan with `cfworker-deploy plan`/);
      assert.doesNotMatch(stderr, /Go on:/);
    });
  }

  test("without an approved plan the command goes on", async () => {
    const { stderr } = await site.cli("apply", "plain.yaml", "--local");
    const [, goOn] = /Go on: cfworker-deploy (.*)/.exec(stderr);
    assert.equal((await site.cli(...goOn.split(" "))).exit, 0);
  });
});

test("the command after a plan solves all of it: conflicts and deletions", async () => {
  const site = await createSite();
  try {
    site.cloudflare.putObject("bundles", "plain/v1.js", "export default { fetch: () => new Response('one') };");
    const path = join(site.directory, "plain.yaml");
    const dns = "  dns: {enabled: true, zone: example.com, hostname: plain.example.com}\n";
    await writeFile(path, PLAIN.concat(dns));
    assert.equal((await site.cli("apply", "plain.yaml", "--local")).exit, 0);
    await uploadByHand(site.cloudflare, "plain");
    await writeFile(path, PLAIN.concat(dns.replace("true", "false")));
    const { exit, stderr } = await site.cli("plan", "plain.yaml", "--local");
    assert.equal(exit, 5, stderr);
    const [, goOn] = /Go on: cfworker-deploy (.*)/.exec(stderr);
    const applied = await site.cli(...goOn.split(" "));
    assert.equal(applied.exit, 0, applied.stderr);
    assert.equal((await site.cli("plan", "plain.yaml", "--local", "--detailed-exitcode")).exit, 0);
  } finally {
    await site.close();
  }
});
