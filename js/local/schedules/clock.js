/**
 * The clock of cron schedules: each minute, the `scheduled` handlers of all Workers that are due. What was due while nobody
 * looked is not made up for. https://developers.cloudflare.com/workers/configuration/cron-triggers/
 */
import { readCron } from "./cron.js";

const MINUTE_MS = 60_000;
/** After a minute that did not pass, as on a clock that stands still. */
const LEAST_WAIT_MS = 1000;
/** Minutes that are made up for when a timer is late. */
const MOST_LATE = 3;
const TIMERS = {
  set: (work, ms) => setTimeout(work, ms).unref(),
  clear: clearTimeout,
};

/**
 * @typedef {object} ScheduledRun
 * @property {string} script
 * @property {string} cron
 * @property {number} scheduledTime milliseconds
 * @property {string} outcome `ok`, or how the handler failed
 * @property {string} [why]
 */

export class ScheduleClock {
  #state;
  #call;
  #now;
  #timers;
  #say;
  #timer;
  #seen;

  /**
   * @param {object} options
   * @param {object} options.state
   * @param {(script: string, event: { cron: string, scheduledTime: number }) => Promise<{ outcome: string, why?: string }>} options.call
   * @param {() => number} options.now milliseconds
   * @param {(line: string) => void} [options.say] hears of handlers that fail
   * @param {{ set: (work: () => void, ms: number) => any, clear: (timer: any) => void }} [options.timers]
   */
  constructor({ state, call, now, say = () => {}, timers = TIMERS }) {
    this.#state = state;
    this.#call = call;
    this.#now = now;
    this.#say = say;
    this.#timers = timers;
  }

  start() {
    this.#seen = minuteOf(this.#now());
    this.#wait();
  }

  close() {
    this.#timers.clear(this.#timer);
  }

  /** Calls whatever is due in the minute of that time, as if the clock stood there. @returns {Promise<ScheduledRun[]>} */
  run(at = this.#now()) {
    const scheduledTime = minuteOf(Number(at));
    const due = [...this.#state.scripts.values()].flatMap(({ name, schedules }) =>
      schedules.filter(({ cron }) => readCron(cron)?.(new Date(scheduledTime))).map(({ cron }) => [name, cron]),
    );
    return Promise.all(due.map(([script, cron]) => this.fire(script, { cron, scheduledTime })));
  }

  /** Calls one Worker, whether or not that is due. @returns {Promise<ScheduledRun>} */
  async fire(script, event) {
    const failed = (error) => ({ outcome: "exception", why: error.message });
    const { outcome, why } = await this.#call(script, event).catch(failed);
    if (outcome !== "ok") this.#say(`schedule ${event.cron}: Worker ${script} failed: ${why ?? outcome}`);
    return { script, ...event, outcome, ...(why !== undefined && { why }) };
  }

  #wait() {
    const now = this.#now();
    const rest = MINUTE_MS - (now % MINUTE_MS);
    this.#timer = this.#timers.set(() => this.#tick(), Math.max(rest, LEAST_WAIT_MS));
  }

  #tick() {
    const minute = minuteOf(this.#now());
    const first = Math.max(this.#seen + MINUTE_MS, minute - (MOST_LATE - 1) * MINUTE_MS);
    for (let at = first; at <= minute; at += MINUTE_MS) this.run(at);
    this.#seen = Math.max(this.#seen, minute);
    this.#wait();
  }
}

const minuteOf = (ms) => Math.floor(ms / MINUTE_MS) * MINUTE_MS;
