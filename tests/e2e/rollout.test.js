/** New versions that get a part of the requests, or none yet: planned, uploaded, moved, promoted and taken back. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { promote, rollback } from "../../pkg/js/entrypoints/node.js";
import { watched } from "../canaries/watch.js";
import { actions, createSite, isSettled, manifestOf, ZONE } from "./site.js";

let site;
before(async () => {
  site = await createSite();
});
after(() => site.close());

const manifestFor = (name, spec = {}) =>
  manifestOf(
    site,
    {
      worker_name: name,
      script_bundle: { bucket: "bundles", path: `${name}.js` },
      dns: { enabled: true, zone_id: site.zone, hostname: `${name}.${ZONE}` },
      ...spec,
    },
    { name },
  );

/** A Worker of this name that is live with its first text, and whose bundle holds another one. */
async function waiting(name, spec) {
  const manifest = manifestFor(name, spec);
  await site.bundle(name, "old");
  await site.apply(manifest);
  await site.bundle(name, "new");
  return manifest;
}

const at = (percentage) => ({ options: { percentage } });
const codesOf = ({ diagnostics }) => diagnostics.map(({ code }) => code);
const lines = ({ writes }) =>
  writes
    .map(({ method, path }) => `${method} ${path.split("/").slice(-1)[0]}`)
    .filter((line) => !/ objects/.test(line));
const scriptOf = (name) => site.local.state.scripts.get(name);
const shares = (name) =>
  scriptOf(name).deployments[0].versions.map(({ versionId, percentage }) => {
    return [scriptOf(name).versions.find(({ id }) => id === versionId).number, percentage];
  });

/** How many of a hundred visitors, each with a key of its own, get which text. */
async function visits(name) {
  const seen = { old: 0, new: 0 };
  for (let visitor = 0; visitor < 100; visitor += 1) {
    const headers = { "cloudflare-workers-version-key": `visitor ${visitor}` };
    const { text } = await site.local.request(`${name}.${ZONE}`, "/", { headers });
    seen[text] += 1;
  }
  return seen;
}

describe("a rollout", () => {
  test("uploads a version and gives it its share: three writes, and the visitors are split in earnest", async () => {
    const manifest = await waiting("tenth");
    const plan = await site.plan(manifest, at(10));
    const { old, new: next } = plan.changes[0].fields.find(({ path }) => path === "requests");
    assert.deepEqual([old, next], ["all go to version 1", "10 % go to the new version, the others to version 1"]);
    const run = await site.during(() => site.apply(manifest, at(10)));
    assert.deepEqual(lines(run), ["POST versions", "POST deployments", "PATCH script-settings"]);
    assert.deepEqual(shares("tenth"), [
      [2, 10],
      [1, 90],
    ]);
    const seen = await visits("tenth");
    assert.ok(seen.new > 0 && seen.new < 30, JSON.stringify(seen));
  });

  test("with a larger percentage moves the shares alone, and with the same one writes nothing", async () => {
    const manifest = await waiting("moves");
    await site.apply(manifest, at(10));
    const same = await site.during(() => site.apply(manifest, at(10)));
    assert.deepEqual([lines(same), isSettled(same.result.plan)], [[], true]);
    assert.deepEqual(lines(await site.during(() => site.apply(manifest, at(50)))), ["POST deployments"]);
    assert.deepEqual(shares("moves"), [
      [2, 50],
      [1, 50],
    ]);
    await site.apply(manifest, at(100));
    assert.deepEqual(shares("moves"), [[2, 100]]);
    assert.ok(isSettled(await site.plan(manifest)));
  });

  test("is promoted to all requests, and the plan then has nothing to do", async () => {
    const manifest = await waiting("promoted", { env: { variables: { ONE: "1" } } });
    await site.apply(manifest, at(5.25));
    assert.deepEqual(shares("promoted"), [
      [2, 5.25],
      [1, 94.75],
    ]);
    await watched(promote)(manifest, site.credentials);
    assert.deepEqual(shares("promoted"), [[2, 100]]);
    assert.ok(isSettled(await site.plan(manifest)));
  });

  test("is taken back by a rollback, and does not begin again unasked", async () => {
    const manifest = await waiting("back");
    await site.apply(manifest, at(50));
    await watched(rollback)(manifest, site.credentials, { allowDeletes: true });
    assert.deepEqual(shares("back"), [[1, 100]]);
    for (const options of [{}, { percentage: 10 }]) {
      assert.equal((await site.plan(manifest, { options })).exitCode, 5);
    }
  });

  test("is ended neither by an apply without a percentage nor by one of another manifest, unless that is asked for", async () => {
    const manifest = await waiting("kept");
    await site.apply(manifest, at(10));
    const plain = await site.plan(manifest);
    assert.deepEqual([plain.exitCode, plain.diagnostics[0].code], [5, "CFD0584"]);
    assert.match(plain.diagnostics[0].help, /promote.*rollback.*--percentage/);
    await site.bundle("kept", "newest");
    await assert.rejects(site.apply(manifest, at(50)), { code: "CFD0584", exitCode: 5 });
    assert.deepEqual(shares("kept"), [
      [2, 10],
      [1, 90],
    ]);
    await site.apply(manifest, { options: { take: ["script:kept"], allowDeletes: true } });
    assert.equal(await site.ask(`kept.${ZONE}`), "newest");
  });

  test("never overrides what somebody else deployed since the plan", async () => {
    const manifest = await waiting("raced");
    await site.apply(manifest, at(10));
    let meddled = false;
    const meddling = (url, init) => {
      if (!meddled && init?.method === "POST" && /deployments/.test(url)) throw new Error("it was sent");
      if (!meddled && /\/raced\/deployments/.test(url) && site.local.requests.all().length > 3) {
        meddled = true;
        site.foreign.dashboardDeploy("raced");
      }
      return fetch(url, init);
    };
    site.local.requests.clear();
    await assert.rejects(site.apply(manifest, { options: { percentage: 50, fetch: meddling } }), { exitCode: 5 });
    assert.deepEqual(shares("raced"), [[3, 100]]);
  });

  test("settings that no version holds go live by their own write, and bindings and secrets with the version", async () => {
    const secret = "canary-secret-of-rollout";
    const manifest = await waiting("whole", { env: { variables: { TEXT: "old" } } });
    const spec = {
      ...manifest.spec,
      env: { variables: { TEXT: "new" }, secrets: { KEY: secret } },
      observability: { enabled: false },
    };
    await site.apply({ ...manifest, spec }, at(30));
    assert.equal(scriptOf("whole").observability.enabled, false);
    const [version] = scriptOf("whole").versions;
    assert.equal(version.bindings.find(({ name }) => name === "KEY").text, secret);
    assert.deepEqual(version.annotations["workers/triggered_by"], "version_upload");
  });
});

