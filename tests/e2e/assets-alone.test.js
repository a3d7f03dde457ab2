/** A Worker of static assets alone: no code is published, its files answer, and code may come and go. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createSite, isSettled, manifestOf, ZONE } from "./site.js";

const HOST = `shop.${ZONE}`;
const bytes = (text) => new TextEncoder().encode(text);

describe("a Worker of static assets alone", { concurrency: false }, () => {
  let site;
  const files = { "/index.html": bytes("<p>home</p>"), "/_redirects": bytes("/old / 301\n") };
  const assets = { directory: "public", not_found_handling: "none" };
  const alone = () => manifestOf(site, { script_bundle: undefined, assets });
  const given = (more) => ({
    options: { assets: { "CloudflareWorker/shop": { ...files, ...more } }, allowDeletes: true },
  });
  const get = (path) => site.local.request(HOST, path);
  before(async () => {
    site = await createSite();
  });
  after(() => site.close());

  test("it is deployed without code, and its files and rules answer", async () => {
    await site.apply(alone(), given());
    assert.match((await get("/")).text, /home/);
    assert.equal((await get("/old")).headers.location, "/");
    assert.equal((await get("/nowhere")).status, 404);
    const [upload] = site.local.requests
      .all()
      .filter(({ method, path }) => method === "PUT" && path.endsWith("/scripts/shop"));
    const [{ json }, ...modules] = upload.multipart;
    assert.deepEqual([json.main_module, json.body_part, modules], [undefined, undefined, []]);
  });

  test("the second run writes nothing, and asks R2 nothing", async () => {
    const { result, requests, writes } = await site.during(() => site.apply(alone(), given()));
    assert.ok(isSettled(result.plan));
    assert.deepEqual([writes, requests.filter(({ surface }) => surface === "s3")], [[], []]);
  });

  test("a changed file goes up, and drift made behind our back is found", async () => {
    await site.apply(alone(), given({ "/index.html": bytes("<p>new</p>") }));
    assert.match((await get("/")).text, /new/);
    site.foreign.dashboardDeploy("shop");
    await assert.rejects(site.apply(alone(), given()), { exitCode: 5 });
    await site.apply(alone(), { options: { ...given().options, take: ["script:shop"] } });
    assert.match((await get("/")).text, /home/);
  });

  test("code comes and goes beside the same files", async () => {
    await site.bundle("shop", "code");
    const { result } = await site.during(() => site.apply(manifestOf(site, { assets }), given()));
    assert.ok(result.plan.changes[0].fields.some(({ path }) => path === "bundle"));
    assert.match((await get("/")).text, /home/);
    assert.equal((await get("/nowhere")).text, "code");
    const back = await site.plan(alone(), given());
    assert.deepEqual(back.changes[0].fields.find(({ path }) => path === "bundle")?.new, null);
    await site.apply(alone(), given());
    assert.equal((await get("/nowhere")).status, 404);
    assert.ok(isSettled(await site.plan(alone(), given())));
  });

  test("it is destroyed as any other", async () => {
    await site.destroy(alone(), given());
    assert.equal(site.local.state.scripts.size, 0);
  });
});
