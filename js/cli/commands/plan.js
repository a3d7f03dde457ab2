import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { usageError } from "../../errors.js";
import { countChanges } from "../agreement.js";
import { applyInstead } from "../go-on.js";
import { openSession } from "../session.js";
import { besidesOf } from "../step-summary.js";
import { requireWritableFile } from "../writable.js";
import { MANIFESTS } from "./manifests.js";

const CHANGES_PRESENT = 2;

/** `plan MANIFEST…`: what `apply` would do. Reads only; beside an imagined account only with `--offline`. */
export const plan = {
  name: "plan",
  summary: "show what apply would do, change nothing",
  operands: MANIFESTS,
  examples: [
    "cfworker-deploy plan worker.yaml",
    "cfworker-deploy plan worker.yaml --detailed-exitcode   # 2: there are changes",
    "cfworker-deploy plan worker.yaml --out plan.json",
    "cfworker-deploy plan worker.yaml --svg > plan.svg",
    "cfworker-deploy plan worker.yaml --offline   # no token: everything is new",
  ],
  reports: true,
  run: (run) => showPlan(run),
};

/**
 * @param {object} run
 * @param {(plan: object) => number} [differencesOf] what counts for `--detailed-exitcode`
 */
export async function showPlan(run, differencesOf = countChanges) {
  const { context, view, flags, operands, report } = run;
  const picture = pictureOf(flags);
  if (flags.out) await requireWritableFile(context, flags.out);
  const session = await openSession(run, operands[0]);
  const { api, sources, options, host } = session;
  const creds = flags.offline ? null : session.creds;
  const planned = await api.plan(sources, creds, { ...options, ...eventsFor(flags, host) });
  await view.diagnostics(planned.diagnostics);
  if (picture) view.text(await api[picture](planned));
  else await view.plan(planned, true);
  Object.assign(report, { changes: planned.changes, ...besidesOf(planned), diagnostics: planned.diagnostics });
  const goOn = applyInstead(planned, { paths: operands[0], flags });
  if (goOn) for (const line of ["", `Go on: ${goOn}`]) view.talk(line);
  if (flags.out) await writeFile(resolve(context.cwd, flags.out), `${JSON.stringify(planned, null, 2)}\n`);
  return view.end({ exit: exitOf(planned, flags, differencesOf) });
}

/** The call that draws the picture which was asked for instead of the text. Standard output holds one thing. */
function pictureOf({ mermaid, svg, json }) {
  const asked = Object.entries({ "--json": json, "--mermaid": mermaid, "--svg": svg }).filter(([, on]) => on);
  if (asked.length > 1) {
    const [one, other] = asked.map(([flag]) => `\`${flag}\``);
    throw usageError(
      `${one} and ${other} both go to standard output`,
      "save the plan with --out FILE, or run it once for each",
    );
  }
  if (mermaid) return "renderPlanMermaid";
  return svg ? "renderPlanSvg" : undefined;
}

/** People see the answer; the events on the way to it are for programs. */
function eventsFor({ json }, host) {
  return json ? host : { ...host, onEvent: undefined };
}

function exitOf(planned, { detailedExitcode }, differencesOf) {
  if (planned.exitCode) return planned.exitCode;
  return detailedExitcode && differencesOf(planned) > 0 ? CHANGES_PRESENT : 0;
}
