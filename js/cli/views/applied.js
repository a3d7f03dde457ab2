/** The last lines of an apply or a destroy: what was done, where it answers, how to undo it. */

import { countChanges } from "../agreement.js";
import { shellLine } from "../command-line.js";

const DONE = [
  ["create", "created"],
  ["update", "updated"],
  ["replace", "replaced"],
  ["adopt", "adopted"],
  ["delete", "deleted"],
];

/**
 * @param {{ view: import("./index.js").View, report: import("../step-summary.js").Report }} run
 * @param {{ plan: object, workers: Record<string, { urls?: string[] }>, dashboard?: string[], diagnostics: object[] }} result
 * @param {{ seconds: number, local?: import("../local-state.js").LocalState,
 *   undo?: { command: string, leaves: object[] } }} facts
 */
export async function showApplied({ view, report }, result, { seconds, local, undo }) {
  const { plan, workers, previews = {}, dashboard = [], diagnostics } = result;
  const urls = [...new Set(Object.values(workers ?? {}).flatMap((worker) => worker.urls ?? []))].sort();
  await view.diagnostics(diagnostics);
  Object.assign(report, {
    changes: plan.changes,
    diagnostics,
    urls,
    dashboard: local ? [] : dashboard,
    undo: undo?.command,
  });
  if (countChanges(plan) > 0) view.talk(summaryOf(plan, seconds));
  for (const [name, url] of Object.entries(previews)) view.data(url, { type: "preview", script: name, url });
  for (const url of urls) view.data(url);
  if (local) for (const line of urls.flatMap((url) => tryLine(url, local.data))) view.talk(line);
  else for (const link of dashboard) view.talk(`See:   ${link}`);
  for (const change of plan.changes) if (change.before) view.talk(wasLine(change));
  if (undo) for (const line of undoLines(undo)) view.talk(line);
}

/** What somebody else had, before it became ours. */
function wasLine({ address, permit, before }) {
  return `${permit === "take" ? "Took:  " : "Adopt: "}${address}, which was ${factsOf(before)}`;
}

/** One command puts back what it can, and says what stays. */
function undoLines({ command, leaves }) {
  if (leaves.length === 0) return [`Undo:  ${command}`];
  const names = leaves.map(({ address, path }) => (path === undefined ? address : `${path} of ${address}`));
  return [`Undo:  ${command}`, `       (left as it is: ${names.join(", ")})`];
}

const factsOf = (before) =>
  Object.entries(before)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(", ");

/**
 * Tells how a run ended that is over. What fails in telling it changes nothing about how it ended.
 *
 * @param {import("./index.js").View} view
 * @param {() => Promise<void>} work
 */
export async function told(view, work) {
  try {
    await work();
  } catch (error) {
    view.talk(`the result can't be shown whole: ${error?.message}`);
  }
}

function summaryOf(plan, seconds) {
  const counts = DONE.filter(([action]) => plan.summary[action] > 0).map(
    ([action, verb]) => `${plan.summary[action]} ${verb}`,
  );
  return `Done in ${seconds.toFixed(1)} s: ${counts.join(", ")}.`;
}

/** Nobody's resolver knows the hostname: the data plane is asked with it. */
function tryLine(url, data) {
  const { host, pathname } = new URL(url);
  const command = shellLine(["curl", "-H", `Host: ${host}`, `${data}${pathname}`]);
  return command === undefined ? [] : [`Try:   ${command}`];
}
