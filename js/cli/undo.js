/** The command that takes an apply back, where one command does exactly that. */

import { commandOf } from "./command-line.js";

/**
 * @param {{ plan: object }} result of the apply
 * @param {{ paths: string[], flags: object, bundle?: { path: string, previousKey: string } }} run
 * @returns {string | undefined}
 */
export function undoOf({ plan }, { paths, flags, bundle }) {
  if (paths.includes("-")) return undefined;
  const changes = plan.changes.filter(({ action }) => action !== "no-op");
  if (changes.length === 0) return undefined;
  // What stood before must outlive the undo.
  if (plan.changes.every(({ action }) => action === "create")) return commandOf(["destroy", ...paths], flags, ["set"]);
  if (!bundle || plan.manifests.length !== 1 || !isBundleOnly(changes)) return undefined;
  const back = { ...flags, set: [...(flags.set ?? []), [bundle.path, bundle.previousKey]] };
  return commandOf(["apply", ...paths], back, ["set", "values", "secretsFile", "outputs"]);
}

/** Variables, secrets and the like have no previous value that a command could name. */
function isBundleOnly(changes) {
  return changes.every(
    ({ address, fields }) => address.startsWith("script:") && fields.every(({ path }) => path === "bundle"),
  );
}
