/** The command that goes on where a run was refused: the same one, with the flags that allow what it lacked. */

import { commandLine, flagWords } from "./command-line.js";

/**
 * After a plan: the `apply` that solves all its conflicts, and does what was just shown.
 *
 * @returns {string | undefined}
 */
export function applyInstead({ resolve = {}, needsYes = [] }, { paths, flags }) {
  if (isEmpty(resolve)) return undefined;
  return commandLine("apply", paths, allowing(flags, { ...resolve, allowDeletes: needsYes.length > 0 }));
}

/**
 * After a refusal: what ran, with what it lacked.
 *
 * @param {{ resolve?: import("../index.js").WayOut }} error
 * @param {{ command: { name: string }, operands: any[], flags: object }} ran
 * @returns {string | undefined}
 */
export function sameAgain({ resolve = {} }, { command, operands, flags }) {
  return isEmpty(resolve) ? undefined : commandLine(command.name, wordsOf(operands), allowing(flags, resolve));
}

/** A finding whose help also says by which flags a run goes on, and what that costs. */
export function withFlags(finding) {
  const { resolve = {}, loses, help } = finding;
  const flags = flagWords([
    ...(resolve.adopt ?? []).map((address) => ["--adopt", address]),
    ...(resolve.take ?? []).map((address) => ["--take", address]),
    ...(resolve.deleteData ?? []).map((address) => ["--delete-data", address]),
  ]);
  if (!flags) return finding;
  const cost = loses === undefined ? "" : ` (lost then: ${loses})`;
  return { ...finding, help: `${help === undefined ? "" : `${help}; or `}go on with \`${flags}\`${cost}` };
}

/** Flags with those of a way out, each address once. */
function allowing(flags, { adopt = [], take = [], deleteData = [], allowDeletes = false }) {
  const more = { ...flags };
  if (adopt.length > 0) more.adopt = [...new Set([...(flags.adopt ?? []), ...adopt])];
  if (take.length > 0) more.take = [...new Set([...(flags.take ?? []), ...take])];
  if (deleteData.length > 0) more.deleteData = [...new Set([...(flags.deleteData ?? []), ...deleteData])];
  if (allowDeletes) more.yes = true;
  return more;
}

/** One that may be left out is undefined then. */
const wordsOf = (operands) => operands.flat().filter((word) => word !== undefined);

function isEmpty({ adopt = [], take = [], deleteData = [], allowDeletes = false }) {
  return adopt.length + take.length + deleteData.length === 0 && !allowDeletes;
}
