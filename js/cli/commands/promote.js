import { MANIFESTS } from "./manifests.js";
import { redeploy } from "./redeploying.js";

/** `promote MANIFEST…`: the newest version of ours gets all requests. */
export const promote = {
  name: "promote",
  summary: "give all requests to the newest version",
  operands: MANIFESTS,
  examples: ["cfworker-deploy promote worker.yaml", "cfworker-deploy promote worker.yaml --dry-run"],
  changes: true,
  reports: true,
  run: (run) => redeploy(run, "promote", { paths: run.operands[0] }),
};
