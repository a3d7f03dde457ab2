/** Ctrl-C and SIGTERM: the first one asks the run to stop, a later one ends the process. */

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 };

/** npm and timeout send a terminal's signal on to a child that has had it already: an echo is no second wish. */
const ECHO_MS = 500;

/**
 * @typedef {object} Interrupt
 * @property {AbortSignal} signal aborts at the first one
 * @property {() => number | undefined} exitCode 130 or 143 once it happened
 * @property {(say: () => void) => void} onFirst called when the run is asked to stop
 * @property {() => void} own from here on nobody else's listener may end the process
 * @property {() => void} release
 */

/**
 * @param {NodeJS.Process} process
 * @returns {Interrupt}
 */
export function watchInterrupts(process) {
  const controller = new AbortController();
  let first;
  let say = () => {};

  function interrupted(name) {
    const now = Date.now();
    if (first && now - first.at < ECHO_MS) return;
    if (first) process.exit(first.exitCode);
    first = { at: now, exitCode: EXIT_CODES[name] };
    say();
    controller.abort();
  }

  /** Miniflare ends the process at once, which would cut our own ending short; it adds its listeners at any time. */
  function removeForeign(name, listener) {
    if (name in EXIT_CODES && listener !== interrupted) queueMicrotask(() => process.off(name, listener));
  }

  for (const name of Object.keys(EXIT_CODES)) process.on(name, interrupted);
  return {
    signal: controller.signal,
    exitCode: () => first?.exitCode,
    onFirst: (callback) => {
      say = callback;
    },
    own: () => process.on("newListener", removeForeign),
    release: () => {
      process.off("newListener", removeForeign);
      for (const name of Object.keys(EXIT_CODES)) process.off(name, interrupted);
    },
  };
}
