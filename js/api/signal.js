/**
 * A caller's `AbortSignal` as one call sees it.
 *
 * The engine listens once for each request. All of that hangs on one listener here, which goes when the call ends: a
 * signal that serves many calls gathers nothing.
 *
 * @param {AbortSignal} signal
 * @returns {{ view: { aborted: boolean, addEventListener: Function }, release: () => void }}
 */
export function watchSignal(signal) {
  const listeners = new Set();

  function tell(event) {
    for (const listener of listeners) listener(event);
  }

  signal.addEventListener("abort", tell);
  const view = {
    get aborted() {
      return signal.aborted;
    },
    addEventListener: (_type, listener) => listeners.add(listener),
    removeEventListener: (_type, listener) => listeners.delete(listener),
  };
  return { view, release: () => signal.removeEventListener("abort", tell) };
}
