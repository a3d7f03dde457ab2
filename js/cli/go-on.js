/** The command that goes on where a run was refused: the same one, with the flags that allow what it lacked. */

import { commandLine } from "./command-line.js";

/** After a plan: the `apply` that solves all its conflicts. */
export function applyInstead({ resolve = [] }, { paths, flags }) {
  return resolve.length > 0 ? `Go on: ${commandLine(["apply", ...paths, ...wordsOf(resolve)], flags)}` : undefined;
}

/** After a refusal: this run's own words, and the flags. @param {string[]} argv */
export function sameAgain({ resolve = [] }, argv) {
  return resolve.length > 0 ? `Go on: ${commandLine([...argv, ...wordsOf(resolve)])}` : undefined;
}

/** `--take route:a.example.com/*` is two words. */
const wordsOf = (flags) => flags.flatMap((flag) => flag.split(" "));
