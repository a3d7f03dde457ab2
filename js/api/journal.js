/**
 * Which changes one call began and ended, seen from the host's side.
 *
 * The engine reports this itself as long as it lives; after a trap only the host still knows.
 */

import { watchSignal } from "./signal.js";

/**
 * @param {{ onEvent?: Function, fetch?: Function, signal?: AbortSignal }} host as the caller gave it
 * @returns {{ host: object, done: string[], open: Set<string>, close: () => void }}
 *   `host` is what the engine gets; `done` and `open` hold addresses; `close` when the call has ended
 */
export function createJournal({ onEvent, signal, ...rest }) {
  const done = [];
  const open = new Set();

  function record({ type, address }) {
    if (type === "start") open.add(address);
    if (type === "done" && open.delete(address)) done.push(address);
    if (type === "failed") open.delete(address);
  }

  function listen(event) {
    record(event);
    // A listener's failure, also one that comes later, must not leave a deployment half done.
    try {
      Promise.resolve(onEvent?.(event)).catch(() => {});
    } catch {
      // Thrown at once.
    }
  }

  const watched = signal && watchSignal(signal);
  const host = { ...rest, onEvent: listen, ...(watched && { signal: watched.view }) };
  return { host, done, open, close: () => watched?.release() };
}
