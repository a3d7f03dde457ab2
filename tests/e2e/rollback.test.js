/** Going back to an earlier version, and on to the newest: the plan, its risks, and what the Worker answers then. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { history, promote, rollback } from "../../pkg/js/entrypoints/node.js";
import { watched } from "../canaries/watch.js";
import { actions, createSite, manifestOf, ZONE } from "./site.js";

let site;
before(async () => {
  site = await createSite();
});
after(() => site.close());

/** A Worker of this name that was applied once for each text. */
async function deployed(name, texts, spec = {}) {
  const manifest = manifestOf(
    site,
    {
      worker_name: name,
      script_bundle: { bucket: "bundles", path: `${name}.js` },
      dns: { enabled: true, zone_id: site.zone, hostname: `${name}.${ZONE}` },
      ...spec,
    },
    { name },
  );
  for (const text of texts) {
    await site.bundle(name, text);
    await site.apply(manifest);
  }
  return manifest;
}

const going = (call) => (manifest, options) => watched(call)(manifest, site.credentials, options);
const back = (manifest, options) => going(rollback)(manifest, { allowDeletes: true, ...options });
const planBack = (manifest, options) => going(rollback)(manifest, { dryRun: true, ...options });
const on = going(promote);
const answer = (name) => site.ask(`${name}.${ZONE}`);
/** Without what is said of secrets that stand in a manifest, as those of these tests do. */
const codesOf = ({ diagnostics }) => diagnostics.map(({ code }) => code).filter((code) => code !== "CFD0205");
const shares = (name) =>
  site.local.state.scripts.get(name).deployments[0].versions.map(({ versionId, percentage }) => {
    return [site.local.state.scripts.get(name).versions.find(({ id }) => id === versionId).number, percentage];
  });

