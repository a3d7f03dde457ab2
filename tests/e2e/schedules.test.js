/** Cron schedules: made, run, changed and taken away, and those of others, which stay. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createSite, isSettled, manifestOf, ZONE } from "./site.js";

/** Notes when it was called; a page shows that. */
const TIMED = `let seen = [];
export default {
  scheduled({ cron, scheduledTime }) { seen.push(cron + " at " + new Date(scheduledTime).toISOString()); },
  fetch: () => new Response(seen.join(", ") || "never"),
};`;
const NIGHTLY = "0 3 * * *";
const OFTEN = "*/5 * * * *";
const THEIRS = "0 0 1 * *";
const ADDRESS = "schedules:shop";

let site;
before(async () => {
  site = await createSite();
  await site.local.putObject("bundles", "shop.js", Buffer.from(TIMED));
});
after(() => site.close());

const shop = (schedules) => manifestOf(site, { ...(schedules && { schedules }) });
const script = () => site.local.state.scripts.get("shop");
const crons = () => script().schedules.map(({ cron }) => cron);
const give = (...list) => {
  script().schedules = list.map((cron) => ({ cron }));
};
const listed = () => script().tags.filter((tag) => tag.startsWith("cfwd1-in-schedules-")).length;
const change = ({ changes }) => changes.find(({ address }) => address === ADDRESS);
const yes = (more) => ({ options: { allowDeletes: true, ...more } });
const puts = (requests) => requests.filter(({ method, path }) => method === "PUT" && path.endsWith("/schedules"));

