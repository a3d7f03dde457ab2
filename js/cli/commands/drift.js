import { countChanges } from "../agreement.js";
import { plan, showPlan } from "./plan.js";

/** `drift MANIFEST…`: the same comparison as `plan`, for people who only look; so it has to look. */
export const drift = {
  ...plan,
  name: "drift",
  summary: "show what differs from the manifest",
  examples: [
    "cfworker-deploy drift worker.yaml",
    "cfworker-deploy drift worker.yaml --detailed-exitcode   # 2: something differs",
  ],
  run: (run) => showPlan(run, differencesOf),
};

/** What left the manifest and is still there differs from it as well. */
const differencesOf = (planned) => countChanges(planned) + (planned.orphans ?? []).length;
