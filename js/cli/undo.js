/** The command that takes an apply back, where one command does exactly that. */

import { commandLine } from "./command-line.js";
import { STDIN } from "./input.js";

/** A name that a path of `--set` can end with, and values that `--set` takes as they are. */
const VARIABLE = /^variables\.([A-Za-z_]\w*)$/;
const REFERENCE = /^\$(cloudflare-[a-z-]+|variables-group|secrets-group)\//;

/**
 * @param {{ plan: object }} result of the apply
 * @param {{ paths: string[], flags: object, bundle?: { path: string, previousKey: string, isPinned: boolean } }} run
 * @returns {string | undefined}
 */
export function undoOf({ plan }, { paths, flags, bundle }) {
  if ([paths, flags.values, flags.secretsFile].some((files) => files?.includes(STDIN))) return undefined;
  const changes = plan.changes.filter(({ action }) => action !== "no-op");
  if (changes.length === 0) return undefined;
  if (isAllNew(plan)) return commandLine(["destroy", ...paths], flags, ["set", "values", "local"]);
  const back = plan.manifests.length === 1 ? settingsBefore(changes, bundle) : undefined;
  if (!back) return undefined;
  const others = (flags.set ?? []).filter(([path]) => !back.some(([reset]) => reset === path));
  const set = [...others, ...back];
  return commandLine(["apply", ...paths], { ...flags, set }, ["set", "values", "secretsFile", "outputs", "local"]);
}

/**
 * What stood before must outlive the undo. A destroy also removes what carries this identity and is not in the manifest
 * any more, such as the Worker under its earlier name: a plan names all that beside its changes.
 */
function isAllNew({ changes, orphans, kept, unmanaged }) {
  return (
    changes.every(({ action }) => action === "create") && [orphans, kept, unmanaged].every((left) => left.length === 0)
  );
}

/** `--set` pairs that say what stood before; undefined when they can't say all of it: a secret, a record, a route. */
function settingsBefore(changes, bundle) {
  const fields = changes.flatMap((change) =>
    change.action === "update" && change.address.startsWith("script:") ? change.fields : [undefined],
  );
  const pairs = fields.map((field) => field && settingBefore(field, bundle));
  return pairs.length > 0 && pairs.every(Boolean) ? pairs : undefined;
}

function settingBefore({ path, old, new: wanted }, bundle) {
  if (path === "bundle") return bundle && wasLive(bundle, old) ? [bundle.path, bundle.previousKey] : undefined;
  const [, variable] = VARIABLE.exec(path) ?? [];
  // A variable that was not there can't be taken away by a value.
  const isSame = typeof old === "string" && typeof wanted === "string" && !REFERENCE.test(old);
  return variable && isSame ? [`spec.env.variables.${variable}`, old] : undefined;
}

/**
 * Whether the key that the manifest named is that of the code which was live: it may never have been applied, and only
 * the digest in its name says what it holds. A pin, which is the new bundle's by now, would refuse the old one.
 */
function wasLive({ previousKey, isPinned }, old) {
  const [, digest] = /^sha256 ([0-9a-f]{12})$/.exec(old ?? "") ?? [];
  return digest !== undefined && !isPinned && previousKey.split("/").at(-1).includes(digest);
}
