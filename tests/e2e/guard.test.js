/** Guarded runs: new versions go live in steps, each is asked, and what answers wrongly is back at its earlier version. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createLocalFetch } from "../../js/cli/local-fetch.js";
import { createSite, isSettled, manifestOf, ZONE } from "./site.js";

let site;
let localFetch;
before(async () => {
  site = await createSite();
  const { local } = site;
  localFetch = createLocalFetch({ api: local.apiUrl, s3: local.s3Url, data: local.dataUrl });
});
after(() => site.close());

const WORKER = (text, status) =>
  `export default { fetch: (request) => new Response(${JSON.stringify(text)}, { status: new URL(request.url).pathname === "/health" ? ${status} : 200 }) };`;

async function bundle(name, text, status = 200) {
  await site.local.putObject("bundles", `${name}.js`, Buffer.from(WORKER(text, status)));
}

/** A Worker of this name, live with `old`, whose bundle is `new` and answers its health with that status. */
async function changed(name, status) {
  const manifest = manifestFor(name);
  await bundle(name, "old");
  await site.apply(manifest);
  await bundle(name, "new", status);
  return manifest;
}

const manifestFor = (name) =>
  manifestOf(
    site,
    {
      worker_name: name,
      script_bundle: { bucket: "bundles", path: `${name}.js` },
      dns: { enabled: true, zone_id: site.zone, hostname: `${name}.${ZONE}` },
    },
    { name },
  );

const guarded = (manifest, guard = "/health", more = {}) =>
  site.apply(manifest, { options: { guard, fetch: localFetch, ...more } });
const shares = ({ versions }) => versions.map(({ percentage }) => percentage);
const deployments = (name) => site.local.state.scripts.get(name).deployments.map(shares);
/** Which version each probe named. */
const probes = () =>
  site.local.requests
    .all()
    .filter(({ surface, path }) => surface === "data" && path === "/health")
    .map(({ headers }) => headers["cloudflare-workers-version-overrides"]);

/** The API refuses everything once a version was asked. */
function refusingOnceAsked() {
  let asked = false;
  return async (request, ...more) => {
    const url = new URL(request.url ?? request);
    if (url.pathname === "/health") asked = true;
    if (!asked || !url.pathname.startsWith("/client/v4")) return localFetch(request, ...more);
    const errors = [{ code: 10000, message: "Authentication error" }];
    return Response.json({ success: false, errors, messages: [], result: null }, { status: 403 });
  };
}

describe("a guarded run", () => {
  test("goes through a tenth and a half to all requests, and asks the new version by its id each time", async () => {
    const manifest = await changed("good", 200);
    site.local.requests.clear();
    const result = await guarded(manifest);
    assert.equal(result.exitCode, 0);
    assert.deepEqual(deployments("good"), [[100], [50, 50], [10, 90], [100]]);
    const named = `good="${result.versions.good}"`;
    assert.deepEqual(probes(), [named, named, named]);
    assert.equal(await site.ask(`good.${ZONE}`), "new");
    assert.ok(isSettled(await site.plan(manifest)));
  });

  test("whose version fails at the first step is back at the earlier one, and says so with exit 6", async () => {
    const manifest = await changed("bad", 500);
    const result = await guarded(manifest);
    assert.equal(result.exitCode, 6);
    assert.deepEqual(deployments("bad"), [[100], [10, 90], [100]]);
    assert.equal(await site.ask(`bad.${ZONE}`), "old");
    const [told] = result.diagnostics.filter(({ code }) => code === "CFD0587");
    assert.match(told.message, /`bad` failed at 10 % .*\/health: it answers 500/);
    const again = await site.plan(manifest);
    assert.equal(again.exitCode, 5, "what failed does not go live again unasked");
    await bundle("bad", "mended");
    const mended = await guarded(manifest, "/health", { take: ["script:bad"], allowDeletes: true });
    assert.equal(mended.exitCode, 0);
    assert.equal(await site.ask(`bad.${ZONE}`), "mended");
  });

  test("asks for the status that is given", async () => {
    const manifest = await changed("status", 503);
    assert.equal((await guarded(manifest, "/health=503")).exitCode, 0);
    assert.equal(await site.ask(`status.${ZONE}`), "new");
  });

  test("of a Worker without an earlier version has one step, and nothing to go back to", async () => {
    const manifest = manifestFor("first");
    await bundle("first", "one", 500);
    const result = await guarded(manifest);
    assert.equal(result.exitCode, 6);
    assert.deepEqual(deployments("first"), [[100]]);
    assert.ok(result.diagnostics.some(({ message }) => /no earlier version to go back to/.test(message)));
  });

  test("goes on where an earlier one was ended, and asks that version first", async () => {
    const manifest = await changed("ended", 200);
    await site.apply(manifest, { options: { percentage: 50 } });
    site.local.requests.clear();
    assert.equal((await guarded(manifest)).exitCode, 0);
    assert.equal(probes().length, 2);
    assert.deepEqual(deployments("ended"), [[100], [50, 50], [100]]);
  });

  test("that fails between its steps ends with 3, tells what is live already, and goes on when it is run again", async () => {
    const manifest = await changed("between", 200);
    await assert.rejects(
      guarded(manifest, "/health", { fetch: refusingOnceAsked() }),
      ({ exitCode, done, notDone }) => {
        assert.deepEqual([exitCode, done.includes("script:between"), notDone], [3, false, ["script:between"]]);
        return true;
      },
    );
    assert.deepEqual(deployments("between"), [[10, 90], [100]]);
    assert.equal((await guarded(manifest)).exitCode, 0);
    assert.equal(await site.ask(`between.${ZONE}`), "new");
  });

  test("that can't go back either says that the version keeps its share, and never that it went back", async () => {
    const manifest = await changed("stuck", 500);
    await assert.rejects(
      guarded(manifest, "/health", { fetch: refusingOnceAsked() }),
      ({ exitCode, notDone, diagnostics }) => {
        assert.deepEqual([exitCode, notDone], [3, ["script:stuck"]]);
        const told = diagnostics.filter(({ code }) => code === "CFD0587");
        assert.deepEqual([told.length, /keeps its share/.test(told[0].help)], [1, true]);
        return true;
      },
    );
    assert.deepEqual(deployments("stuck"), [[10, 90], [100]]);
  });

  test("is refused before any write where nothing reaches the Worker, where the guard can't be read, and beside other steps", async () => {
    const hidden = manifestFor("hidden");
    delete hidden.spec.dns;
    await bundle("hidden", "one");
    const { writes } = await site.during(async () => {
      await assert.rejects(guarded(hidden), { code: "CFD0587", exitCode: 1 });
      await assert.rejects(guarded(manifestFor("good"), "health"), { exitCode: 64 });
      for (const more of [{ percentage: 20 }, { wait: true }]) {
        await assert.rejects(guarded(manifestFor("good"), "/health", more), { exitCode: 64 });
      }
    });
    assert.equal(writes.length, 0);
  });
});
