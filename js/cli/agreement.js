/** What a person agrees to: the plan they were shown. */

import { DeployError, USAGE_CODE } from "../errors.js";
import { PLAN_MOVED } from "./saved-plan.js";
import { canAsk } from "./views/terminal.js";

const INTERRUPTED = "CFD0608";
const CONFLICT = 5;

const WRITING = ["create", "update", "replace", "delete", "adopt"];

/** How many changes of a plan are more than a look. */
export function countChanges({ summary }) {
  return WRITING.reduce((sum, action) => sum + (summary[action] ?? 0), 0);
}

/**
 * Whether this run shows its plan and asks: wherever somebody can answer. Elsewhere only `--yes` lets a run delete, adopt
 * or take; the engine refuses it without. `--json`, `-` and a pipe on standard output change nothing about either.
 */
export function isAsking(context, flags) {
  return !flags.yes && canAsk(context);
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
  const agreed = count === 0 || (await view.ask(question(plan, count), plan));
  return agreed ? { expect: plan.fingerprint, allowDeletes: true } : undefined;
}

/**
 * Ends a run whose plan can't be carried out. The engine would refuse it as well, but it plans again for that: what
 * stood in the way may be gone by then, and nobody was asked about that plan.
 *
 * @param {{ view: import("./views/index.js").View, report: import("./step-summary.js").Report }} run
 * @param {object} plan
 * @param {string} [expected] fingerprint of the plan that was approved
 * @throws {DeployError}
 */
export async function refuse({ view, report }, plan, expected = plan.fingerprint) {
  // A plan that was approved and carried out leaves nothing to do.
  const isDone = countChanges(plan) === 0 && !plan.exitCode;
  const moved = expected === plan.fingerprint || isDone ? [] : [movedTo(plan)];
  const diagnostics = [...plan.diagnostics, ...moved];
  const [worst, ...others] = diagnostics.filter(({ severity }) => severity === "error");
  if (!worst) return;
  report.changes = plan.changes;
  await view.diagnostics(diagnostics.filter(({ severity }) => severity !== "error"));
  await view.plan(plan, false);
  const { code, help } = worst;
  const message = others.length > 0 ? `${worst.message} (and ${others.length} more)` : worst.message;
  const exitCode = plan.exitCode || CONFLICT;
  throw new DeployError({ code, exitCode, message, help, diagnostics, sent: true, resolve: plan.resolve });
}

function movedTo({ fingerprint }) {
  const help = "look at the new plan with `cfworker-deploy plan`";
  return { severity: "error", code: PLAN_MOVED, message: `the plan is ${fingerprint} now, not the approved one`, help };
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

/** The question before a version that is there gets all requests. */
export function redeploymentOf({ reverts = [], manifests }) {
  const names = manifests.map(({ script }) => script).join(", ");
  return reverts.length > 0
    ? `Put the earlier version of ${names} live?`
    : `Give all requests of ${names} to this version?`;
}

function applicationOf({ summary, exposes = [], expires = [], loses = [] }, count) {
  const careful = [
    counted((summary.delete ?? 0) + (summary.replace ?? 0), "deletion"),
    counted(summary.adopt ?? 0, "adoption"),
  ].filter(Boolean);
  const opened = exposes.length > 0 ? ` This opens ${exposes.join(", ")} to everybody.` : "";
  const aging = expires.length > 0 ? ` Objects in ${expires.join(", ")} will be deleted by age.` : "";
  const lost = loses.length > 0 ? ` All data of ${loses.join(", ")} will be deleted.` : "";
  return `Apply ${counted(count, "change")}${careful.length > 0 ? `, among them ${careful.join(" and ")}` : ""}?${opened}${aging}${lost}`;
}

const counted = (count, word) => (count === 0 ? "" : `${count} ${count === 1 ? word : `${word}s`}`);
