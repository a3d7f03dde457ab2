/** Ctrl-C and SIGTERM: the first one asks the run to stop, the second one ends the process. */

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 };

/**
 * @typedef {object} Interrupt
 * @property {AbortSignal} signal aborts at the first one
 * @property {() => number | undefined} exitCode 130 or 143 once it happened
 * @property {(say: () => void) => void} onFirst called when the run is asked to stop
 * @property {() => void} release
 */

/**
 * @param {NodeJS.Process} process
 * @returns {Interrupt}
 */
export function watchInterrupts(process) {
  const controller = new AbortController();
  let exitCode;
  let say = () => {};

  function interrupted(name) {
    if (exitCode !== undefined) process.exit(exitCode);
    exitCode = EXIT_CODES[name];
    say();
    controller.abort();
  }

  for (const name of Object.keys(EXIT_CODES)) process.on(name, interrupted);
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    onFirst: (callback) => {
      say = callback;
    },
    release: () => {
      for (const name of Object.keys(EXIT_CODES)) process.off(name, interrupted);
    },
  };
}
