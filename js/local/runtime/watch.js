/**
 * Looks after one workerd while requests are under way in it. Its Workers share one thread: one that never gives it back
 * stops all of them, and no answer to a heartbeat is how that shows. What counts is the time that workerd computes, not
 * the time that passes: on a busy machine it may wait for its turn.
 */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** Between two heartbeats. */
const BEAT_MS = 250;
/** Between two looks at the time while there is no answer. */
const LOOK_MS = 50;
/** After so much computing without an answer, somebody holds the thread. */
export const STALL_MS = 1000;
/** Of the counters in Linux's process table. */
const TICKS_PER_SECOND = 100;

/**
 * @param {object} parts
 * @param {() => boolean} parts.busy whether anything is under way
 * @param {() => Promise<unknown>} parts.beat resolves when workerd has answered
 * @param {() => Promise<number>} parts.spentMs what workerd has computed so far
 * @param {() => number} parts.stalled somebody holds the thread; says how many milliseconds he may compute in all
 * @param {() => void} parts.recovered he has given it back in time
 * @param {() => void} parts.exceeded he has not
 * @param {(ms: number) => Promise<unknown>} [parts.pause]
 * @returns {() => Promise<void>} starts it, unless it runs; resolves when nothing is under way any more
 */
export function createWatch({ busy, beat, spentMs, stalled, recovered, exceeded, pause = unheldPause }) {
  let running;

  /** @returns {Promise<boolean>} false: the limit is exceeded */
  async function oneBeat() {
    const before = await spentMs();
    let answered = false;
    const over = () => {
      answered = true;
    };
    beat().then(over, over);
    let limitMs;
    while (!answered) {
      await pause(LOOK_MS);
      const spent = (await spentMs()) - before;
      if (answered) break;
      if (limitMs === undefined && spent >= STALL_MS) limitMs = stalled();
      if (limitMs !== undefined && spent >= limitMs) return false;
    }
    if (limitMs !== undefined) recovered();
    return true;
  }

  async function watch() {
    for (;;) {
      await pause(BEAT_MS);
      if (!busy()) return;
      if (!(await oneBeat())) return exceeded();
    }
  }

  return () => {
    running ??= watch().finally(() => {
      running = undefined;
    });
    return running;
  };
}

/** Where the system does not tell, all time that passes counts. */
export async function computedMs({ pid }) {
  if (process.platform !== "linux") return performance.now();
  const table = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  if (table === "") return 0;
  // Behind the name, which may hold anything but ends with the last bracket: the twelfth and thirteenth field.
  const fields = table.slice(table.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

/** Keeps nobody waiting at the end of the process. */
function unheldPause(ms) {
  return sleep(ms, undefined, { ref: false });
}