describe("a version that waits", () => {
  test("gets no request, answers at an address of its own with its own code and bindings, and is not uploaded again", async () => {
    const manifest = await waiting("waits", { workers_dev: true, env: { variables: { TEXT: "old" } } });
    const later = { ...manifest, spec: { ...manifest.spec, env: { variables: { TEXT: "new" } } } };
    const { result, ...run } = await site.during(() => site.apply(later, at(0)));
    assert.deepEqual(lines(run), ["POST versions"]);
    assert.deepEqual(shares("waits"), [[1, 100]]);
    const url = new URL(result.previews.waits);
    assert.equal(url.host, `${result.versions.waits.slice(0, 8)}-waits.local.workers.dev`);
    assert.equal(await site.ask(url.host), "new");
    assert.equal(await site.ask(`waits.${ZONE}`), "old");
    assert.ok(isSettled(await site.plan(later, at(0))));
    const moved = await site.during(() => site.apply(later, at(20)));
    assert.ok(!lines(moved).includes("POST versions"));
    assert.deepEqual(shares("waits"), [
      [2, 20],
      [1, 80],
    ]);
  });

  test("is told where it has no address, and a plan of what is live has nothing to do beside it", async () => {
    const manifest = await waiting("hidden");
    const result = await site.apply(manifest, at(0));
    assert.deepEqual([result.previews, codesOf(result).includes("CFD0586")], [undefined, true]);
    await site.bundle("hidden", "old");
    assert.ok(isSettled(await site.plan(manifest)));
  });
});

describe("what can't go live in parts is refused before any write", () => {
  test("a first upload, service-worker syntax, and work of others", async () => {
    const first = manifestFor("first");
    await site.bundle("first", "one");
    const bundle = { bucket: "bundles", path: "classic.js" };
    const classic = { name: "classic", format: "service-worker", bundle };
    const written = await waiting("classic");
    const { worker_name, script_bundle, ...others } = written.spec;
    const old = { ...written, spec: { ...others, script: classic } };
    const theirs = await waiting("theirs");
    site.foreign.dashboardDeploy("theirs");
    const take = ["script:theirs"];
    const { writes } = await site.during(async () => {
      await assert.rejects(site.apply(first, at(10)), { code: "CFD0585", exitCode: 1 });
      await assert.rejects(site.apply(old, at(10)), { code: "CFD0585", exitCode: 1 });
      await assert.rejects(site.apply(theirs, at(10)), { exitCode: 5 });
      const asked = { options: { percentage: 10, take, allowDeletes: true } };
      await assert.rejects(site.apply(theirs, asked), { code: "CFD0585" });
    });
    assert.equal(writes.length, 0);
    for (const percentage of [10.001, 33.333]) {
      await assert.rejects(site.apply(old, at(percentage)), { exitCode: 64 });
    }
  });
});

describe("a rollout under faults", () => {
  for (const request of ["versions", "deployments"]) {
    for (const kind of ["lost", "double", "reset", "truncate", "503", "html"]) {
      test(`converges although the request to ${request} meets: ${kind}`, async () => {
        const name = `${request}-${kind}`;
        const manifest = await waiting(name);
        site.local.setFaults([`POST */workers/scripts/${name}/${request}:${kind}:1`]);
        await site.apply(manifest, at(40));
        site.local.setFaults([]);
        assert.deepEqual(
          shares(name).map(([, percentage]) => percentage),
          [40, 60],
        );
        const again = await site.during(() => site.apply(manifest, at(40)));
        assert.deepEqual([lines(again), actions(again.result.plan).filter((one) => !/^no-op/.test(one))], [[], []]);
      });
    }
  }
});
