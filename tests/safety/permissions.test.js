/** A token that lacks permissions: what reads can prove is named exactly, nothing is written; the rest is told. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { doctor, renderCheckup } from "../../pkg/js/entrypoints/node.js";
import { createSite, manifestOf, ZONE } from "../e2e/site.js";

const NEEDED = ["Workers Scripts", "Workers Routes", "DNS", "Workers KV Storage", "Workers R2 Storage"];
const WRITTEN = ["DNS Write", "Workers Routes Write", "Workers Scripts Write"];

describe("tokens without a permission", () => {
  let site;
  let manifest;
  before(async () => {
    site = await createSite();
    await site.bundle("shop");
    const { apiUrl, accountId, token } = site.local;
    await fetch(`${apiUrl}/accounts/${accountId}/storage/kv/namespaces`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ title: "visits" }),
    });
    manifest = manifestOf(site, {
      kv_bindings: [{ name: "VISITS", field_path: "$cloudflare-kv-namespace/visits/status.outputs.namespace_id" }],
    });
  });
  after(() => site.close());

  /** Credentials with only these groups; S3 keys are derived from the token. */
  function credentialsWith(permissionGroups) {
    const { value } = site.local.addToken({ name: `t${Math.random()}`, permissionGroups });
    return { apiToken: value, baseUrl: site.local.apiUrl, r2: { endpoint: site.local.s3Url } };
  }

  const groupsOf = (resources) => resources.map((name) => `${name} ${name.includes("Storage") ? "Read" : "Write"}`);
  const refusedOf = ({ diagnostics }) =>
    [...new Set(diagnostics.map(({ permission }) => permission).filter(Boolean))].toSorted();

  test("with all of them nothing is refused, and what reads can't prove is listed", async () => {
    const checkup = await doctor(manifest, credentialsWith(groupsOf(NEEDED)));
    assert.deepEqual([checkup.exitCode, checkup.missing, checkup.unproven], [0, [], WRITTEN]);
    assert.match(await renderCheckup(checkup), /^Needed, and not provable by reading: DNS Write, /m);
  });

  test("a token that is refused: exit 4, all that the manifest needs, and the link", async () => {
    const creds = { apiToken: "x".repeat(40), r2: { endpoint: site.local.s3Url } };
    await assert.rejects(site.apply(manifest, { creds }), (error) => {
      assert.deepEqual([error.exitCode, error.code], [4, "CFD0401"]);
      const [needs, form] = error.help.split("\n");
      const groups = ["DNS Write", "Workers KV Storage Read", "Workers R2 Storage Read", ...WRITTEN.slice(1)];
      assert.deepEqual(needs.replace("the manifest needs: ", "").split(", ").toSorted(), groups.toSorted());
      assert.match(form, /^a token with all of it: https:\/\/dash\.cloudflare\.com\/\S+permissionGroupKeys=/);
      return true;
    });
  });

  for (let missing = 1; missing < 2 ** NEEDED.length; missing += 1) {
    const lacking = NEEDED.filter((_, index) => missing & (1 << index));
    test(`without ${lacking.join(", ")}`, async () => {
      const creds = credentialsWith(groupsOf(NEEDED.filter((name) => !lacking.includes(name))));
      const expected = lacking.map((name) => `${name} Read`).toSorted();
      const { writes } = await site.during(() =>
        assert.rejects(site.apply(manifest, { creds }), (error) => {
          assert.equal(error.exitCode, 4, error.message);
          assert.deepEqual(refusedOf(error), expected);
          for (const group of WRITTEN) assert.ok(error.help.includes(group), `${group} is not told`);
          assert.match(error.help, /permissionGroupKeys=/);
          return true;
        }),
      );
      assert.deepEqual(writes, []);
      const checkup = await doctor(manifest, creds);
      assert.deepEqual(checkup.missing.toSorted(), expected);
      assert.deepEqual([checkup.exitCode, checkup.unproven], [4, WRITTEN]);
      assert.match(await renderCheckup(checkup), /^A token with all of it: https:\/\/dash\.cloudflare\.com\/\S+$/m);
    });
  }

  test("the link asks for exactly what the manifest needs", async () => {
    const { link, ok } = await doctor(manifest, credentialsWith(groupsOf(NEEDED)));
    assert.equal(ok, true);
    const keys = JSON.parse(new URL(link).searchParams.get("permissionGroupKeys"));
    assert.deepEqual(keys.map(({ key, type }) => `${key} ${type}`).toSorted(), [
      "dns edit",
      "workers_kv_storage read",
      "workers_r2 read",
      "workers_routes edit",
      "workers_scripts edit",
    ]);
  });

  test("the link asks for no R2 where keys are given, and for the zone where it is found by its name", async () => {
    const byName = manifestOf(site, { dns: { enabled: true, zone: ZONE, hostname: `shop.${ZONE}` } });
    const { link } = await doctor(byName, site.credentials);
    const keys = JSON.parse(new URL(link).searchParams.get("permissionGroupKeys"));
    assert.deepEqual(keys.map(({ key, type }) => `${key} ${type}`).toSorted(), [
      "dns edit",
      "workers_routes edit",
      "workers_scripts edit",
      "zone read",
    ]);
  });

  for (const [group, exitCode] of [
    ["Workers Scripts", 4],
    ["DNS", 3],
    ["Workers Routes", 3],
  ]) {
    test(`${group} for reading only: the refused write names its group`, async () => {
      const groups = groupsOf(NEEDED).map((name) => (name === `${group} Write` ? `${group} Read` : name));
      await assert.rejects(site.apply(manifest, { creds: credentialsWith(groups) }), (error) => {
        assert.equal(error.exitCode, exitCode, error.message);
        assert.deepEqual(refusedOf(error), [`${group} Write`]);
        const [lacks, needs, form] = error.help.split("\n").slice(-3);
        assert.equal(lacks, `the token lacks for certain: ${group} Write`);
        const others = WRITTEN.filter((name) => name !== `${group} Write`);
        assert.equal(needs, `the manifest also needs, which no read can prove: ${others.join(", ")}`);
        assert.match(form, /^a token with all of it: https:\/\/dash\.cloudflare\.com\/\S+permissionGroupKeys=/);
        return true;
      });
      await site.apply(manifest);
      assert.equal(await site.ask(`shop.${ZONE}`), "shop");
      await site.destroy(manifest);
    });
  }
});
