/** Requests per five minutes and credential. https://developers.cloudflare.com/fundamentals/api/reference/limits/ */
import { ApiError } from "../envelope.js";

const WINDOW_SECONDS = 300;

/** Counts in the headers; with `rateLimit: "enforce"` refuses with 429 until the window is over. */
export function createRate(state, switches) {
  const windows = new Map();
  const seconds = () => state.clock.now() / 1000;

  function windowOf(id) {
    const known = windows.get(id);
    if (known && seconds() < known.end) return known;
    const fresh = { end: seconds() + WINDOW_SECONDS, used: 0 };
    windows.set(id, fresh);
    return fresh;
  }

  function count(actorId) {
    const window = windowOf(actorId);
    window.used += 1;
    if (switches.rateLimit !== "enforce" || window.used <= switches.rateQuota) return;
    throw new ApiError(429, 971, "Please wait and consider throttling your request speed");
  }

  function quota(actorId) {
    const window = windowOf(actorId);
    return {
      limit: switches.rateQuota,
      remaining: Math.max(0, switches.rateQuota - window.used),
      resetSeconds: Math.ceil(window.end - seconds()),
      windowSeconds: WINDOW_SECONDS,
    };
  }

  return { count, quota };
}
