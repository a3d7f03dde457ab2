/**
 * Looks after one workerd while requests are under way in it. Its Workers share one thread: one that never gives it back
 * stops all of them, and no answer to a heartbeat is how that shows.
 */
import { setTimeout as sleep } from "node:timers/promises";

/** Between two heartbeats. */
const BEAT_MS = 250;
/** Without an answer for so long, somebody computes. */
const STALL_MS = 1000;

/**
 * @param {object} parts
 * @param {() => boolean} parts.busy whether anything is under way
 * @param {() => Promise<unknown>} parts.beat resolves when workerd has answered
 * @param {() => number} parts.stalled somebody holds the thread: resolves others to another workerd, says after how many
 *   milliseconds in all he is stopped
 * @param {() => void} parts.recovered he has given it back in time
 * @param {() => void} parts.exceeded he has not
 * @returns {() => void} starts it, unless it runs
 */
export function createWatch({ busy, beat, stalled, recovered, exceeded }) {
  let running = false;
  async function watch() {
    while (await stillBusy(busy)) {
      const answered = beat().then(
        () => true,
        () => true,
      );
      if (await inTime(answered, STALL_MS)) continue;
      const limitMs = stalled();
      if (await inTime(answered, limitMs - STALL_MS)) recovered();
      else return exceeded();
    }
  }
  return () => {
    if (running) return;
    running = true;
    watch().finally(() => {
      running = false;
    });
  };
}

async function stillBusy(busy) {
  await sleep(BEAT_MS, undefined, { ref: false });
  return busy();
}

/** This process may have slept as well: what has arrived meanwhile is looked at before the verdict. */
async function inTime(answered, withinMs) {
  const over = new AbortController();
  const late = sleep(Math.max(0, withinMs), false, { signal: over.signal, ref: false }).catch(() => false);
  const first = await Promise.race([answered, late]);
  over.abort();
  return first || Promise.race([answered, afterPoll()]);
}

function afterPoll() {
  return new Promise((resolve) => setTimeout(() => setImmediate(resolve, false), 0));
}
