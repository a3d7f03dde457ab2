/** How long the odd and hostile manifests take that the tests refuse. */
import { validate } from "../../pkg/js/entrypoints/node.js";
import { TEXTS } from "../e2e/hostile.js";
import { best, milliseconds } from "./measure.js";

const RUNS = 3;
const SHOWN = 3;

export async function texts() {
  const rows = [];
  for (const [name, [text]] of Object.entries(TEXTS)) rows.push([name, await best(RUNS, () => validate(text))]);
  rows.sort(([, one], [, other]) => other - one);
  return rows.slice(0, SHOWN).map(([name, time]) => [`validate: ${name}`, milliseconds(time)]);
}
