/** Wall times, each the best of some: other programs on this machine only ever add. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { performance } from "node:perf_hooks";

/** Milliseconds of the fastest of so many runs. `after` puts back what a run changed, and is not measured. */
export async function best(runs, work, after = async () => {}) {
  const times = [];
  for (let run = 0; run < runs; run += 1) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
    await after();
  }
  return Math.min(...times);
}

/** Runs Node to its end, which must be a good one. */
export async function node(...args) {
  const [exit] = await once(spawn(process.execPath, args, { stdio: "ignore" }), "exit");
  if (exit !== 0) throw new Error(`node ${args.join(" ")} ended with ${exit}`);
}

export const milliseconds = (time) => `${Math.round(time)} ms`;
export const times = (time, other) => `${(time / other).toFixed(1)} ×`;
