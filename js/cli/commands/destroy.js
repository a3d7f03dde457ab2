import { usageError } from "../../errors.js";
import { askAbout, declined, deletionOf, isAsking } from "../agreement.js";
import { openSession } from "../session.js";
import { showApplied } from "../views/applied.js";
import { MANIFESTS } from "./manifests.js";

/** `destroy MANIFEST…`: removes route, record and script; stores only when named. */
export const destroy = {
  name: "destroy",
  summary: "remove what the manifests deployed",
  operands: MANIFESTS,
  examples: [
    "cfworker-deploy destroy worker.yaml",
    "cfworker-deploy destroy worker.yaml --yes   # where nobody can answer",
  ],
  reports: true,
  async run(run) {
    const { context, view, flags, operands } = run;
    const asking = isAsking(context, flags);
    if (!asking && !flags.yes) throw usageError("`destroy` deletes, and nobody can be asked here", "add `--yes`");
    const { api, sources, creds, options, host } = await openSession(run, operands[0]);
    const agreed = asking ? await planAndAsk(run, { api, sources, creds, options, host }) : { allowDeletes: true };
    const expectation = { ...agreed, ...(flags.expect ? { expect: flags.expect } : {}) };
    const started = performance.now();
    const result = await api.destroy(sources, creds, { ...options, ...host, ...expectation });
    await view.diagnostics(result.diagnostics);
    await showApplied(run, result, { seconds: (performance.now() - started) / 1000 });
    return view.end({ exit: result.exitCode, outputs: result.outputs, done: result.done });
  },
};

async function planAndAsk(run, { api, sources, creds, options, host }) {
  const plan = await api.destroy(sources, creds, { ...options, ...host, onEvent: undefined, dryRun: true });
  if (plan.exitCode) return {};
  await run.view.diagnostics(plan.diagnostics);
  const agreed = await askAbout(run, plan, deletionOf);
  if (!agreed) throw declined(run.context, "nothing was deleted");
  return agreed;
}
