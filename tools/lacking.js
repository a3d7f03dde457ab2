/**
 * `npm run lacking`: takes the checks of the engine away one by one, by the patches in tests/lacking, and lets the
 * simulation play until one of its invariants is broken. A check whose absence breaks nothing is a failure.
 * `npm run lacking -- NAME…` tries single ones; `npm run lacking -- --write` also writes docs/lacking.md.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureToolchain } from "./build/toolchain.js";
import { lackingPage } from "./lacking/page.js";
import { patches } from "./lacking/patches.js";
import { copySources, firstFailure, removeSources, without } from "./lacking/scratch.js";
import { ROOT } from "./paths.js";
import { main, stage } from "./stage.js";

/** Cases after which a check counts as needless. */
const CASES = 24_000;

const words = process.argv.slice(2);
const names = words.filter((word) => !word.startsWith("--"));
const writes = words.includes("--write");

await main("lacking", async () => {
  if (writes && names.length > 0) throw new Error("`--write` goes with all patches, not with some");
  const chosen = patches(names);
  await stage("rust toolchain", ensureToolchain);
  await stage("copy of the sources", copySources);
  try {
    await stage("with every check", control);
    const results = [];
    for (const patch of chosen) await stage(patch.name, async () => look(patch, results));
    const unseen = results.filter(({ failed }) => failed === null).map(({ patch }) => patch.name);
    if (unseen.length > 0) throw new Error(`nothing fails in ${CASES} cases without: ${unseen.join(", ")}`);
    if (writes) writeFileSync(join(ROOT, "docs", "lacking.md"), lackingPage(results, CASES, today()));
    return `${results.length} checks are needed, and their absence is seen`;
  } finally {
    removeSources();
  }
});

/** What is seen without a check counts only when nothing is seen with it. */
async function control() {
  const { failed } = await firstFailure(CASES);
  if (failed) throw new Error(`seed ${failed.seed} of ${failed.suite} fails with every check: ${failed.broken[0]}`);
  return `${CASES} cases hold`;
}

async function look(patch, results) {
  const found = await without(patch, () => firstFailure(CASES));
  results.push({ patch, ...found });
  const { cases, failed } = found;
  return failed ? `case ${cases}, ${failed.suite} ${failed.seed}: ${failed.broken[0].split("\n")[0]}` : "NOT SEEN";
}

function today() {
  return new Date().toISOString().slice(0, 10);
}
