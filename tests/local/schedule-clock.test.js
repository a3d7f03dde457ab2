import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { ScheduleClock } from "../../js/local/schedules/clock.js";
import { readCron } from "../../js/local/schedules/cron.js";
import { createState } from "../../js/local/state.js";

const MINUTE = 60_000;
const at = (text) => new Date(`${text}Z`);

/** Minutes of a span at which a cron is due, as `MM-DD HH:MM`. */
function due(cron, from, days) {
  const isDue = readCron(cron);
  const minutes = Array.from({ length: days * 1440 }, (_, minute) => new Date(Number(at(from)) + minute * MINUTE));
  return minutes.filter(isDue).map((time) => time.toISOString().slice(5, 16).replace("T", " "));
}

/** A clock that the test moves. `call`: what becomes of a handler. */
function clockOf(schedules, { call = async () => ({ outcome: "ok" }), start = "2026-01-01T00:00:30" } = {}) {
  let now = Number(at(start));
  const timers = new Set();
  const state = createState({ now: () => now });
  for (const [name, crons] of Object.entries(schedules)) {
    state.scripts.set(name, { name, schedules: crons.map((cron) => ({ cron })) });
  }
  const called = [];
  const said = [];
  const clock = new ScheduleClock({
    state,
    now: () => now,
    call: (script, { cron, scheduledTime }) => {
      called.push(`${script} ${cron} ${new Date(scheduledTime).toISOString().slice(11, 16)}`);
      return call(script);
    },
    say: (line) => said.push(line),
    timers: {
      set: (work, ms) => {
        const timer = { work, ms };
        timers.add(timer);
        return timer;
      },
      clear: (timer) => timers.delete(timer),
    },
  });
  const passes = async (ms) => {
    const [timer] = timers;
    now += ms ?? timer.ms;
    timers.delete(timer);
    timer.work();
    await turn();
    return timer.ms;
  };
  clock.start();
  return { clock, called, said, timers, passes, state };
}

describe("cron expressions", () => {
  test("minutes and hours: lists, ranges over the end, steps", () => {
    assert.deepEqual(due("30 22-1/3 * * *", "2026-03-01T00:00:00", 1), ["03-01 01:30", "03-01 22:30"]);
    assert.equal(due("*/15 * * * *", "2026-03-01T00:00:00", 1).length, 96);
    assert.deepEqual(due("50/5 3 * * *", "2026-03-01T00:00:00", 1), ["03-01 03:50", "03-01 03:55"]);
  });

  test("weekday 1 is Sunday, 6L the last Friday of the month, FRI#2 its second one", () => {
    assert.deepEqual(due("0 0 * * 1", "2026-03-01T00:00:00", 8), ["03-01 00:00", "03-08 00:00"]);
    assert.deepEqual(due("0 0 * * 6L", "2026-03-01T00:00:00", 31), ["03-27 00:00"]);
    assert.deepEqual(due("0 0 * * fri#2", "2026-03-01T00:00:00", 31), ["03-13 00:00"]);
    assert.deepEqual(due("0 0 * * L", "2026-03-01T00:00:00", 8), ["03-07 00:00"]);
  });

  test("the last day of a month, its last working day, and the working day next to a day", () => {
    assert.deepEqual(due("0 0 L FEB *", "2028-02-01T00:00:00", 29), ["02-29 00:00"]);
    assert.deepEqual(due("0 0 L-2 FEB *", "2028-02-01T00:00:00", 29), ["02-27 00:00"]);
    // 31 May 2026 is a Sunday, 1 August 2026 a Saturday, 15 August 2026 a Saturday, 16 August 2026 a Sunday.
    assert.deepEqual(due("0 0 LW 5 *", "2026-05-01T00:00:00", 31), ["05-29 00:00"]);
    assert.deepEqual(due("0 0 1W 8 *", "2026-08-01T00:00:00", 31), ["08-03 00:00"]);
    assert.deepEqual(due("0 0 15W 8 *", "2026-08-01T00:00:00", 31), ["08-14 00:00"]);
    assert.deepEqual(due("0 0 16W 8 *", "2026-08-01T00:00:00", 31), ["08-17 00:00"]);
  });

  test("where day and weekday both say something, either of them is enough", () => {
    assert.deepEqual(due("0 0 2 3 SUN", "2026-03-01T00:00:00", 8), ["03-01 00:00", "03-02 00:00", "03-08 00:00"]);
  });

  test("what is no expression is none", () => {
    for (const text of [
      "",
      "* * * *",
      "60 * * * *",
      "* * * * 0",
      "* * 0 * *",
      "1-2-3 * * * *",
      "*/60 * * * *",
      "x * * * *",
    ]) {
      assert.equal(readCron(text), null, text);
    }
  });
});

describe("the clock of schedules", () => {
  test("each minute calls what is due, with the cron and the time of its minute", async () => {
    const { called, passes } = clockOf({ a: ["*/2 * * * *", "1 0 * * *"], b: ["0 12 * * *"], c: [] });
    assert.equal(await passes(), 30_000);
    assert.deepEqual(called, ["a 1 0 * * * 00:01"]);
    assert.equal(await passes(), 60_000);
    assert.deepEqual(called, ["a 1 0 * * * 00:01", "a */2 * * * * 00:02"]);
  });

  test("a timer that is a little late makes up for the minute that passed, and after a long sleep only for the last ones", async () => {
    const { called, passes } = clockOf({ a: ["* * * * *"] });
    await passes(90_001);
    assert.deepEqual(called.splice(0), ["a * * * * * 00:01", "a * * * * * 00:02"]);
    await passes(24 * 60 * MINUTE);
    assert.deepEqual(called, ["a * * * * * 00:00", "a * * * * * 00:01", "a * * * * * 00:02"]);
  });

  test("a clock that stands still or goes back calls nothing twice, and is not asked without a pause", async () => {
    const { called, passes } = clockOf({ a: ["* * * * *"] }, { start: "2026-01-01T00:00:59.999" });
    assert.equal(await passes(0), 1000);
    await passes(-5 * MINUTE);
    assert.deepEqual(called, []);
  });

  test("a handler that throws is told, and stops nobody else", async () => {
    const call = async (script) => (script === "a" ? Promise.reject(new Error("it broke")) : { outcome: "ok" });
    const { clock, said } = clockOf({ a: ["* * * * *"], b: ["* * * * *"] }, { call });
    const runs = await clock.run(at("2026-05-05T05:05:05"));
    assert.deepEqual(
      runs.map(({ script, outcome, why, scheduledTime }) => [script, outcome, why, scheduledTime]),
      [
        ["a", "exception", "it broke", Number(at("2026-05-05T05:05:00"))],
        ["b", "ok", undefined, Number(at("2026-05-05T05:05:00"))],
      ],
    );
    assert.deepEqual(said, ["schedule * * * * *: Worker a failed: it broke"]);
  });

  test("a closed clock has no timer left", () => {
    const { clock, timers } = clockOf({ a: ["* * * * *"] });
    clock.close();
    assert.equal(timers.size, 0);
  });
});
