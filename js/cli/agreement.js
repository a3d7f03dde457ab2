/** What a person agrees to: the plan they were shown. */

import { DeployError, USAGE_CODE } from "../errors.js";
import { canAsk } from "./views/terminal.js";

const INTERRUPTED = "CFD0608";

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
 * @param {{ view: import("./views/index.js").View }} run
 * @param {object} plan without errors
 * @param {(plan: object, count: number) => string} [question]
 * @returns {Promise<{ expect: string, allowDeletes: boolean } | undefined>} undefined: the answer was no
 */
export async function askAbout({ view }, plan, question = applicationOf) {
  await view.plan(plan, false);
  const count = countChanges(plan);
  const agreed = count === 0 || (await view.ask(question(plan, count)));
  return agreed ? { expect: plan.fingerprint, allowDeletes: true } : undefined;
}

/** What ends a run whose question was not answered with yes. */
export function declined({ interrupt }, what) {
  const exitCode = interrupt.exitCode();
  if (exitCode) return new DeployError({ code: INTERRUPTED, exitCode, message: "interrupted" });
  return new DeployError({ code: USAGE_CODE, exitCode: 1, message: `${what}: the answer was no` });
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
