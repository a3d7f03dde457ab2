/** Resources of one name in two accounts: what output calls them is what flags take. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { eventsOf, startCli } from "./deploying.js";

const [HERE, THERE] = ["0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"];

const worker = (account) => `apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata: {name: shop, org: acme, env: prod}
spec:
  account_id: ${account}
  worker_name: shop
  script_bundle: {bucket: bundles, path: shop.js}
  kv_bindings: [{name: CACHE, value_from: {name: sessions}}]
---
apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareKvNamespace
metadata: {name: sessions, org: acme, env: prod}
spec: {account_id: ${account}, namespace_name: sessions}
`;

describe("a Worker and a store of the same names in two accounts", () => {
  let directory;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "cfworker-addresses-"));
    await writeFile(join(directory, "here.yaml"), worker(HERE));
    await writeFile(join(directory, "there.yaml"), worker(THERE));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  const plan = (files, ...flags) => startCli(directory, ["plan", ...files, "--offline", ...flags]).ended;
  const both = ["here.yaml", "there.yaml"];

  test("are short where one account has them, and named with their account where two have", async () => {
    const alone = eventsOf(await plan(["here.yaml"], "--json")).filter(({ type }) => type === "change");
    assert.deepEqual(
      alone.map(({ address }) => address),
      ["kv:sessions", "script:shop"],
    );
    const events = eventsOf(await plan(both, "--json"));
    const all = [HERE, THERE].flatMap((account) => [
      `kv:account/${account}/sessions`,
      `script:account/${account}/shop`,
    ]);
    const told = events.filter(({ type }) => type === "change").map(({ address }) => address);
    assert.deepEqual(told.sort(), all.sort());
    const { manifests } = events.find(({ type }) => type === "plan");
    assert.deepEqual(manifests.map(({ address }) => address).sort(), all);
    const findings = events.filter(({ address, type }) => type === "diagnostic" && address !== undefined);
    assert.ok(findings.length > 0 && findings.every(({ address }) => all.includes(address)));
  });

  test("are told by the same strings in the text and in the picture", async () => {
    for (const flags of [[], ["--mermaid"]]) {
      const { stdout } = await plan(both, ...flags);
      for (const account of [HERE, THERE]) assert.ok(stdout.includes(`account/${account}/shop`), flags.join());
    }
  });

  test("can't be meant by the short form: the refusal names both forms that can", async () => {
    for (const flag of ["--adopt", "--take"]) {
      const { exit, stderr } = await plan(both, flag, "script:shop");
      assert.equal(exit, 64, flag);
      assert.match(stderr, /error\[CFD0550\]: `script:shop` stands for several resources of this run/);
      assert.ok(stderr.includes(`say which: \`script:account/${HERE}/shop\`, \`script:account/${THERE}/shop\``));
      assert.equal((await plan(both, flag, `script:account/${THERE}/shop`)).exit, 0, flag);
    }
  });

  test("a reference that only the account could resolve is shown as known later, beside no account", async () => {
    const file = "elsewhere.yaml";
    await writeFile(join(directory, file), worker(HERE).split("---\n")[0]);
    const events = eventsOf(await plan([file], "--json"));
    const { fields } = events.find(({ address, type }) => type === "change" && address === "script:shop");
    assert.equal(fields.find(({ path }) => path === "kv_bindings.CACHE").later, true);
  });

  test("are meant by either form where only one account has them", async () => {
    for (const address of ["script:shop", `script:account/${HERE}/shop`]) {
      assert.equal((await plan(["here.yaml"], "--take", address)).exit, 0, address);
    }
  });
});
