import { DeployError, usageError } from "../../errors.js";
import { askAbout, declined, isAsking, refuse } from "../agreement.js";
import { build, isBuilt } from "../build.js";
import { afterPublishing, notSaved, publishBundle } from "../bundle.js";
import { expectedOf, movedSince } from "../saved-plan.js";
import { openSession } from "../session.js";
import { undoOf } from "../undo.js";
import { showApplied, told } from "../views/applied.js";
import { MANIFESTS } from "./manifests.js";

const NOT_VISIBLE = 6;

/** `apply MANIFEST…`: on a terminal plan, one question, apply; elsewhere apply at once. */
export const apply = {
  name: "apply",
  alias: "deploy",
  summary: "make the account what the manifests say (the default)",
  operands: MANIFESTS,
  examples: [
    "cfworker-deploy worker.yaml",
    "cfworker-deploy apply worker.yaml --bundle dist/index.js",
    "cfworker-deploy apply worker.yaml --build",
    "cfworker-deploy apply a.yaml b.yaml --yes --prune --json",
  ],
  changes: true,
  reports: true,
  async run(run) {
    const { context, flags, operands } = run;
    const session = await openSession(run, operands[0]);
    const saved = await expectedOf(context, flags);
    const bundle = await published(run, session);
    try {
      return await agreeAndApply(run, session, { saved, bundle });
    } catch (error) {
      const told = await movedSince(session, saved, error);
      throw bundle ? await afterPublishing(told, bundle, run.view) : told;
    }
  },
};

/** What is published on the way, if anything is. Nothing is for manifests that can't be applied. */
async function published({ context, view, flags }, session) {
  if (!flags.build && !flags.bundle) return undefined;
  if (flags.build && flags.bundle)
    throw usageError("`--build` and `--bundle` both say where the code comes from", "give one of them");
  const { ok, diagnostics } = await session.api.validate(session.sources, session.options);
  if (!ok) throw badManifest(diagnostics);
  const asked = flags.build ? { flag: "--build", fits: isBuilt } : { flag: "--bundle", fits: () => true };
  const file = flags.build ? await build(context, session, view) : flags.bundle;
  const bundle = await publishBundle(context, session, file, asked);
  view.attach(session.api, session.sources);
  view.event({ type: "published", ...bundle.published });
  view.talk(`${bundle.existed ? "already there" : "published"}: ${bundle.address}`);
  if (bundle.hint) view.talk(bundle.hint);
  return bundle;
}

async function agreeAndApply(run, session, { saved, bundle }) {
  const { context, view, flags } = run;
  const agreed = isAsking(context, flags)
    ? await planAndAsk(run, session, saved)
    : { allowDeletes: flags.yes === true };
  const { api, sources, creds, options, local } = session;
  const host = bundle ? heardBy(bundle, session.host) : session.host;
  const started = performance.now();
  const expectation = { ...agreed, ...(saved.expect ? { expect: saved.expect } : {}) };
  const result = await api.apply(sources, creds, { ...options, ...host, ...expectation, wait: flags.wait });
  await bundle?.save().catch((cause) => {
    throw notSaved(bundle, result.done, cause);
  });
  const seconds = (performance.now() - started) / 1000;
  await told(view, () => {
    const undo = undoOf(result, { paths: run.operands[0], flags, bundle: bundle?.entry });
    return showApplied(run, result, { seconds, local, undo });
  });
  return view.end({ exit: exitOf(result, context), outputs: result.outputs, done: result.done });
}

/** The file on disk changes once Cloudflare took the code: a run that fails before leaves it alone. */
function heardBy(bundle, host) {
  const onEvent = (event) => {
    bundle.hear(event);
    host.onEvent(event);
  };
  return { ...host, onEvent };
}

/** All is applied; whoever stopped the wait for the Worker is told so. */
function exitOf({ exitCode }, { interrupt }) {
  return exitCode === NOT_VISIBLE ? (interrupt.exitCode() ?? exitCode) : exitCode;
}

async function planAndAsk(run, { api, sources, creds, options, host }, saved) {
  const plan = await api.plan(sources, creds, { ...options, ...host, onEvent: undefined });
  await refuse(run, plan, saved.expect);
  await run.view.diagnostics(plan.diagnostics);
  const agreed = await askAbout(run, plan);
  if (!agreed) throw declined(run.context, "not applied");
  return agreed;
}

function badManifest(diagnostics) {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const [{ code }] = errors;
  const message = `the manifest has ${errors.length} ${errors.length === 1 ? "error" : "errors"}`;
  return new DeployError({ code, exitCode: 65, message, diagnostics });
}
