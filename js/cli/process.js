/** Runs the command line in this process: its streams, its signals, its exit code. */

import { loadApi } from "./engine.js";
import { watchInterrupts } from "./interrupt.js";
import { runProgram } from "./program.js";

/**
 * What a command sees of the outside; tests give their own.
 *
 * @typedef {object} Context
 * @property {Record<string, string | undefined>} env
 * @property {string} cwd
 * @property {NodeJS.ReadStream} stdin
 * @property {NodeJS.WriteStream} stdout data; only `out` writes to it
 * @property {NodeJS.WriteStream} stderr talk; only `err` and a question write to it
 * @property {import("./output.js").Output} out
 * @property {import("./output.js").Output} err
 * @property {() => Promise<typeof import("../index.js")>} loadApi loads the engine when a command needs it
 * @property {import("./interrupt.js").Interrupt} interrupt
 * @property {string} version of the package
 * @property {boolean} [stdinRead]
 */

/**
 * @param {string[]} argv without node and script
 * @param {string} version
 */
export async function runProcess(argv, version) {
  const { env, stdin, stdout, stderr } = process;
  const interrupt = watchInterrupts(process);
  const context = { env, cwd: process.cwd(), stdin, stdout, stderr, loadApi, interrupt, version };
  process.exitCode = await runProgram(argv, context);
  interrupt.release();
}
