/** `doctor`: what reads can tell of token, clock, zone, permissions, S3 keys and bundle, and its exit code. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { doctor, renderCheckup } from "../../pkg/js/entrypoints/node.js";
import { createSite, manifestOf } from "./site.js";

const HOURS = 3_600_000;

describe("doctor", () => {
  let site;
  let skew = 0;
  before(async () => {
    site = await createSite({ now: () => Date.now() + skew });
    await site.bundle("shop");
  });
  beforeEach(() => {
    skew = 0;
  });
  after(() => site.close());

  const failed = ({ checks }) => checks.filter(({ ok }) => !ok).map(({ name, code }) => `${name} ${code}`);
  const check = (creds = {}, spec = {}) => doctor(manifestOf(site, spec), { ...site.credentials, ...creds });
  const detail = ({ checks }, name) => checks.find((one) => one.name === name)?.detail;

  test("all is well: every read is told, nothing is written", async () => {
    const { result, writes } = await site.during(() => check());
    assert.deepEqual([result.ok, result.exitCode, failed(result), writes], [true, 0, [], []]);
    assert.deepEqual(result.unproven, ["DNS Write", "Workers Routes Write", "Workers Scripts Write"]);
    assert.equal(detail(result, "S3 keys of R2"), "as given");
    assert.match(detail(result, "bundle r2://bundles/shop.js"), /^there, \d+ bytes$/);
    const text = await renderCheckup(result);
    assert.match(text, /^ {2}ok {2}token: active$/m);
    assert.ok(!text.includes("permissionGroupKeys"), "a link to a token that is not needed");
  });

  test("a token that is refused: said once, exit 4, with the link", async () => {
    const result = await check({ apiToken: "x".repeat(40) });
    assert.deepEqual([result.exitCode, failed(result)], [4, ["token CFD0401"]]);
    assert.match(await renderCheckup(result), /permissionGroupKeys=/);
  });

  test("a disabled token is refused", async () => {
    const { value } = site.local.addToken({ name: "off", permissionGroups: [], status: "disabled" });
    const result = await check({ apiToken: value });
    assert.deepEqual([result.exitCode, failed(result)], [4, ["token CFD0401"]]);
  });

  test("a clock that is off is told; S3 requests are signed with the server's time all the same", async () => {
    skew = 2 * HOURS;
    const result = await check();
    assert.deepEqual([result.exitCode, failed(result)], [1, ["clock CFD0316"]]);
    // The header has whole seconds.
    assert.match(detail(result, "clock"), /^off by (7199|7200) s$/);
  });

  test("a missing bundle: exit 1, and no word of another token", async () => {
    const result = await check({}, { script_bundle: { bucket: "bundles", path: "gone.js" } });
    assert.deepEqual([result.exitCode, failed(result)], [1, ["bundle r2://bundles/gone.js CFD0311"]]);
    assert.ok(!(await renderCheckup(result)).includes("permissionGroupKeys"));
  });

  test("wrong S3 keys: exit 4; without any, they are derived from the token", async () => {
    const { endpoint, accessKeyId } = site.credentials.r2;
    const wrong = await check({ r2: { endpoint, accessKeyId, secretAccessKey: "0".repeat(64) } });
    assert.deepEqual([wrong.exitCode, failed(wrong)], [4, ["bundle r2://bundles/shop.js CFD0312"]]);
    const derived = await check({ r2: { endpoint } });
    assert.equal(derived.exitCode, 0);
    assert.equal(detail(derived, "S3 keys of R2"), "derived from the API token");
  });

  test("a zone that is not there, or that the token may not list", async () => {
    const result = await check({}, { dns: { enabled: true, hostname: "shop.example.net" } });
    assert.deepEqual([result.exitCode, failed(result), result.missing], [4, ["zone CFD0523"], []]);
    assert.ok(result.unproven.includes("Zone Read"));
    assert.match(await renderCheckup(result), /not provable by reading: .*Zone Read.*\nA token with all of it: https:/);
  });

  test("an account that is not there: said once", async () => {
    const result = await check({}, { account_id: "b".repeat(32) });
    assert.deepEqual(
      [result.exitCode, failed(result).filter((name) => !name.startsWith("bundle"))],
      [1, ["account CFD0610"]],
    );
  });

  test("a global API key is tried", async () => {
    const { email, apiKey } = site.local.state.user;
    const key = { apiToken: undefined, email };
    assert.equal((await check({ ...key, apiKey })).exitCode, 0);
    const wrong = await check({ ...key, apiKey: "0".repeat(37) });
    assert.deepEqual([wrong.exitCode, failed(wrong)], [4, ["credentials CFD0401"]]);
  });
});

for (const [unknownKeys, expiredRequest] of [
  ["Unauthorized", 400],
  ["InvalidAccessKeyId", 403],
]) {
  test(`where R2 refuses unknown keys with ${unknownKeys} and late requests with ${expiredRequest}, both are told alike`, async () => {
    let skew = 0;
    const switches = { unknownKeys, expiredRequest };
    const site = await createSite({ now: () => Date.now() + skew, switches, warmUp: false });
    try {
      await site.bundle("shop");
      const check = (r2) => doctor(manifestOf(site), { ...site.credentials, r2: { ...site.credentials.r2, ...r2 } });
      const failed = ({ checks }) => checks.filter(({ ok }) => !ok).map(({ name, code }) => `${name} ${code}`);
      assert.deepEqual(failed(await check({ accessKeyId: "0".repeat(32) })), ["bundle r2://bundles/shop.js CFD0312"]);
      skew = 2 * HOURS;
      assert.deepEqual(failed(await check({})), ["clock CFD0316"], "signed once more with the server's time");
    } finally {
      await site.close();
    }
  });
}
