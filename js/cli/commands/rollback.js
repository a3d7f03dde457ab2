import { redeploy } from "./redeploying.js";

/** `rollback MANIFEST [VERSION]`: an earlier version gets all requests again. */
export const rollback = {
  name: "rollback",
  summary: "put an earlier version live again",
  operands: [
    ["<manifest>", "a YAML file, - is standard input"],
    ["[version]", "its number or id; default: the one that was live before"],
  ],
  examples: [
    "cfworker-deploy rollback worker.yaml --dry-run   # what would change",
    "cfworker-deploy rollback worker.yaml",
    "cfworker-deploy rollback worker.yaml 4 --yes",
  ],
  changes: true,
  reports: true,
  run(run) {
    const [manifest, to] = run.operands;
    return redeploy(run, "rollback", { paths: [manifest], more: to === undefined ? {} : { to } });
  },
};
