/** What starting costs beside a bare Node. */
import { BIN } from "../cli/deploying.js";
import { best, milliseconds, node, times } from "./measure.js";

const RUNS = 9;

export async function start() {
  const bare = await best(RUNS, () => node("-e", "0"));
  const version = await best(RUNS, () => node(BIN, "--version"));
  return [
    ["bare node", milliseconds(bare)],
    ["cfworker-deploy --version", milliseconds(version), `${times(version, bare)} bare node`],
  ];
}
