/** Named steps with their times, so that a slow or failed one is seen at once. */
import { performance } from "node:perf_hooks";

const times = [];

/** Runs one step. `work` may return a note (a size, "up to date"), which is printed beside the time. */
export async function stage(name, work) {
  const start = performance.now();
  try {
    const note = await work();
    report(name, start, note);
  } catch (error) {
    report(name, start, "FAILED");
    throw error;
  }
}

function report(name, start, note = "") {
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  times.push(Number(seconds));
  process.stderr.write(`${name.padEnd(28)} ${seconds.padStart(7)} s  ${note}\n`);
}

/** Runs the steps of a script, which may answer what came of them: a failed one ends it with the message, without a stack of our own. */
export async function main(title, steps) {
  try {
    const result = (await steps()) ?? "done";
    const total = times.reduce((sum, seconds) => sum + seconds, 0).toFixed(1);
    process.stderr.write(`${title}: ${result} in ${total} s\n`);
  } catch (error) {
    process.stderr.write(`${error.message}\n${title}: failed\n`);
    process.exitCode = 1;
  }
}
