/** The command that takes an apply back, in words: the engine says what it has to do. */

import { commandLine } from "./command-line.js";
import { STDIN } from "./input.js";

/** Flags of the run that its undo needs as well. */
const KEPT = {
  destroy: ["env", "overlay", "set", "values", "local"],
  apply: ["env", "overlay", "set", "values", "secretsFile", "outputs", "local"],
  rollback: ["env", "overlay", "set", "values", "local"],
};

/**
 * @param {{ undo?: import("../index.js").Undo }} result of the apply
 * @param {{ paths: string[], flags: object, bundle?: { path: string, previousKey: string, isPinned: boolean } }} run
 * @returns {{ command: string, leaves: object[] } | undefined}
 */
export function undoOf({ undo }, { paths, flags, bundle }) {
  if (!undo || [paths, flags.values, flags.secretsFile].some((files) => files?.includes(STDIN))) return undefined;
  if (undo.bundle !== undefined && !wasLive(bundle, undo.bundle)) return undefined;
  const back = [...(undo.bundle === undefined ? [] : [[bundle.path, bundle.previousKey]]), ...undo.set];
  const others = (flags.set ?? []).filter(([path]) => !back.some(([reset]) => reset === path));
  const set = [...others, ...back];
  const kept = KEPT[undo.command].map((name) => [name, flags[name]]);
  const operands = undo.to === undefined ? paths : [...paths, undo.to];
  const command = commandLine(undo.command, operands, { ...Object.fromEntries(kept), set });
  return command === undefined ? undefined : { command, leaves: undo.leaves };
}

/**
 * Whether the key that the manifest named is that of the code which was live: it may never have been applied, and only
 * the digest in its name says what it holds. A pin, which is the new bundle's by now, would refuse the old one.
 */
function wasLive(bundle, sha256) {
  return bundle !== undefined && !bundle.isPinned && bundle.previousKey.split("/").at(-1).includes(sha256.slice(0, 12));
}
