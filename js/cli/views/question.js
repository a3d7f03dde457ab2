import { createInterface } from "node:readline/promises";

/**
 * One question with yes or no; only `y` and `yes` are yes.
 *
 * @param {import("../process.js").Context} context
 * @param {string} text
 * @returns {Promise<boolean>} no as well when the input ends or the run is interrupted
 */
export async function askYesNo({ stdin, stderr, interrupt }, text) {
  const lines = createInterface({ input: stdin, output: stderr });
  const ended = new Promise((resolve) => lines.once("close", () => resolve("")));
  // While a terminal's line is edited, Ctrl-C is a key and no signal.
  lines.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    const answer = await Promise.race([lines.question(`${text} [y/N] `, { signal: interrupt.signal }), ended]);
    return /^\s*y(es)?\s*$/i.test(answer);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
    return false;
  } finally {
    lines.close();
  }
}
