/**
 * `npm run fuzz`: every reader of text from outside on random inputs, 100,000 for each target and the same each time;
 * then the corpora and a sample of the inputs through the shipped engine. `--fresh` takes other inputs than ever before,
 * `--fresh=SEED` those of an earlier run; what fails is kept as a file for tests/corpora, where it is a test.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { trySavedPlans } from "../tests/fuzz/saved-plans.js";
import { tryTexts } from "../tests/fuzz/texts.js";
import { buildPackage } from "./build/index.js";
import { ROOT, TARGET } from "./paths.js";
import { run } from "./run.js";
import { main, stage } from "./stage.js";

const CASES = 100_000;
const FIXED_SEED = 0x5eed;

const fresh = process.argv.slice(2).find((word) => /^--fresh(=\d+)?$/.test(word));
const seed = fresh ? Number(fresh.split("=")[1] ?? Math.floor(Math.random() * 2 ** 32)) : FIXED_SEED;
const samples = join(TARGET, "fuzz", "samples");

await main("fuzz", async () => {
  if (fresh)
    process.stderr.write(`fresh seed ${seed}: \`npm run fuzz -- --fresh=${seed}\` takes the same inputs again\n`);
  await buildPackage();
  const test = ["test", "--locked", "--quiet", "--profile", "checked", "--test", "fuzz"];
  await stage("fuzz build", () => run("cargo", [...test, "--no-run"], { cwd: ROOT }).then(() => ""));
  rmSync(samples, { recursive: true, force: true });
  await stage("targets in Rust", () => targets(test));
  await stage("saved plans", async () => {
    const { plans } = await trySavedPlans({ cases: CASES, seeds: [seed] });
    return `${CASES} random inputs, ${plans} of them plans`;
  });
  await stage("texts", async () => {
    const { shown } = await tryTexts({ cases: CASES, seeds: [seed] });
    return `${CASES} random inputs, ${shown} of them shown`;
  });
  await stage("replay in the shipped engine", async () => {
    // What it imports is there only once the package is built.
    const { inputsIn, replay } = await import("../tests/fuzz/replaying.js");
    const inputs = [...inputsIn(), ...inputsIn(samples)];
    const problems = await replay(inputs);
    if (problems.length > 0) throw new Error(problems.join("\n"));
    return `${inputs.length} inputs, no trap, no hang`;
  });
});

function targets(test) {
  const env = {
    FUZZ_CASES: String(CASES),
    FUZZ_SEED: String(seed),
    FUZZ_OUT: samples,
    RUST_BACKTRACE: "0",
  };
  return run("cargo", test, { cwd: ROOT, env, show: true }).then(() => "");
}
