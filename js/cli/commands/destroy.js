import { askAbout, declined, deletionOf, isAsking, refuse } from "../agreement.js";
import { movedSince } from "../saved-plan.js";
import { openSession } from "../session.js";
import { showApplied, told } from "../views/applied.js";
import { MANIFESTS } from "./manifests.js";

/** `destroy MANIFEST…`: removes route, record and script; stores only when named. */
export const destroy = {
  name: "destroy",
  alias: "delete",
  deletes: true,
  summary: "remove what the manifests deployed",
  operands: MANIFESTS,
  examples: [
    "cfworker-deploy destroy worker.yaml",
    "cfworker-deploy destroy worker.yaml --yes   # where nobody can answer",
  ],
  changes: true,
  reports: true,
  async run(run) {
    const { context, flags, operands } = run;
    const asking = isAsking(context, flags);
    const session = await openSession(run, operands[0]);
    try {
      return await agreeAndDestroy(run, session, asking);
    } catch (error) {
      throw await movedSince(session, { expect: flags.expect }, error);
    }
  },
};

async function agreeAndDestroy(run, session, asking) {
  const { view, flags } = run;
  const { api, sources, creds, options, host } = session;
  const agreed = asking ? await planAndAsk(run, session) : { allowDeletes: flags.yes === true };
  const expectation = { ...agreed, ...(flags.expect ? { expect: flags.expect } : {}) };
  const started = performance.now();
  const result = await api.destroy(sources, creds, { ...options, ...host, ...expectation });
  const seconds = (performance.now() - started) / 1000;
  await told(view, () => showApplied(run, result, { seconds }));
  return view.end({ exit: result.exitCode, outputs: result.outputs, done: result.done });
}

async function planAndAsk(run, { api, sources, creds, options, host }) {
  const plan = await api.destroy(sources, creds, { ...options, ...host, onEvent: undefined, dryRun: true });
  await refuse(run, plan, run.flags.expect);
  await run.view.diagnostics(plan.diagnostics);
  const agreed = await askAbout(run, plan, deletionOf);
  if (!agreed) throw declined(run.context, "nothing was deleted");
  return agreed;
}
