/** Waiting for the engine itself, which a page downloads: as a part of the call, within its time and its signal. */

import { DeployError } from "../errors.js";

/** Ten minutes, as a run has. */
const DEFAULT_TIMEOUT_MS = 600_000;

const NO_ANSWER = "CFD0602";
const INTERRUPTED = { code: "CFD0608", exitCode: 130, message: "stopped while the engine was still being loaded" };

/**
 * @param {{ ready?: (signal: AbortSignal) => Promise<unknown> }} engine one without `ready` is there
 * @param {{ timeoutMs?: number, signal?: AbortSignal }} bounds of the call
 * @returns {Promise<number>} milliseconds that are left of the call's time
 * @throws {DeployError} 130 for the signal, 1 when the time is over or the engine can't be got
 */
export async function loaded(engine, { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = {}) {
  if (!engine.ready) return timeoutMs;
  const started = performance.now();
  const stop = new AbortController();
  const giveUp = () => stop.abort();
  const timer = setTimeout(giveUp, Math.min(timeoutMs, LONGEST_TIMER_MS));
  signal?.addEventListener("abort", giveUp);
  if (signal?.aborted) giveUp();
  try {
    await engine.ready(stop.signal);
  } catch (error) {
    throw new DeployError(failure(error, { signal, stop, took: performance.now() - started }));
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
  }
  return timeoutMs - (performance.now() - started);
}

/** `setTimeout` takes no more: beyond, it would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function failure(error, { signal, stop, took }) {
  if (signal?.aborted) return INTERRUPTED;
  if (!stop.signal.aborted) {
    const help = "check that the page can reach the file of the engine, then call again";
    return { code: NO_ANSWER, message: `the engine can't be loaded: ${error?.message ?? error}`, help, cause: error };
  }
  const message = `gave up after ${(took / 1_000).toFixed(1)} s; the engine was still being loaded`;
  return { code: "CFD0609", message, help: "raise `--timeout`, or run the same command again" };
}
