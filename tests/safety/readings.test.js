/** A Worker's life under the other reading of everything that nobody could confirm about Cloudflare's API. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { SWITCHES } from "../../js/local/switches.js";
import { createAccount, isSettled, manifestOf, ZONE_ID } from "./account.js";

const OTHER = {
  secretsWithoutKeep: "drop",
  keepBindingsEmptyDrops: false,
  absentSettingsOnPut: "keep",
  routeAnswer: "id",
  lateVisibility: 3,
  lateStores: 3,
  hostnames: "unicode",
  duplicateRecordCode: 81057,
  dnsValidation: "chained",
  versionAnnotationsInList: false,
  settingsSpeaksOf: "live",
  firstUploadTimes: "two",
  longTag: "cut",
  secretEditTag: "carry",
  routesOfDeletedScript: "keep",
  notRouted: 400,
  zoneUnknown: 7003,
  accountUnknown: 10000,
  referencedDelete: "allow",
  ownBucketAgain: "created",
  privateAcl: "refuse",
  unknownKeys: "InvalidAccessKeyId",
  expiredRequest: 403,
  rateLimit: "enforce",
};

/** What a failed request says: all of it together, in one life. */
const CODES = [
  "duplicateRecordCode",
  "dnsValidation",
  "longTag",
  "notRouted",
  "unknownKeys",
  "expiredRequest",
  "zoneUnknown",
  "accountUnknown",
  "referencedDelete",
  "ownBucketAgain",
  "privateAcl",
];

/** Readings of what this life has no part of: the test that plays both. */
const ELSEWHERE = { domainOfAnotherWorker: "../e2e/custom-domains.test.js" };

/** Numbers, not readings. */
const NUMBERS = ["assetsPerBucket", "importPolls", "rateQuota", "workersPerAccount"];

test("every switch has its other reading here, or in the test that is named", () => {
  const all = [...Object.keys(OTHER), ...Object.keys(ELSEWHERE), ...NUMBERS];
  assert.deepEqual(all.toSorted(), Object.keys(SWITCHES).toSorted());
  for (const [name, file] of Object.entries(ELSEWHERE)) {
    assert.ok(readFileSync(new URL(file, import.meta.url), "utf8").includes(name), `${file} plays ${name}`);
  }
});

const LIVES = [
  ...Object.keys(OTHER)
    .filter((name) => !CODES.includes(name))
    .map((name) => [name]),
  CODES,
];

for (const names of LIVES) {
  const switches = Object.fromEntries(names.map((name) => [name, OTHER[name]]));
  describe(`where ${names.map((name) => `${name} is ${OTHER[name]}`).join(", ")}`, () => {
    const withAccount = (work) => async () => {
      const account = await createAccount({ switches });
      try {
        account.bundle("shop");
        account.bundle("shop-v2");
        await work(account);
      } finally {
        await account.close();
      }
    };

    const wanted = (more, path = "shop.js") =>
      manifestOf({ env: { secrets: { OURS: "${OURS}" }, ...more }, script_bundle: { bucket: "bundles", path } });
    const creds = { secrets: { OURS: "ours" } };
    const secrets = ({ local }) =>
      local.state.scripts
        .get("shop")
        .versions[0].bindings.filter(({ type }) => type === "secret_text")
        .map(({ name: each }) => each)
        .toSorted();

    async function settles(account, manifest) {
      // What a new Worker hides at first is hidden from a plan as well.
      for (let hidden = 0; hidden < (switches.lateVisibility ?? 0); hidden += 1) {
        await account.plan(manifest, { creds }).catch(() => {});
      }
      const { result, writes } = await account.during(() => account.apply(manifest, { creds }));
      assert.ok(isSettled(result.plan), JSON.stringify(result.plan.changes));
      assert.deepEqual(writes, []);
    }

    test(
      "deployed, unchanged, changed, destroyed",
      withAccount(async (account) => {
        await account.apply(wanted(), { creds });
        await settles(account, wanted());
        await account.apply(wanted({ variables: { TEXT: "new" } }, "shop-v2.js"), { creds });
        await settles(account, wanted({ variables: { TEXT: "new" } }, "shop-v2.js"));
        await account.destroy(wanted(), { options: { allowDeletes: true } });
        assert.equal(account.local.state.scripts.size, 0);
        assert.deepEqual([account.local.state.records.get(ZONE_ID), account.local.state.routes.get(ZONE_ID)], [[], []]);
      }),
    );

    test(
      "somebody's secrets are harmless and kept; ours goes when it left",
      withAccount(async (account) => {
        await account.apply(wanted(), { creds });
        account.foreign.editSecret("shop", "THEIRS", "x");
        account.foreign.editSecret("shop", "MORE", "x");
        await settles(account, wanted());
        await account.apply(wanted({ variables: { TEXT: "new" } }), { creds });
        assert.deepEqual(secrets(account), ["MORE", "OURS", "THEIRS"]);
        const without = wanted({ secrets: {} });
        await account.apply(without, { creds });
        assert.deepEqual(secrets(account), ["MORE", "THEIRS"]);
        await settles(account, without);
      }),
    );

    test(
      "somebody's deployment and a rollback stop a run that would overwrite them",
      withAccount(async (account) => {
        const second = wanted({}, "shop-v2.js");
        await account.apply(wanted(), { creds });
        account.foreign.editSecret("shop", "OURS", "theirs");
        await account.apply(second, { creds });
        for (const act of [
          () => account.foreign.rollback("shop"), // onto what a secret edit made of our first upload
          () => account.foreign.rollback("shop"), // onto our second upload, from the third
          () => account.foreign.dashboardDeploy("shop", {}),
        ]) {
          act();
          const { writes } = await account.during(() =>
            assert.rejects(account.apply(second, { creds }), { exitCode: 5, code: "CFD0503" }),
          );
          assert.deepEqual(writes, []);
          await account.apply(second, { creds, options: { take: ["script:shop"], allowDeletes: true } });
          await settles(account, second);
        }
      }),
    );
  });
}
