/** Inputs of a run: looked at before any question, told at once, kept where the account has them. */

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { CANARIES } from "../canaries/index.js";
import { createSite, eventsOf, PLAIN, startCli } from "./deploying.js";
import { directoryWith } from "./harness.js";

const secretNamed = (...names) => `  env: {secrets: {${names.map((name) => `${name}: "\${${name}}"`).join(", ")}}}\n`;

test("without a token nothing is planned against an imagined account but with `--offline`", async () => {
  const manifest = PLAIN.concat(`  account_id: "${"0".repeat(32)}"\n`);
  const directory = await directoryWith({ "worker.yaml": manifest });
  const run = (args, env = {}) => startCli(directory, args, { env }).ended;
  for (const command of ["plan", "drift", "apply"]) {
    const { exit, stdout, stderr } = await run([command, "worker.yaml"]);
    assert.equal(exit, 4, `${command}: ${stderr}`);
    assert.match(stdout + stderr, /error\[CFD0403\]: no credentials were given/);
    assert.match(stdout + stderr, /only a plan beside an empty account needs none: `--offline`/);
  }
  const { exit, stdout } = await run(["plan", "worker.yaml", "--offline"]);
  assert.equal(exit, 0, stdout);
  assert.match(stdout, /plain/);
  const env = { CLOUDFLARE_API_TOKEN: CANARIES.apiToken, CLOUDFLARE_API_BASE_URL: "http://127.0.0.1:1/client/v4" };
  assert.equal((await run(["plan", "worker.yaml", "--offline"], env)).exit, 0, "a token changes nothing about it");
});

