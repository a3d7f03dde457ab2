/**
 * `npm run lacking`: takes the checks of the engine away one by one, by the patches in tests/lacking, and lets the
 * simulation play until one of its invariants is broken. A check whose absence breaks nothing is a failure.
 * `npm run lacking -- NAME…` tries single ones; with `--write`, what comes of it goes into docs/lacking.md.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureToolchain } from "./build/toolchain.js";
import { lackingPage } from "./lacking/page.js";
import { patches, results, writeResults } from "./lacking/patches.js";
import { buildAs, buildWithout, copySources, firstFailure, removeSources } from "./lacking/scratch.js";
import { ROOT } from "./paths.js";
import { main, stage } from "./stage.js";

/** Cases after which a check counts as needless. */
const CASES = 48_000;

const words = process.argv.slice(2);
const names = words.filter((word) => !word.startsWith("--"));

await main("lacking", async () => {
  const chosen = patches(names);
  await stage("rust toolchain", ensureToolchain);
  await stage("copy of the sources", copySources);
  const unseen = [];
  try {
    let whole;
    await stage("with every check", async () => {
      whole = await buildAs("whole");
    });
    for (const patch of chosen) {
      await stage(patch.name, async () => {
        const failure = await look(patch, whole);
        if (!failure) unseen.push(patch.name);
        else if (words.includes("--write")) keep(patch, failure);
        return failure ? `case ${failure.place + 1}: ${failure.broken}` : "NOTHING FAILS";
      });
    }
  } finally {
    removeSources();
  }
  if (unseen.length > 0) throw new Error(`nothing fails in ${CASES} cases without: ${unseen.join(", ")}`);
  return `each of ${chosen.length} checks is needed`;
});

/** What fails without a check counts only when it holds with all of them. */
async function look(patch, whole) {
  const failure = await firstFailure(await buildWithout(patch), 0, CASES);
  if (!failure) return null;
  const { place, suite, seed } = failure;
  const anyway = await firstFailure(whole, place, place + 1);
  if (anyway) throw new Error(`seed ${seed} of ${suite} fails with every check as well: ${anyway.broken.join("; ")}`);
  const [broken] = failure.broken[0].split("\n");
  return { date: new Date().toISOString().slice(0, 10), place, suite, seed, broken };
}

/** After each patch: an hour's work is not lost when the last one fails. */
function keep(patch, failure) {
  const all = { ...results(), [patch.name]: failure };
  writeResults(all);
  writeFileSync(join(ROOT, "docs", "lacking.md"), lackingPage(patches(), all));
}
