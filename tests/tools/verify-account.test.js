/** verify-account, against the account that we have: both readings of every switch, nothing left, nothing told. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createForeignActors } from "../../js/local/foreign.js";
import { startLocalCloudflare } from "../../js/local/index.js";
import { Databases } from "../../js/local/runtime/databases.js";
import { SWITCHES } from "../../js/local/switches.js";
import { CHECKS, reportOf, verifyAccount } from "../../tools/verify-account/index.js";

const DOC = new URL("../../docs/verify-account.md", import.meta.url);
const PROGRAM = fileURLToPath(new URL("../../tools/verify-account.js", import.meta.url));
const ZONE = "scratch.example";

const folder = mkdtempSync(join(tmpdir(), "verify-account-"));
const databases = new Databases({ dir: async () => folder, output: () => {} });

/** Uploads are accepted unseen: nothing here runs a Worker. Databases are real ones. */
const TRUSTING = {
  check: async () => ({ ok: true, startupTimeMs: 1, handlers: ["fetch", "queue"] }),
  database: (id) => databases.database(id),
  changed() {},
  close: async () => {},
};

/** Switch → the other value, the question that sees it, and what it sees by default and then. */
const SEEN = {
  secretsWithoutKeep: ["drop", "keep-absent", "kept", "dropped"],
  keepBindingsEmptyDrops: [false, "keep-empty", "dropped", "kept"],
  absentSettingsOnPut: ["keep", "absent-settings", "reset", "kept"],
  routeAnswer: ["id", "route-answer", "the route", "its id alone"],
  lateVisibility: [2, "first-put", "at once", "late"],
  hostnames: ["unicode", "record-international", "A-labels", "Unicode"],
  duplicateRecordCode: [81057, "record-duplicate", "81058", "81057"],
  dnsValidation: ["chained", "record-invalid", "direct", "chained"],
  versionAnnotationsInList: [false, "mark-in-list", "in the list", "by id alone"],
  settingsSpeaksOf: ["live", "settings-speak-of", "newest", "live"],
  firstUploadTimes: ["two", "first-upload-times", "once, then two", "two for both"],
  longTag: ["cut", "mark-too-long", "refused", "100"],
  secretEditTag: ["carry", "edit-and-mark", "without", "carried"],
  routesOfDeletedScript: ["keep", "route-of-deleted-worker", "goes along", "stays"],
  notRouted: [400, "path-unknown", "404/7003", "400/7003"],
  zoneUnknown: [7003, "zone-unknown", "9109", "7003"],
  accountUnknown: [10000, "account-unknown", "7003", "10000"],
  domainOfAnotherWorker: ["refuse", "domain-of-another-worker", "moves", "100116"],
  referencedDelete: ["allow", "delete-referenced", "10142", "goes through"],
  ownBucketAgain: ["created", "s3-own-bucket-again", "409/BucketAlreadyOwnedByYou", "accepted"],
  unknownKeys: ["InvalidAccessKeyId", "s3-unknown-id", "401/Unauthorized", "403/InvalidAccessKeyId"],
  expiredRequest: [403, "s3-late-clock", "400/ExpiredRequest", "403/ExpiredRequest"],
  lateStores: [2, "namespace-listed", "at once", "late"],
  privateAcl: ["refuse", "s3-private-acl", "accepted", "501/NotImplemented"],
};

/** Asking would use up the quota or fill the account; the report leaves them to people. */
const LEFT_TO_PEOPLE = ["assetsPerBucket", "importPolls", "rateLimit", "rateQuota", "workersPerAccount"];

