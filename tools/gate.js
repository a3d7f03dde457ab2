/**
 * Runs a program of this repository under the canary gate: a canary in its output fails it, and so does a whole run
 * that used too few of them to prove anything.
 *
 *     node tools/gate.js tools/test.js [ARGUMENT…]
 */
import { runGated } from "./gate/run.js";

/** What a whole run uses at least; a run of a part, which has arguments, may use less. */
const LEAST = {
  "tools/test.js": { apiToken: 1000, s3Secret: 100, secret: 50, otherSecret: 1, panic: 1, environment: 10 },
  "tools/fidelity.js": { apiToken: 20, s3Secret: 1, otherSecret: 1, environment: 1 },
  "tools/fault-grid.js": { apiToken: 1000, environment: 1 },
  "tools/demo.js": { secret: 1, environment: 1 },
};

/** What ends with a result of its own: the gate speaks up when something is wrong. */
const QUIET = ["tools/demo.js"];

const [program, ...words] = process.argv.slice(2);
if (!Object.hasOwn(LEAST, program)) throw new Error(`the gate knows ${Object.keys(LEAST).join(", ")}`);
process.exitCode = await runGated({
  command: [program, ...words],
  least: words.length === 0 ? LEAST[program] : {},
  isQuiet: QUIET.includes(program),
});
