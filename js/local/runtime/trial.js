/** Workerds for scripts that nobody deployed yet: one that starts many in isolates of their own, and one for a Worker alone. */
import { ENTRY, ended, loadMiniflare, newSecret, ourWorker, sharedOptions, workerOptions } from "./miniflare.js";
import { CHECKER_SOURCE, GATE_SOURCE } from "./sources.js";

/** A script has so long to start. */
const START_MS = 5000;
/** For a Worker that only has to start. */
const NOWHERE = { address: "127.0.0.1:1", headers: {} };

/**
 * A workerd that starts scripts in isolates of their own and tells how that went.
 * @returns {Promise<{ check(script: object): Promise<object>, close(): Promise<void> }>}
 *   `check` resolves to `{ handlers, named }` or `{ error }`; rejects with a `TimeoutError` when there is no answer in time
 */
export async function startChecker(output) {
  const namespace = await loadMiniflare();
  const secret = newSecret();
  let process;
  const checker = new namespace.Miniflare({
    ...sharedOptions(namespace, output, (started) => {
      process = started;
    }),
    workers: [{ ...ourWorker(ENTRY, CHECKER_SOURCE), bindings: { SECRET: secret }, workerLoaders: { LOADER: {} } }],
  });
  const url = await checker.unsafeGetDirectURL(ENTRY);
  return {
    async check(script) {
      const signal = AbortSignal.timeout(START_MS);
      const headers = { "x-local-secret": secret };
      const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(script), signal });
      return response.json();
    },
    close: () => ended(checker, process),
  };
}

/**
 * Starts one Worker alone, with nothing else in its workerd.
 * @template T
 * @param {import("./miniflare.js").LoadedWorker} worker
 * @param {(ask: () => Promise<Response>) => Promise<T>} use what to do with it once it runs; `ask` requests it
 * @returns {Promise<T>}
 * @throws {Error} with workerd's message
 */
export async function startAlone(worker, use) {
  const namespace = await loadMiniflare();
  const lines = [];
  const secret = newSecret();
  let process;
  const gate = {
    ...ourWorker(ENTRY, GATE_SOURCE),
    bindings: { SECRET: secret },
    serviceBindings: { ALONE: worker.name },
  };
  const alone = new namespace.Miniflare({
    ...sharedOptions(
      namespace,
      (line) => lines.push(line),
      (started) => {
        process = started;
      },
    ),
    workers: [gate, workerOptions(namespace, { ...worker, store: () => NOWHERE })],
  });
  const ask = (url) => () => fetch(url, { headers: { "x-local-secret": secret } });
  try {
    return await inTime(alone.unsafeGetDirectURL(ENTRY).then((url) => use(ask(url))));
  } catch (error) {
    throw error.name === "TimeoutError" ? error : new Error(startMessage(lines) || error.message, { cause: error });
  } finally {
    await ended(alone, process);
  }
}

function inTime(promise) {
  const signal = AbortSignal.timeout(START_MS);
  const late = new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  return Promise.race([promise, late]);
}

/** workerd's own words for a script that does not start, out of what it printed. */
function startMessage(lines) {
  const text = lines.join("\n");
  const start = text.search(/Uncaught |No such compatibility flag|The compatibility flag|This Worker requires/);
  return start === -1 ? text.trim() : text.slice(start).trim();
}
