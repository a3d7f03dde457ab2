import { askAbout, declined, isAsking, redeploymentOf, refuse } from "../agreement.js";
import { movedSince } from "../saved-plan.js";
import { openSession } from "../session.js";
import { undoOf } from "../undo.js";
import { showApplied, told } from "../views/applied.js";

/**
 * What `rollback` and `promote` have in common: a plan, one question on a terminal, and a version gets all requests.
 *
 * @param {object} run
 * @param {"rollback" | "promote"} call
 * @param {{ paths: string[], more?: object }} given `more`: options of the call alone
 */
export async function redeploy(run, call, { paths, more = {} }) {
  const { context, flags } = run;
  const session = await openSession(run, paths);
  const ask = (options) =>
    session.api[call](session.sources, session.creds, { ...session.options, ...more, ...options });
  const silent = { ...session.host, onEvent: undefined };
  const planned = (host) => ask({ ...host, dryRun: true });
  try {
    if (flags.dryRun) return await showPlan(run, await planned(flags.json ? session.host : silent));
    const agreed = isAsking(context, flags)
      ? await agree(run, await planned(silent))
      : { allowDeletes: flags.yes === true };
    const expectation = { ...agreed, ...(flags.expect ? { expect: flags.expect } : {}) };
    return await carryOut(run, session, () => ask({ ...session.host, ...expectation }), paths);
  } catch (error) {
    throw await movedSince(session, { expect: flags.expect }, error);
  }
}

async function carryOut(run, { local }, deploy, paths) {
  const { view, flags } = run;
  const started = performance.now();
  const result = await deploy();
  const seconds = (performance.now() - started) / 1000;
  const undo = undoOf(result, { paths, flags });
  await told(view, () => showApplied(run, result, { seconds, local, undo }));
  return view.end({ exit: result.exitCode, outputs: result.outputs, done: result.done });
}

async function showPlan({ view, report }, plan) {
  await view.diagnostics(plan.diagnostics);
  await view.plan(plan, true);
  Object.assign(report, { changes: plan.changes, diagnostics: plan.diagnostics });
  return view.end({ exit: plan.exitCode });
}

async function agree(run, plan) {
  await refuse(run, plan, run.flags.expect);
  await run.view.diagnostics(plan.diagnostics);
  const agreed = await askAbout(run, plan, redeploymentOf);
  if (!agreed) throw declined(run.context, "nothing was changed");
  return agreed;
}
