/** What `history` tells of Workers, beside what really happened to them. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { history, renderHistory } from "../../pkg/js/entrypoints/node.js";
import { watched } from "../canaries/watch.js";
import { createSite, manifestOf } from "./site.js";

describe("history", () => {
  let site;
  before(async () => {
    site = await createSite();
  });
  after(() => site.close());

  const manifestWith = async (name, text) => {
    await site.bundle(name, text);
    return manifestOf(
      site,
      { worker_name: name, script_bundle: { bucket: "bundles", path: `${name}.js` }, dns: undefined },
      { name },
    );
  };
  const historyOf = async (manifest) => (await watched(history)(manifest, site.credentials)).workers;

  test("each version has its maker, what was said of it, its digest, and the requests that it gets", async () => {
    const manifest = await manifestWith("told", "one");
    await site.apply(manifest);
    await site.bundle("told", "two");
    await site.apply(manifest);
    const { told } = await historyOf(manifest);
    assert.deepEqual([told.script, told.ours, told.account], ["told", true, site.local.accountId]);
    const [newer, older] = told.versions;
    assert.deepEqual([newer.number, newer.percent, older.number, older.percent], [2, 100, 1, 0]);
    for (const version of told.versions) {
      assert.match(version.message, /^cfworker-deploy run [0-9a-f]{8}: r2:\/\/bundles\/told\.js sha256 [0-9a-f]{12}$/);
      assert.match(version.digest, /^[\w-]{22}$/);
      assert.deepEqual([version.author, version.source, version.triggeredBy], ["dev@localhost.test", "api", "upload"]);
      assert.deepEqual([version.ours, version.deployments.length], [true, 1]);
    }
    assert.notEqual(newer.digest, older.digest);
  });

  test("a rollback and a split are told by the shares that versions get now, and by when each got requests", async () => {
    const manifest = await manifestWith("moved", "one");
    await site.apply(manifest);
    await site.bundle("moved", "two");
    await site.apply(manifest);
    site.foreign.rollback("moved");
    assert.deepEqual(
      (await historyOf(manifest)).moved.versions.map(({ percent }) => percent),
      [0, 100],
    );
    site.foreign.splitDeployment("moved");
    const [newer, older] = (await historyOf(manifest)).moved.versions;
    assert.deepEqual([newer.percent, older.percent], [10, 90]);
    assert.deepEqual(
      newer.deployments.map(({ percent }) => percent),
      [10, 100],
    );
    assert.deepEqual(
      older.deployments.map(({ source, message }) => [source, message]),
      [
        ["dash", undefined],
        ["dash", "Rollback"],
        ["api", "Automatic deployment on upload."],
      ],
    );
  });

  test("work of others carries no digest, and a Worker without the mark of the manifest is told as such", async () => {
    const manifest = await manifestWith("theirs", "one");
    site.foreign.createScript("theirs");
    site.foreign.editSecret("theirs", "KEY", "canary-secret-of-theirs");
    const { theirs } = await historyOf(manifest);
    assert.equal(theirs.ours, false);
    assert.deepEqual(
      theirs.versions.map(({ ours, digest, triggeredBy }) => [ours, digest, triggeredBy]),
      [
        [false, undefined, "secret"],
        [false, undefined, "upload"],
      ],
    );
    assert.match(await renderHistory({ workers: { theirs } }), /without the mark of this manifest/);
  });

  test("a Worker that is not there has no history", async () => {
    assert.deepEqual(await historyOf(await manifestWith("absent", "one")), {});
  });

  test("three reads tell all, and nothing is written", async () => {
    const manifest = await manifestWith("read", "one");
    await site.apply(manifest);
    const { requests, writes } = await site.during(() => historyOf(manifest));
    assert.deepEqual([requests.length, writes.length], [3, 0]);
  });
});

test("where the list shows no annotations, versions are read one by one and told the same", async () => {
  const site = await createSite({ switches: { versionAnnotationsInList: false } });
  try {
    await site.bundle("shop");
    const manifest = manifestOf(site, { dns: undefined });
    await site.apply(manifest);
    const { workers } = await watched(history)(manifest, site.credentials);
    const [{ ours, message, triggeredBy }] = workers.shop.versions;
    assert.deepEqual([ours, triggeredBy], [true, "upload"]);
    assert.match(message, /r2:\/\/bundles\/shop\.js/);
  } finally {
    await site.close();
  }
});
