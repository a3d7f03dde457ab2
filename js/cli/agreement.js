/** What a person agrees to: the plan they were shown. */

import { askYesNo } from "./views/question.js";
import { canAsk } from "./views/terminal.js";

const WRITING = ["create", "update", "replace", "delete", "adopt"];

/** How many changes of a plan are more than a look. */
export function countChanges({ summary }) {
  return WRITING.reduce((sum, action) => sum + (summary[action] ?? 0), 0);
}

/** Whether this run shows its plan and asks: only where somebody can answer. */
export function isAsking(context, flags) {
  return !flags.yes && !flags.json && canAsk(context);
}

/**
 * Shows a plan and asks about it.
 *
 * @param {{ context: import("./process.js").Context, view: import("./views/index.js").View }} run
 * @param {object} plan without errors
 * @param {(plan: object, count: number) => string} [question]
 * @returns {Promise<{ expect: string, allowDeletes: boolean } | undefined>} undefined: the answer was no
 */
export async function askAbout({ context, view }, plan, question = applicationOf) {
  await view.plan(plan, false);
  const count = countChanges(plan);
  const agreed = count === 0 || (await askYesNo(context, question(plan, count)));
  return agreed ? { expect: plan.fingerprint, allowDeletes: true } : undefined;
}

/** The question before a destroy. */
export function deletionOf(_plan, count) {
  return `Delete ${count} ${count === 1 ? "resource" : "resources"}?`;
}

function applicationOf({ summary }, count) {
  const deletions = (summary.delete ?? 0) + (summary.replace ?? 0);
  const changes = `${count} ${count === 1 ? "change" : "changes"}`;
  return deletions > 0 ? `Apply ${changes}, ${deletions} of them deletions?` : `Apply ${changes}?`;
}
