/**
 * The compiled engine, got once for all calls: a file beside this package, or a download.
 *
 * @param {WebAssembly.Module | ((signal: AbortSignal) => WebAssembly.Module | Promise<WebAssembly.Module>)} module the
 *   compiled engine, or how to get it; the signal ends what nobody waits for any more
 * @returns {(signal?: AbortSignal) => Promise<WebAssembly.Module>} rejects when the signal is aborted first
 */
export function createDownload(module) {
  let current;

  function begin() {
    const stop = new AbortController();
    const download = { stop, waiting: 0, compiled: got(module, stop.signal) };
    // One that failed or was ended may succeed next time.
    download.compiled.catch(() => forget(download));
    return download;
  }

  function forget(download) {
    if (current === download) current = undefined;
  }

  return async (signal) => {
    current ??= begin();
    const download = current;
    download.waiting += 1;
    try {
      return await before(signal, download.compiled);
    } catch (error) {
      if (download.waiting === 1) {
        forget(download);
        download.stop.abort();
      }
      throw error;
    } finally {
      download.waiting -= 1;
    }
  };
}

async function got(module, signal) {
  return typeof module === "function" ? module(signal) : module;
}

/** What a promise gives, unless the signal is aborted before that. */
async function before(signal, promise) {
  if (!signal) return promise;
  let stopped;
  const aborted = new Promise((_, reject) => {
    stopped = () => reject(new Error("nobody waits for the engine any longer"));
    if (signal.aborted) stopped();
    else signal.addEventListener("abort", stopped);
  });
  try {
    // What is there already counts, whatever else happens in this moment.
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stopped);
  }
}