describe("inputs of a run", { concurrency: false }, () => {
  let site;
  before(async () => {
    site = await createSite();
    await site.cli("publish", "index.js", "r2://bundles/plain/v1.js", "--local");
  });
  after(() => site.close());

  const manifest = (more) => writeFile(join(site.directory, "plain.yaml"), PLAIN.concat(more));
  const cli = (args, env) => site.start([...args, "--local"], { env }).ended;
  const secretsOf = () => site.cloudflare.state.scripts.get("plain")?.versions[0].bindings ?? [];

  test("all that is missing is told at once, in the plan already: secrets, values, namespaces, the bundle", async () => {
    const text = PLAIN.replace("plain/v1.js", "plain/none.js").concat(
      "  env:\n    variables: {MODE: $variables-group/app/mode}\n    secrets: {FIRST: '${FIRST}', SECOND: '${SECOND}'}\n",
      "  kv_bindings: [{name: CACHE, value_from: {kind: CloudflareKvNamespace, name: nowhere}}]\n",
    );
    await writeFile(join(site.directory, "missing.yaml"), text);
    for (const command of ["plan", "apply"]) {
      const { exit, stdout } = await cli([command, "missing.yaml", "--json"]);
      assert.equal(exit, 65);
      const told = eventsOf({ stdout }).filter(({ type, severity }) => type === "diagnostic" && severity === "error");
      // The last one sums up: `… (and 4 more)`.
      const codes = told.filter(({ message }) => !/and \d+ more\)$/.test(message)).map(({ code }) => code);
      assert.deepEqual(codes.sort(), ["CFD0202", "CFD0203", "CFD0203", "CFD0209", "CFD0311"], command);
    }
    assert.equal(site.cloudflare.state.scripts.size, 0);
  });

  test("a secret that is live and not given is kept, said as kept, not checked; `--require-secrets` insists on it", async () => {
    await manifest(secretNamed("TOKEN"));
    assert.equal((await cli(["apply", "plain.yaml"], { TOKEN: CANARIES.secret })).exit, 0);
    const plan = await cli(["plan", "plain.yaml", "--detailed-exitcode"]);
    assert.equal(plan.exit, 0, plan.stdout + plan.stderr);
    assert.match(plan.stdout + plan.stderr, /note\[CFD0524\]: the secret `TOKEN` of `plain`: kept, not checked/);
    await manifest(secretNamed("TOKEN").concat("  compatibility_date: '2026-02-02'\n"));
    const { exit, stdout, stderr } = await cli(["apply", "plain.yaml"]);
    assert.equal(exit, 0, stdout + stderr);
    assert.match(stdout + stderr, /kept, not checked/);
    assert.equal(secretsOf().find(({ name }) => name === "TOKEN").text, CANARIES.secret);
    const again = await cli(["plan", "plain.yaml", "--detailed-exitcode"], { TOKEN: CANARIES.secret });
    assert.equal(again.exit, 0, `what was proven stays proven: ${again.stdout}`);
    for (const command of ["plan", "apply", "drift"]) {
      const required = await cli([command, "plain.yaml", "--require-secrets"]);
      assert.equal(required.exit, 65, required.stderr);
      assert.match(required.stdout + required.stderr, /CFD0203.*`TOKEN`/);
    }
  });

  test("a secret that the live Worker lacks is exit 65 in the plan already; the others stay", async () => {
    await manifest(secretNamed("TOKEN", "LACKING"));
    const { exit, stdout, stderr } = await cli(["plan", "plain.yaml"]);
    assert.equal(exit, 65);
    assert.match(stdout + stderr, /CFD0203.*`LACKING`/);
    assert.doesNotMatch(stdout + stderr, /CFD0203.*`TOKEN`/);
    const given = await cli(["apply", "plain.yaml"], { LACKING: CANARIES.secret });
    assert.equal(given.exit, 0, given.stdout + given.stderr);
    assert.deepEqual(
      secretsOf().map(({ name }) => name),
      ["LACKING", "TOKEN"],
    );
  });

  test("a credential of the run is no value of a secret, unless `--allow-env` names it", async () => {
    await manifest(secretNamed("TOKEN", "LACKING"));
    const env = { TOKEN: site.cloudflare.token, LACKING: CANARIES.secret };
    const refused = await cli(["apply", "plain.yaml"], env);
    assert.equal(refused.exit, 65);
    assert.match(refused.stdout + refused.stderr, /CFD0204.*`TOKEN` is a credential of this run/);
    assert.equal((await cli(["apply", "plain.yaml", "--allow-env", "TOKEN"], env)).exit, 0);
    await manifest(secretNamed("GITHUB_THING"));
    const named = await cli(["plan", "plain.yaml"], { GITHUB_THING: "x" });
    assert.equal(named.exit, 65);
    assert.match(named.stdout + named.stderr, /CFD0204.*`GITHUB_THING`/);
    assert.equal((await cli(["plan", "plain.yaml", "--allow-env", "GITHUB_THING"], { GITHUB_THING: "x" })).exit, 0);
  });

  test("a token that changes writes secrets once more and says so; with a fingerprint key it does not", async () => {
    await manifest(secretNamed("TOKEN"));
    const run = (command, env) =>
      cli(
        [command, "plain.yaml", "--detailed-exitcode"].filter(
          (word) => command !== "apply" || !word.startsWith("--detailed"),
        ),
        { TOKEN: CANARIES.secret, ...env },
      );
    assert.equal((await run("apply")).exit, 0);
    const doctor = await cli(["doctor", "plain.yaml"]);
    assert.match(doctor.stdout, /comparison of secrets.*made from the API token/s);
    assert.match(doctor.stdout, /CFWORKER_FINGERPRINT_KEY/);
    const key = { CFWORKER_FINGERPRINT_KEY: CANARIES.fingerprintKey };
    assert.equal((await run("apply", key)).exit, 0);
    assert.equal((await run("plan", key)).exit, 0);
    assert.match((await cli(["doctor", "plain.yaml"], key)).stdout, /a key that stays when the token changes/);
    const without = await run("plan");
    assert.equal(without.exit, 2, "another key");
    assert.match(without.stdout + without.stderr, /note\[CFD0210\]/);
    const short = await cli(["plan", "plain.yaml"], { CFWORKER_FINGERPRINT_KEY: "short" });
    assert.equal(short.exit, 64);
    assert.match(short.stdout + short.stderr, /CFD0211/);
  });
});
