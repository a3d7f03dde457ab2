/**
 * Runs the compiled engine: one instance for each top-level call.
 *
 * A trap (panic, stack overflow, memory exhausted) leaves an instance unusable, and in asynchronous code the promise
 * of the call would never settle while the exception surfaces as an uncaught one. So every call has an instance of its
 * own (about 0.4 ms), and every way into that instance is watched: a trap rejects this call and no other.
 */

import { createDownload } from "./download.js";

/** The engine stopped on a defect of its own. `mayHaveWritten`: a request that changes something had been sent. */
export class EngineTrap extends Error {
  constructor(cause, { mayHaveWritten, where }) {
    super(`the engine stopped on an internal error${where ? ` at ${where}` : ""}`, { cause });
    this.name = "EngineTrap";
    this.mayHaveWritten = mayHaveWritten;
  }
}

/**
 * @param {object} options
 * @param {Parameters<typeof createDownload>[0]} options.module the compiled engine, or how to get it: asked for once, at
 *   the first call.
 * @param {(globals: object) => Record<string, Function>} options.createGlue wasm-bindgen's JavaScript as a factory: the
 *   build makes it.
 */
export function createEngine({ module, createGlue }) {
  const load = createDownload(module);

  return {
    /** Resolves when calls start at once; rejects when the signal comes first. */
    ready: load,

    /**
     * Calls an export in a new instance. The argument with functions of the host (`fetch`, `onEvent`) always has a
     * `fetch` when the engine gets it: the host's own or else the runtime's, watched.
     * @throws {EngineTrap} when the instance trapped
     */
    async call(name, ...args) {
      const compiled = await load();
      return new Promise((resolve, reject) => runCall({ compiled, createGlue, name, args, resolve, reject }));
    },
  };
}

function runCall({ compiled, createGlue, name, args, resolve, reject }) {
  const requests = watchRequests(args.find(isHost)?.fetch);
  const timers = trackTimers();
  let where;
  const guard = createGuard((cause) => {
    timers.clear();
    reject(new EngineTrap(cause, { mayHaveWritten: requests.wrote, where }));
  });
  const glue = createGlue({
    ...timers.globals,
    fetch: requests.fetch,
    Date,
    performance,
    WebAssembly: { Module: WebAssembly.Module, Instance: guard.Instance },
    // The instance goes as a whole; a finalizer would only call into one that may have trapped.
    FinalizationRegistry: undefined,
    reportPanic: (location) => {
      where = location;
    },
  });
  try {
    const result = guard.direct(() => {
      glue.initSync({ module: compiled });
      if (typeof glue[name] !== "function") throw new TypeError(`the engine has no export \`${name}\``);
      const { fetch, takesStreams } = requests;
      return glue[name](...args.map((arg) => (isHost(arg) ? { ...arg, fetch, takesStreams } : arg)));
    });
    // Not resolve(result): that would tie this call to a promise that a trap leaves pending for ever.
    Promise.resolve(result).then(resolve, reject);
  } catch (error) {
    reject(error); // After a trap the call is already rejected, and this changes nothing.
  }
}

const isHost = (value) => typeof value?.fetch === "function" || typeof value?.onEvent === "function";

/**
 * Watches all ways into one instance. Whatever leaves an export as an exception has skipped the engine's own clean-up,
 * also when JavaScript that the engine called threw it: the instance is never entered again.
 */
function createGuard(onTrap) {
  let trapped;
  let depth = 0;

  function watch(run) {
    return (...args) => {
      if (trapped) return leave();
      depth += 1;
      try {
        return run(...args);
      } catch (error) {
        if (!trapped) {
          trapped = { error };
          onTrap(error);
        }
      } finally {
        depth -= 1;
      }
      return leave();
    };
  }

  // Frames below must unwind. A callback from the event loop has none, and nobody to catch: the call is rejected
  // already. The generated JavaScript reads results by index, which an empty list allows.
  function leave() {
    if (depth > 0) throw trapped.error;
    return [];
  }

  function Instance(module, imports) {
    const { exports } = new WebAssembly.Instance(module, imports);
    const entries = Object.entries(exports);
    return {
      exports: Object.fromEntries(
        entries.map(([key, value]) => [key, typeof value === "function" ? watch(value) : value]),
      ),
    };
  }

  /** Runs the call itself: here the caller catches. */
  function direct(run) {
    depth += 1;
    try {
      return run();
    } finally {
      depth -= 1;
    }
  }

  return { Instance, direct };
}

/**
 * A `fetch` that remembers whether a request that changes something was handed over. The runtime's own takes streams; one
 * of a caller says so by a property of that name, since not every library knows streams of the web.
 */
function watchRequests(given) {
  const fetch = given ?? globalThis.fetch;
  const requests = {
    wrote: false,
    takesStreams: given === undefined || given.takesStreams === true,
    fetch(input, init) {
      const method = init?.method ?? input?.method ?? "GET";
      if (method !== "GET" && method !== "HEAD") requests.wrote = true;
      return fetch(input, init);
    },
  };
  return requests;
}

/** Timers of one call: after a trap nobody waits for them, and they would keep the process alive. */
function trackTimers() {
  const pending = new Set();
  return {
    globals: {
      setTimeout(run, ms) {
        const timer = setTimeout(() => {
          pending.delete(timer);
          run();
        }, ms);
        pending.add(timer);
        return timer;
      },
      clearTimeout(timer) {
        pending.delete(timer);
        clearTimeout(timer);
      },
    },
    clear() {
      for (const timer of pending) clearTimeout(timer);
    },
  };
}
