/**
 * `npm run fuzz`: every reader of text from outside on random inputs, 100,000 for each target (a million with `LONG=1`),
 * half of them of a seed that is the same each time, half of one that is new; then the corpora and a sample of the
 * inputs through the shipped engine. `FUZZ_SEED=N` takes that seed for the new one.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { trySavedPlans } from "../tests/fuzz/saved-plans.js";
import { tryTexts } from "../tests/fuzz/texts.js";
import { buildPackage } from "./build/index.js";
import { ROOT, TARGET } from "./paths.js";
import { run } from "./run.js";
import { main, stage } from "./stage.js";

const CASES = process.env.LONG ? 1_000_000 : 100_000;
const FIXED_SEED = 0x5eed;
/** Longer than any input takes in an optimised build. */
const SOON_MS = 50;

const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 32));
const samples = join(TARGET, "fuzz", "samples");

await main("fuzz", async () => {
  process.stderr.write(`seeds ${FIXED_SEED} and ${seed}: FUZZ_SEED=${seed} npm run fuzz runs this again\n`);
  await buildPackage();
  const test = ["test", "--locked", "--quiet", "--profile", "checked", "--test", "fuzz"];
  await stage("fuzz build", () => run("cargo", [...test, "--no-run"], { cwd: ROOT }).then(() => ""));
  rmSync(samples, { recursive: true, force: true });
  await stage("targets in Rust", () => targets(test));
  await stage("saved plans", async () => {
    const { plans } = await trySavedPlans({ cases: CASES, seeds: [FIXED_SEED, seed] });
    return `${CASES} random inputs, ${plans} of them plans`;
  });
  await stage("texts", async () => {
    const { shown } = await tryTexts({ cases: CASES, seeds: [FIXED_SEED, seed] });
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
    FUZZ_SOON_MS: String(SOON_MS),
    FUZZ_OUT: samples,
    RUST_BACKTRACE: "0",
  };
  return run("cargo", test, { cwd: ROOT, env, show: true }).then(() => "");
}