describe("a Worker with cron schedules", () => {
  test("one run makes it with its schedules, after its code, and the handler is called at their time", async () => {
    const { requests } = await site.during(() => site.apply(shop([NIGHTLY, OFTEN])));
    const writes = requests.filter(({ method }) => method !== "GET").map(({ path }) => path.split("/").at(-1));
    assert.ok(writes.indexOf("shop") < writes.indexOf("schedules"), writes.join(" "));
    assert.deepEqual([crons(), listed()], [[NIGHTLY, OFTEN], 1]);
    const runs = await site.local.runSchedules(Date.UTC(2026, 2, 1, 3, 1));
    assert.deepEqual(runs, []);
    await site.local.runSchedules(Date.UTC(2026, 2, 1, 3, 0));
    const seen = (await site.ask(`shop.${ZONE}`)).split(", ").sort();
    assert.deepEqual(seen, [`${OFTEN} at 2026-03-01T03:00:00.000Z`, `${NIGHTLY} at 2026-03-01T03:00:00.000Z`]);
  });

  test("the second run writes nothing, and reads the list of schedules once", async () => {
    const { result, requests, writes } = await site.during(() => site.apply(shop([NIGHTLY, OFTEN])));
    assert.deepEqual(writes, []);
    assert.ok(isSettled(result.plan));
    assert.equal(requests.filter(({ path }) => path.endsWith("/schedules")).length, 1);
  });

  test("what somebody deleted is put back, and what somebody added stays and is told", async () => {
    give(THEIRS, OFTEN);
    const { result, writes } = await site.during(() => site.apply(shop([NIGHTLY, OFTEN])));
    assert.deepEqual(writes.length, 1);
    assert.deepEqual(crons(), [THEIRS, OFTEN, NIGHTLY]);
    assert.deepEqual(
      result.plan.unmanaged.map(({ address, path, why }) => [address, path, why]),
      [[ADDRESS, THEIRS, "calls-here"]],
    );
    assert.ok(isSettled(await site.plan(shop([NIGHTLY, OFTEN]))));
  });

  test("one that is added between the plan and the write is not lost", async () => {
    const between = "15 15 * * *";
    const onEvent = (event) => {
      if (event.type === "start" && event.address === ADDRESS) give(...crons(), between);
    };
    await site.apply(shop([OFTEN, "7 7 * * *"]), { options: { onEvent } });
    assert.deepEqual(crons(), [THEIRS, OFTEN, between, "7 7 * * *"]);
    give(THEIRS, OFTEN, "7 7 * * *");
    await site.apply(shop([NIGHTLY, OFTEN]));
    assert.deepEqual([crons(), listed()], [[THEIRS, OFTEN, NIGHTLY], 1]);
  });

  test("one whose answer is lost is looked at before anything is sent again", async () => {
    site.local.setFaults(["PUT */schedules:lost:1"]);
    const { requests } = await site.during(() => site.apply(shop([OFTEN])));
    site.local.setFaults([]);
    assert.equal(puts(requests).length, 1);
    assert.deepEqual(crons(), [THEIRS, OFTEN]);
  });

  test("one that is there and not ours is adopted, or left alone", async () => {
    const refused = await site.apply(shop([OFTEN, THEIRS])).catch((error) => error);
    assert.deepEqual([refused.code, refused.exitCode, refused.resolve.adopt], ["CFD0560", 5, [ADDRESS]]);
    const { writes } = await site.during(() => site.apply(shop([OFTEN, THEIRS]), yes({ adopt: ["*"] })));
    assert.deepEqual(
      writes.map(({ path }) => path.split("/").at(-1)),
      ["script-settings"],
    );
    await site.apply(shop([OFTEN]));
    assert.deepEqual(crons(), [OFTEN]);
  });

  test("a block that is gone keeps them, and an empty list takes away ours alone", async () => {
    give(THEIRS, OFTEN);
    const { result, writes } = await site.during(() => site.apply(shop()));
    assert.deepEqual([writes, result.plan.orphans.map(({ address }) => address)], [[], [ADDRESS]]);
    const unsaid = await site.during(() => site.apply(shop([])).catch((error) => error));
    assert.deepEqual([unsaid.result.code, unsaid.writes], ["CFD0510", []]);
    assert.deepEqual(change(await site.plan(shop([]))).fields, [
      { path: "crons", old: [THEIRS, OFTEN], new: [THEIRS], secret: false, later: false },
    ]);
    await site.apply(shop([]), yes());
    assert.deepEqual([crons(), listed()], [[THEIRS], 0]);
    assert.ok(isSettled(await site.plan(shop([]))));
  });

  test("a Worker without schedules costs no read of them", async () => {
    const { requests } = await site.during(() => site.plan(shop()));
    assert.ok(!requests.some(({ path }) => path.endsWith("/schedules")));
  });

  test("those of others hold their Worker until they are given up, and ours go before it", async () => {
    await site.apply(shop([OFTEN]));
    const held = await site.during(() => site.destroy(shop([OFTEN])).catch((error) => error));
    assert.deepEqual([held.result.code, held.result.exitCode, held.writes], ["CFD0560", 5, []]);
    const { writes } = await site.during(() => site.destroy(shop([OFTEN]), yes({ take: [ADDRESS] })));
    const names = writes.map(({ method, path }) => `${method} ${path.split("/").at(-1)}`);
    assert.ok(names.indexOf("PUT schedules") < names.indexOf("DELETE shop"), names.join(" "));
    assert.equal(script(), undefined);
  });

  test("a Worker without the handler is told what it lacks", async () => {
    await site.bundle("page");
    const page = manifestOf(
      site,
      {
        worker_name: "page",
        script_bundle: { bucket: "bundles", path: "page.js" },
        schedules: [OFTEN],
        dns: undefined,
      },
      { name: "page" },
    );
    const error = await site.apply(page).catch((error) => error);
    assert.deepEqual([error.exitCode, error.notDone], [3, ["schedules:page"]]);
    assert.match(error.diagnostics.at(-1).help, /async scheduled\(controller, env, context\)/);
    const plan = await site.plan(page);
    assert.ok(plan.diagnostics.some(({ code, severity }) => code === "CFD0561" && severity === "warning"));
  });

  test("a time zone is refused with the schedule in UTC, before anything is asked", async () => {
    const zoned = shop([{ cron: "0 9 * * *", timezone: "Asia/Tokyo" }]);
    const { result, requests } = await site.during(() => site.apply(zoned).catch((error) => error));
    assert.deepEqual([result.exitCode, requests], [65, []]);
    assert.match(result.diagnostics[0].help, /write `0 0 \* \* \*`/);
  });
});