describe("verify-account", () => {
  let local;
  const start = async (options) => {
    local = await startLocalCloudflare({ zones: [ZONE], runtime: TRUSTING, ...options });
  };
  beforeEach(() => start());
  afterEach(() => local.close());
  after(async () => {
    await databases.close();
    rmSync(folder, { recursive: true });
  });

  const verify = (more) =>
    verifyAccount({
      token: local.token,
      baseUrl: local.apiUrl,
      s3Endpoint: local.s3Url,
      zone: ZONE,
      pauseMs: 0,
      ...more,
    });

  const snapshot = () => {
    const { scripts, records, routes, domains, kv, queues, consumers, objects } = local.state;
    const stores = { kv, queues, consumers, databases: local.state.databases, buckets: objects.buckets };
    return structuredClone({ scripts, records, routes, domains, ...stores });
  };

  const writes = () => local.requests.all().filter(({ method }) => !["GET", "HEAD"].includes(method));

  test("there is a question for every switch", () => {
    assert.deepEqual([...Object.keys(SEEN), ...LEFT_TO_PEOPLE].toSorted(), Object.keys(SWITCHES).toSorted());
    const ids = CHECKS.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
  });

  test("every question is answered as known; what others have stays, nothing of ours does", async () => {
    const foreign = createForeignActors(local);
    foreign.createScript("theirs");
    foreign.addRecord(ZONE, { name: `www.${ZONE}` });
    foreign.addRoute(ZONE, { pattern: `www.${ZONE}/*`, script: "theirs" });
    local.putObject("theirs", "key", "value");
    const before = snapshot();
    const { answers, leftBehind } = await verify({ allowUsedZone: true });
    assert.deepEqual(snapshot(), before);
    assert.deepEqual(leftBehind, []);
    assert.deepEqual(
      answers.filter(({ fit }) => fit !== "relied" && fit !== "handled"),
      [],
    );
    const seen = Object.fromEntries(answers.map((answer) => [answer.id, answer.seen]));
    for (const [name, [, id, byDefault]] of Object.entries(SEEN)) assert.equal(seen[id], byDefault, name);
  });

  // `keep_bindings: []` that counts as absent shows only where absence keeps, so these two are not switched together.
  for (const apart of ["secretsWithoutKeep", "keepBindingsEmptyDrops"]) {
    test(`the other reading of every switch but ${apart} is seen, and none is a surprise`, async () => {
      const switched = Object.entries(SEEN).filter(([name]) => name !== apart);
      await local.close();
      await start({ switches: Object.fromEntries(switched.map(([name, [value]]) => [name, value])) });
      const { answers } = await verify();
      const seen = Object.fromEntries(answers.map((answer) => [answer.id, answer.seen]));
      for (const [name, [, id, , other]] of switched) assert.equal(seen[id], other, name);
      assert.deepEqual(
        answers.filter(({ fit }) => fit !== "relied" && fit !== "handled"),
        [],
      );
      assert.equal(local.state.scripts.size, 0);
    });
  }

  test("what a Worker without a version answers, and how late lists are, is asked", async () => {
    const asked = ["worker-without-version", "lists-after-upload"];
    const lists = ["records-after-write", "records-after-deletion", "routes-after-write", "routes-after-deletion"];
    const seenBy = async () => {
      const { answers } = await verify();
      return Object.fromEntries(answers.map((answer) => [answer.id, answer.seen]));
    };
    const seen = await seenBy();
    assert.deepEqual(
      [...asked, ...lists].map((id) => seen[id]),
      ["10222", "at once", "at once", "at once", "at once", "at once"],
    );
    local.setFaults(["GET */dns_records:stale+30", "GET */workers/routes:stale+30"]);
    const stale = await seenBy();
    assert.equal(stale["records-after-write"], "not in half a minute");
    assert.equal(stale["routes-after-write"], "not in half a minute");
  });

  test("a zone in use is refused before any write", async () => {
    createForeignActors(local).addRecord(ZONE, { name: `www.${ZONE}` });
    await assert.rejects(verify(), /the zone scratch\.example is in use \(A www\.scratch\.example\)/);
    await assert.rejects(verify({ zone: "other.example" }), /is not visible to this token/);
    assert.deepEqual(writes(), []);
  });

  test("what can't be removed is named; the rest is removed", async () => {
    local.setFaults(["DELETE */workers/scripts/*:403"]);
    const { leftBehind } = await verify();
    const left = [...local.state.scripts.keys()];
    assert.ok(left.length > 0 && left.every((name) => name.startsWith("cfwd-verify-")), left.join());
    assert.deepEqual(leftBehind.toSorted(), left.map((name) => `Worker ${name}`).toSorted());
    assert.deepEqual([...local.state.records.values()].flat(), []);
    assert.match(reportOf(await verify()), /## Left behind\n\n- Worker cfwd-verify-\w+-\d+: remove it by hand\n/);
  });

  test("a question that fails, or is stopped, does not keep its Worker", async () => {
    local.setFaults(["GET */versions:403"]);
    const { answers } = await verify();
    const failed = answers.filter(({ fit }) => fit === "unforeseen");
    assert.ok(failed.length > 0 && failed.every(({ seen }) => seen.startsWith("failed: ")), JSON.stringify(failed));
    const stop = new AbortController();
    const stopped = await verify({ signal: stop.signal, say: () => stop.abort() });
    assert.equal(stopped.answers.length, 1);
    assert.equal(snapshot().scripts.size, 0);
  });

  test("the token that the documentation names is enough, for every question", async () => {
    const rows = readFileSync(DOC, "utf8").matchAll(/^\| `([\w ]+)` \| (?:zone|account) \|/gm);
    const permissionGroups = [...rows].map(([, group]) => group);
    assert.equal(permissionGroups.length, 8);
    const { value } = local.addToken({ permissionGroups, zoneIds: [local.zones[0].id] });
    const { answers } = await verify({ token: value });
    assert.deepEqual(
      answers.filter(({ fit }) => fit !== "relied" && fit !== "handled"),
      [],
    );
  });

  test("without R2 those questions stay open", async () => {
    const groups = ["Workers Scripts Write", "Workers Routes Write", "DNS Write", "Zone Read"];
    const { value } = local.addToken({ permissionGroups: groups });
    const { answers } = await verify({ token: value });
    const open = answers.filter(({ fit }) => fit === "open").map(({ id }) => id);
    assert.deepEqual(
      open,
      CHECKS.filter(({ needs }) => needs === "r2").map(({ id }) => id),
    );
  });

  test("the report is a table, and tells no secret, no address and no whole id", async () => {
    const result = await verify();
    result.answers[0].notes.push(`${local.token} dev@localhost.test ${local.accountId} www.${ZONE}`);
    const report = reportOf(result);
    const rows = report.split("\n").filter((line) => line.startsWith("| `"));
    assert.deepEqual(
      rows.map(
        (row) => /^\| `([\w-]+)` [^|]+\? \| [^|]+ \| (as relied on|either way is handled): [^|]+ \|$/.exec(row)?.[1],
      ),
      CHECKS.map(({ id }) => id),
    );
    assert.match(report, /^# verify-account\n\n\d{4}-\d\d-\d\d, \d+ questions: \d+ as relied on, \d+ either way/);
    assert.match(report, /## Left to ask by hand\n\n- .*\n\n## Left behind\n\nNothing\.\n$/s);
    for (const secret of [local.token, local.accountId, local.zones[0].id, local.tokenId, ZONE, "dev@localhost"]) {
      assert.ok(!report.includes(secret), secret);
    }
    assert.doesNotMatch(report, /[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-/);
  });

  test("the program wants a zone and a token", () => {
    for (const [args, env] of [
      [[], { CLOUDFLARE_API_TOKEN: "t" }],
      [["--zone", ZONE], {}],
      [["--zone", ZONE, "--nonsense"], { CLOUDFLARE_API_TOKEN: "t" }],
    ]) {
      const { status, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { env, encoding: "utf8" });
      assert.equal(status, 64);
      assert.match(stderr, /--zone NAME/);
    }
  });
});
