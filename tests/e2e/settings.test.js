/** Settings of a Worker: set, drifted from, repaired, taken back; those of others stay; and traces reach the Workers that get them. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { actions, createSite, isSettled, manifestOf, ZONE } from "./site.js";

const SHOP = `export default { fetch(request) { console.log("asked for", new URL(request.url).pathname); return new Response("shop"); } };\n`;
const KEEPER = `const kept = [];
export default {
  fetch: () => Response.json(kept),
  tail(events) { for (const { outcome, logs } of events) kept.push({ outcome, logs: logs.map(({ message }) => message) }); },
};
`;

describe("settings of a Worker", () => {
  let site;
  before(async () => {
    site = await createSite();
    for (const [name, code] of [
      ["shop", SHOP],
      ["keeper", KEEPER],
    ])
      await site.local.putObject("bundles", `${name}.js`, Buffer.from(code));
  });
  after(() => site.close());

  const SETTINGS = {
    observability: { enabled: true, head_sampling_rate: 0.5, logs: { enabled: true, destinations: ["team"] } },
    placement: { mode: "smart" },
    limits: { cpu_ms: 5000, subrequests: 200 },
    logpush: true,
    cache_options: { enabled: true },
    tail_consumers: [{ service: { value_from: { name: "traces" } } }],
    tags: ["team-shop"],
  };
  const shop = (settings = SETTINGS) => manifestOf(site, settings);
  const keeper = () =>
    manifestOf(
      site,
      {
        worker_name: "keeper",
        script_bundle: { bucket: "bundles", path: "keeper.js" },
        dns: { enabled: true, zone_id: site.zone, hostname: `keeper.${ZONE}` },
      },
      { name: "traces" },
    );
  const documents = () => [shop(), keeper()];
  const call = async (method, path, body) => {
    const answer = await fetch(`${site.local.apiUrl}/accounts/${site.local.accountId}/workers/scripts/${path}`, {
      method,
      headers: { authorization: `Bearer ${site.local.token}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    return (await answer.json()).result;
  };
  const live = () => call("GET", "shop/settings");
  const script = () => site.local.state.scripts.get("shop");
  const theirTags = () => script().tags.filter((tag) => !tag.startsWith("cfwd1-"));

  test("the Worker that gets the traces is made first, and each setting is live", async () => {
    const { plan } = await site.apply(documents());
    const change = plan.changes.find(({ address }) => address === "script:shop");
    assert.ok(change.needs.includes("script:keeper"));
    const { placement, limits, logpush, cache_options: cache, tail_consumers: tails, observability } = await live();
    assert.deepEqual([placement.mode, limits, logpush], ["smart", SETTINGS.limits, true]);
    assert.deepEqual([cache, tails], [{ enabled: true }, [{ service: "keeper" }]]);
    assert.deepEqual([observability.head_sampling_rate, observability.logs.destinations], [0.5, ["team"]]);
    assert.deepEqual(theirTags(), ["team-shop"]);
  });

  test("the second run writes nothing", async () => {
    const { result, writes } = await site.during(() => site.apply(documents()));
    assert.deepEqual(writes, []);
    assert.ok(isSettled(result.plan));
  });

  test("what the Worker logs reaches the one that gets its traces", async () => {
    assert.equal(await site.ask(`shop.${ZONE}`, "/hello"), "shop");
    let kept = [];
    for (let tries = 0; kept.length === 0 && tries < 100; tries++) {
      kept = JSON.parse(await site.ask(`keeper.${ZONE}`));
      await sleep(20);
    }
    assert.deepEqual(kept, [{ outcome: "ok", logs: [["asked for", "/hello"]] }]);
  });

  test("what others change is found and put right without an upload, and what they added stays", async () => {
    await call("PATCH", "shop/script-settings", {
      logpush: false,
      observability: { enabled: true, traces: { enabled: true } },
      tail_consumers: [{ service: "shop" }],
      tags: [...script().tags.filter((tag) => tag !== "team-shop"), "theirs"],
    });
    const versions = script().versions.length;
    const plan = await site.plan(documents());
    const change = plan.changes.find(({ address }) => address === "script:shop");
    assert.deepEqual(
      change.fields.map(({ path }) => path),
      ["logpush", "observability", "tail_consumers", "tags"],
    );
    assert.ok(plan.kept.some(({ path }) => path === "tail_consumers.shop"));
    await site.apply(documents());
    assert.equal(script().versions.length, versions);
    const { logpush, tail_consumers: tails, observability } = await live();
    assert.deepEqual([logpush, tails.map(({ service }) => service)], [true, ["shop", "keeper"]]);
    assert.deepEqual([observability.logs.destinations, observability.traces.enabled], [["team"], true]);
    assert.deepEqual(theirTags(), ["theirs", "team-shop"]);
    assert.deepEqual((await site.during(() => site.apply(documents()))).writes, []);
  });

  test("another setting of versions takes an upload, which carries all others over", async () => {
    const changed = () => [shop({ ...SETTINGS, limits: { cpu_ms: 9000 } }), keeper()];
    const { plan } = await site.apply(changed());
    const change = plan.changes.find(({ address }) => address === "script:shop");
    assert.deepEqual(
      change.fields.map(({ path }) => path),
      ["bundle", "limits"].filter((path) => change.fields.some((field) => field.path === path)),
    );
    const { limits, placement, logpush, tail_consumers: tails } = await live();
    assert.deepEqual([limits, placement.mode, logpush, tails.length], [{ cpu_ms: 9000 }, "smart", true, 2]);
    assert.deepEqual((await site.during(() => site.apply(changed()))).writes, []);
  });

  test("a Worker whose traces others send on is not deleted alone", async () => {
    await assert.rejects(site.destroy(keeper()), (error) => error.diagnostics.some(({ code }) => code === "CFD0521"));
    assert.ok(site.local.state.scripts.has("keeper"));
  });

  test("settings that the manifest no longer says are taken back where we set them, and those of others are kept and told", async () => {
    const bare = () => [shop({}), keeper()];
    await site.apply(bare());
    const { limits, placement, logpush, cache_options: cache, tail_consumers: tails, observability } = await live();
    assert.deepEqual([limits, placement, logpush, cache], [{}, {}, false, null]);
    assert.deepEqual(tails, [{ service: "shop" }]);
    assert.deepEqual([observability.logs, observability.traces.enabled], [null, true]);
    assert.deepEqual(theirTags(), ["theirs"]);
    assert.deepEqual((await site.during(() => site.apply(bare()))).writes, []);
    await site.bundle("shop");
    assert.ok((await site.plan(bare())).kept.some(({ path }) => path === "tail_consumers"));
    await site.local.putObject("bundles", "shop.js", Buffer.from(SHOP));
  });

  test("destroy deletes the Worker before the one that gets its traces", async () => {
    await site.apply(documents());
    const { writes } = await site.during(() => site.destroy(documents()));
    const gone = writes.filter(({ method, path }) => method === "DELETE" && /\/workers\/scripts\/[a-z]+$/.test(path));
    assert.deepEqual(
      gone.map(({ path }) => path.split("/").at(-1)),
      ["shop", "keeper"],
    );
  });

  test("two that get the traces of each other are made and destroyed in one run each", async () => {
    const both = () => {
      const [one, other] = documents();
      other.spec.tail_consumers = [{ service: "shop" }];
      return [one, other];
    };
    const { plan } = await site.apply(both());
    assert.deepEqual(
      actions(plan)
        .filter((action) => action.includes("script"))
        .toSorted(),
      ["create script:keeper", "create script:shop"],
    );
    assert.deepEqual((await site.during(() => site.apply(both()))).writes, []);
    await site.destroy(both());
    assert.equal(site.local.state.scripts.size, 0);
  });

  test("the address on workers.dev answers, at the day and with the flags that the manifest says", async () => {
    const code = "export default { fetch: () => new Response(String(typeof navigator.userAgent)) };";
    await site.local.putObject("bundles", "dev.js", Buffer.from(code));
    const spec = {
      script_bundle: { bucket: "bundles", path: "dev.js" },
      compatibility_date: "2022-01-01",
      compatibility_flags: ["global_navigator"],
      workers_dev: true,
      dns: undefined,
    };
    await site.apply(manifestOf(site, spec));
    assert.equal(await site.ask(`shop.${site.local.state.accountSubdomain}.workers.dev`), "string");
    const flagless = await site.apply(manifestOf(site, { ...spec, compatibility_flags: [] }));
    assert.deepEqual(actions(flagless.plan), ["update script:shop"]);
    assert.equal(await site.ask(`shop.${site.local.state.accountSubdomain}.workers.dev`), 500);
    await site.destroy(manifestOf(site, spec));
  });

  test("workerd streams no traces unless as an experiment: a Worker that states who gets them answers all the same", async () => {
    await site.local.putObject("bundles", "keeper.js", Buffer.from(KEEPER));
    const both = () => [shop({ streaming_tail_consumers: [{ service: "keeper" }] }), keeper()];
    const { plan } = await site.apply(both());
    assert.ok(plan.changes.find(({ address }) => address === "script:shop").needs.includes("script:keeper"));
    assert.equal(await site.ask(`shop.${ZONE}`, "/hello"), "shop");
    assert.deepEqual((await site.during(() => site.apply(both()))).writes, []);
    await site.destroy(both());
  });

  test("of many Workers the lists tell their settings: the second run writes nothing, and drift is found", async () => {
    const names = Array.from({ length: 10 }, (_, index) => `many-${index}`);
    const code = { script_bundle: { bucket: "bundles", path: "shop.js" }, dns: undefined };
    const more = { logpush: true, observability: { enabled: true, logs: { enabled: true } }, tags: ["many"] };
    const all = () => [
      keeper(),
      ...names.map((name) =>
        manifestOf(site, { worker_name: name, ...code, ...more, tail_consumers: [{ service: "keeper" }] }, { name }),
      ),
    ];
    await site.apply(all());
    const { writes, requests } = await site.during(() => site.apply(all()));
    assert.deepEqual(writes, []);
    assert.equal(requests.filter(({ path }) => path.endsWith("/settings")).length, 0, "nothing is read in full");
    const drifted = site.local.state.scripts.get("many-3");
    Object.assign(drifted, { logpush: false, tailConsumers: [] });
    const { changes } = await site.plan(all());
    const [change, ...others] = changes.filter(({ action }) => action !== "no-op");
    assert.deepEqual([change.address, others], ["script:many-3", []]);
    assert.deepEqual(
      change.fields.map(({ path }) => path),
      ["logpush", "tail_consumers"],
    );
    await site.apply(all());
    assert.deepEqual([drifted.logpush, drifted.tailConsumers], [true, [{ service: "keeper" }]]);
    await site.destroy(all());
  });
});
