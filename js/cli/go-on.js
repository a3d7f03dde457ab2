/** The command that goes on where a run was refused: the same one, with the flags that allow what it lacked. */

import { commandLine } from "./command-line.js";

/** After a plan: the `apply` that solves all its conflicts, and does what was just shown. */
export function applyInstead({ resolve = [], needsYes = [] }, { paths, flags }) {
  if (resolve.length === 0) return undefined;
  const yes = needsYes.length > 0 ? ["--yes"] : [];
  return `Go on: ${commandLine(["apply", ...paths, ...wordsOf(resolve), ...yes], flags)}`;
}

/** After a refusal: this run's own words, and the flags. @param {string[]} argv */
export function sameAgain({ resolve = [] }, argv) {
  return resolve.length > 0 ? `Go on: ${commandLine([...argv, ...wordsOf(resolve)])}` : undefined;
}

/** `--take route:a.example.com/*` is two words. */
const wordsOf = (flags) => flags.flatMap((flag) => flag.split(" "));
