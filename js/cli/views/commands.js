/** A finding may name the command or the options that do what its help says: told in words that a shell reads. */

import { callOption, commandLine } from "../command-line.js";

/**
 * @param {import("./index.js").View} view
 * @param {{ local?: boolean }} flags that such a command needs as well
 * @returns {import("./index.js").View}
 */
export function withCommands(view, flags) {
  const told = (finding) => withCommand(finding, flags);
  return {
    ...view,
    event: (event) => view.event(told(event)),
    diagnostics: (list) => view.diagnostics(list.map(told)),
    checkup: (value) => view.checkup({ ...value, checks: value.checks.map(told) }),
    failure(error, interrupted, goOn) {
      // In place: the summary of the run tells it as well.
      if (error?.diagnostics) {
        const cause = error.diagnostics.find(
          ({ code, help, next, options }) => (next ?? options) && code === error.code && help === error.help,
        );
        error.diagnostics = error.diagnostics.map(told);
        if (cause) error.help = told(cause).help;
      }
      return view.failure(error, interrupted, goOn);
    },
  };
}

/**
 * @template {{ help?: string, next?: { command: string, operands: string[] }, options?: { name: string }[] }} T
 * @param {T} finding
 * @param {{ local?: boolean }} flags
 * @returns {T}
 */
export function withCommand({ next, options = [], ...finding }, flags) {
  const command = next && commandLine(next.command, next.operands, flags);
  const flagsOfIt = options.map(callOption).filter((words) => words !== undefined);
  const told = [command, ...flagsOfIt.map((words) => `\`${words}\``)].filter((words) => words !== undefined);
  return told.length === 0 ? finding : { ...finding, help: `${finding.help}: ${told.join(", ")}` };
}
