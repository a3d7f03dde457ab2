/** Cron schedules in Local Cloudflare: the `scheduled` handler of the live version runs in workerd. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startSite } from "./live-site.js";

const WORKER = (version) => `
const seen = [];
export default {
  async scheduled({ cron, scheduledTime }, env, context) {
    if (cron === "13 13 13 * *") throw new Error("bad luck");
    seen.push(["${version}", cron, new Date(scheduledTime).toISOString()]);
  },
  fetch: () => Response.json(seen),
};`;

let site;
before(async () => {
  site = await startSite();
  assert.ok((await site.deploy("timed", WORKER("one"))).success);
  assert.ok((await site.deploy("plain", "export default { fetch: () => new Response('hello') };")).success);
});
after(() => site.close());

const put = (name, crons) =>
  site.send(
    "PUT",
    `/accounts/${site.local.accountId}/workers/scripts/${name}/schedules`,
    JSON.stringify(crons.map((cron) => ({ cron }))),
    { "content-type": "application/json" },
  );
const seen = async () => JSON.parse(await (await site.visit("timed")).text());

describe("schedules", () => {
  test("those that are due at a time call the handler with their cron and that time", async () => {
    assert.ok((await put("timed", ["30 3 * * *", "*/10 * * * *"])).success);
    const runs = await site.local.runSchedules(Date.UTC(2026, 0, 5, 3, 30, 59));
    assert.deepEqual(
      runs.map(({ script, cron, outcome }) => [script, cron, outcome]),
      [
        ["timed", "30 3 * * *", "ok"],
        ["timed", "*/10 * * * *", "ok"],
      ],
    );
    assert.deepEqual((await seen()).sort(), [
      ["one", "*/10 * * * *", "2026-01-05T03:30:00.000Z"],
      ["one", "30 3 * * *", "2026-01-05T03:30:00.000Z"],
    ]);
    assert.deepEqual(await site.local.runSchedules(new Date("2026-01-05T03:31:00Z")), []);
  });

  test("a handler that throws is told with what it threw", async () => {
    assert.ok((await put("timed", ["13 13 13 * *"])).success);
    const [run] = await site.local.runSchedules(Date.UTC(2026, 0, 13, 13, 13));
    assert.equal(run.outcome, "exception");
  });

  test("a request to the Worker's host calls its handler at once, as wrangler dev does", async () => {
    const answer = await site.visit("timed", { path: "/cdn-cgi/handler/scheduled?cron=0+0+*+*+*&time=1767225600000" });
    assert.deepEqual([answer.status, await answer.text()], [200, "ok\n"]);
    assert.deepEqual((await seen()).at(-1), ["one", "0 0 * * *", "2026-01-01T00:00:00.000Z"]);
    const plain = await site.visit("plain", { path: "/cdn-cgi/handler/scheduled" });
    assert.equal(plain.status, 500);
  });

  test("the live version is called, and schedules go with their Worker", async () => {
    assert.ok((await put("timed", ["0 0 * * *"])).success);
    assert.ok((await site.deploy("timed", WORKER("two"))).success);
    await site.local.runSchedules(0);
    assert.deepEqual(await seen(), [["two", "0 0 * * *", "1970-01-01T00:00:00.000Z"]]);
    await site.send("DELETE", `/accounts/${site.local.accountId}/workers/scripts/timed`);
    assert.deepEqual(await site.local.runSchedules(0), []);
  });
});