describe("rollback", () => {
  test("without a version goes to the one that was live before, by one write, and never comes back by itself", async () => {
    const manifest = await deployed("three", ["one", "two", "three"]);
    const plan = await planBack(manifest);
    assert.deepEqual(actions(plan), ["update script:three"]);
    assert.deepEqual([plan.reverts, plan.needsYes, plan.exitCode], [["script:three"], ["script:three"], 0]);
    const fields = Object.fromEntries(plan.changes[0].fields.map(({ path, old, new: next }) => [path, [old, next]]));
    assert.deepEqual(fields.version, [3, 2]);
    const { writes, result } = await site.during(() => back(manifest));
    assert.deepEqual(
      writes.map(({ method, path }) => `${method} ${path.split("/").slice(-2).join("/")}`),
      ["POST three/deployments"],
    );
    assert.equal(await answer("three"), "two");
    assert.deepEqual(result.undo, { command: "rollback", to: "3", set: [], leaves: [] });
    await back(manifest);
    assert.equal(await answer("three"), "one");
    await assert.rejects(back(manifest), { code: "CFD0580", exitCode: 1 });
    assert.equal(await answer("three"), "one");
  });

  test("a version is named by its number, its id, or the start of its id, and a second time nothing is written", async () => {
    const manifest = await deployed("named", ["one", "two", "three"]);
    const [third, , first] = (await watched(history)(manifest, site.credentials)).workers.named.versions;
    for (const [to, text] of [
      ["2", "two"],
      [first.id, "one"],
      [third.id.slice(0, 8).toUpperCase(), "three"],
    ]) {
      await back(manifest, { to });
      assert.equal(await answer("named"), text);
      const { writes, result } = await site.during(() => back(manifest, { to }));
      assert.deepEqual([writes.length, actions(result.plan)], [0, ["no-op script:named"]]);
    }
    for (const to of ["9", "two", "1234567", "ffffffff"])
      await assert.rejects(back(manifest, { to }), { code: "CFD0580" });
  });

  test("nobody's yes is exit 1 with 0 writes, and a plan that is not the approved one is exit 5 with 0 writes", async () => {
    const manifest = await deployed("asked", ["one", "two"]);
    const { writes } = await site.during(async () => {
      await assert.rejects(going(rollback)(manifest, {}), { code: "CFD0510", exitCode: 1 });
      await assert.rejects(back(manifest, { expect: "0123456789abcdef" }), { code: "CFD0511", exitCode: 5 });
    });
    assert.equal(writes.length, 0);
    const { fingerprint } = await planBack(manifest);
    await back(manifest, { expect: fingerprint });
    assert.equal(await answer("asked"), "one");
  });

  test("a plan of the manifest then tells that somebody went back, and an apply takes the Worker only with the option", async () => {
    const manifest = await deployed("after", ["one", "two"]);
    await back(manifest);
    const plan = await site.plan(manifest);
    assert.deepEqual([plan.exitCode, codesOf(plan)], [5, ["CFD0503", "CFD0522"]]);
    await site.apply(manifest, { options: { take: ["script:after"], allowDeletes: true } });
    assert.equal(await answer("after"), "two");
    assert.ok((await site.plan(manifest)).changes.every(({ action }) => action === "no-op"));
  });

  test("a version brings its own secrets back: the plan names them, and what Cloudflare would refuse is told before", async () => {
    const secrets = (value) => ({ env: { secrets: { KEY: value } } });
    const manifest = await deployed("keys", ["one"], secrets("canary-secret-of-one"));
    const later = { ...manifest, spec: { ...manifest.spec, ...secrets("canary-secret-of-two") } };
    await site.apply(later);
    const plan = await planBack(manifest);
    assert.deepEqual(codesOf(plan), ["CFD0582"]);
    assert.ok(plan.changes[0].fields.some(({ path, secret }) => path === "secrets.KEY" && secret));
    await back(manifest);
    const live = site.local.state.scripts.get("keys");
    const { versionId } = live.deployments[0].versions[0];
    const { bindings } = live.versions.find(({ id }) => id === versionId);
    assert.equal(bindings.find(({ name }) => name === "KEY").text, "canary-secret-of-one");
  });

  test("secrets that are proven to be the same are told nowhere and need no force", async () => {
    const manifest = await deployed("same", ["one", "two"], { env: { secrets: { KEY: "canary-secret-of-same" } } });
    const plan = await planBack(manifest);
    assert.deepEqual([codesOf(plan), plan.changes[0].fields.some(({ secret }) => secret)], [[], false]);
    const { writes } = await site.during(() => back(manifest));
    assert.deepEqual(
      writes.map(({ query }) => query),
      [{}],
    );
  });

  test("what a version is bound to and is gone since is told", async () => {
    const title = { kv_bindings: [{ name: "CACHE", namespace_id: "" }] };
    const made = await fetch(`${site.local.apiUrl}/accounts/${site.local.accountId}/storage/kv/namespaces`, {
      method: "POST",
      headers: { authorization: `Bearer ${site.local.token}`, "content-type": "application/json" },
      body: JSON.stringify({ title: "of the first version" }),
    });
    const { id } = (await made.json()).result;
    title.kv_bindings[0].namespace_id = id;
    const manifest = await deployed("bound", ["one"], title);
    const later = { ...manifest, spec: { ...manifest.spec, kv_bindings: [] } };
    await site.apply(later);
    assert.deepEqual(codesOf(await planBack(manifest)), []);
    site.local.state.kv.delete(id);
    const plan = await planBack(manifest);
    assert.deepEqual(codesOf(plan), ["CFD0583"]);
    assert.match(plan.diagnostics[0].message, /`kv_bindings\.CACHE` of version 1/);
  });

  test("what is no part of a version is told to stay, and stays", async () => {
    const manifest = await deployed("stays", ["one", "two"]);
    const tags = [...site.local.state.scripts.get("stays").tags];
    const { plan } = await back(manifest);
    assert.deepEqual(
      plan.kept.map(({ path, why }) => [path, why]),
      [
        ["routes, records and custom domains", "not-versioned"],
        ["queue consumers and cron schedules", "not-versioned"],
        ["logs, Logpush, tail consumers and tags", "not-versioned"],
        ["workers.dev", "not-versioned"],
      ],
    );
    assert.deepEqual(site.local.state.scripts.get("stays").tags, tags);
  });

  test("somebody else's version is left only with the option that takes it, and somebody else's Worker never", async () => {
    const manifest = await deployed("foreign", ["one"]);
    site.foreign.dashboardDeploy("foreign");
    const { writes } = await site.during(() => assert.rejects(back(manifest), { code: "CFD0503", exitCode: 5 }));
    assert.equal(writes.length, 0);
    await back(manifest, { take: ["script:foreign"] });
    assert.equal(await answer("foreign"), "one");
    site.foreign.setTags("foreign", []);
    await assert.rejects(back(manifest, { take: ["script:foreign"] }), { code: "CFD0501", exitCode: 5 });
    const absent = { ...manifest, spec: { ...manifest.spec, worker_name: "absent" } };
    await assert.rejects(back(absent), { code: "CFD0580" });
  });

  test("several Workers go back each to its own earlier version, and a version can't be named for them", async () => {
    const both = [await deployed("red", ["one", "two"]), await deployed("blue", ["one", "two"])];
    await assert.rejects(back(both, { to: "1" }), { exitCode: 64 });
    await back(both);
    assert.deepEqual([await answer("red"), await answer("blue")], ["one", "one"]);
  });

  test("a split of ours ends with the version that was there before it", async () => {
    const manifest = await deployed("split", ["one", "two"]);
    site.foreign.splitDeployment("split");
    await back(manifest);
    assert.deepEqual(shares("split"), [[1, 100]]);
  });
});

describe("promote", () => {
  test("gives all requests to the newest of ours, without a question, and a second time nothing is written", async () => {
    const manifest = await deployed("newest", ["one", "two"]);
    site.foreign.splitDeployment("newest");
    const plan = await on(manifest, { dryRun: true });
    assert.deepEqual([actions(plan), plan.needsYes], [["update script:newest"], []]);
    await on(manifest);
    assert.deepEqual(shares("newest"), [[2, 100]]);
    const { writes } = await site.during(() => on(manifest));
    assert.equal(writes.length, 0);
  });

  test("does not undo what somebody went back from unless it is told to", async () => {
    const manifest = await deployed("undone", ["one", "two"]);
    await back(manifest);
    await assert.rejects(on(manifest), { code: "CFD0503", exitCode: 5 });
    assert.equal(await answer("undone"), "one");
    await on(manifest, { take: ["script:undone"], allowDeletes: true });
    assert.equal(await answer("undone"), "two");
  });
});

describe("going to a version under faults", () => {
  for (const kind of ["lost", "double", "reset", "refuse", "truncate", "500", "503", "html"]) {
    test(`converges although the request that deploys meets: ${kind}`, async () => {
      const name = `fault-${kind}`;
      const manifest = await deployed(name, ["one", "two"]);
      site.local.setFaults([`POST */workers/scripts/${name}/deployments:${kind}:1`]);
      await back(manifest);
      assert.deepEqual(shares(name), [[1, 100]]);
      const { writes } = await site.during(() => back(manifest, { to: "1" }));
      assert.equal(writes.length, 0);
    });
  }
});
