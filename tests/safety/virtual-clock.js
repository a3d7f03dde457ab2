/**
 * Time for the engine and for the Local Cloudflare that it talks to: it stands still while anybody works, and jumps to
 * the next timer when all wait for it. A five-minute block costs milliseconds, and a slow machine times nothing out.
 */

/** How often those are asked again whose requests are under way, in real milliseconds. */
const LOOK_MS = 1;

/** @param {{ start?: number }} [options] milliseconds since the epoch */
export function createVirtualClock({ start = Date.now() } = {}) {
  const timers = new Map();
  let now = start;
  let nextId = 1;
  let flights = 0;
  let stuck = () => 0;
  let looking = false;

  function look() {
    if (looking) return;
    looking = true;
    // Everything that is ready to run goes first.
    setImmediate(() => setImmediate(advance));
  }

  function advance() {
    looking = false;
    if (timers.size === 0) return;
    if (flights > stuck()) return void setTimeout(look, LOOK_MS);
    const [id, first] = [...timers].reduce((soonest, timer) => (timer[1].at < soonest[1].at ? timer : soonest));
    timers.delete(id);
    now = Math.max(now, first.at);
    first.run();
    look();
  }

  return {
    now: () => now,
    /** What the engine asks: the time, and how a date is read and written. */
    Date: class extends Date {
      static now() {
        return now;
      }
    },
    /** What the engine measures by. */
    performance: { now: () => now - start },
    setTimeout(run, milliseconds) {
      const id = nextId++;
      timers.set(id, { run, at: now + milliseconds });
      look();
      return id;
    },
    clearTimeout: (id) => void timers.delete(id),
    /** Time passes although these many requests are under way: nobody will answer them. */
    whenStuck(count) {
      stuck = count;
    },
    /** Forgets all timers, as when the process ends. */
    stop: () => timers.clear(),
    /** A `fetch` during which time stands still, as it does while its body is read. */
    async fetch(url, init) {
      const response = await flying(() => fetch(url, init), init.signal);
      const body = response.body && watched(response.body, (read) => flying(read, init.signal));
      return { status: response.status, headers: response.headers, body };
    },
  };

  /** Work that others do meanwhile, or that is given up. */
  async function flying(work, signal) {
    flights += 1;
    let landed = false;
    const land = () => {
      if (!landed) flights -= 1;
      landed = true;
      look();
    };
    signal.addEventListener("abort", land, { once: true });
    try {
      return await work();
    } finally {
      signal.removeEventListener("abort", land);
      land();
    }
  }
}

/** A body that is fetched when it is asked for, and not ahead: the engine may leave one unread for long. */
function watched(stream, flying) {
  const reader = stream.getReader();
  const source = {
    async pull(controller) {
      const { done, value } = await flying(() => reader.read());
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}
