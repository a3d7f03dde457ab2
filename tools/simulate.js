/**
 * `npm run simulate`: the engine against an account in memory, in an optimised build, on the same cases each time.
 * `npm run simulate -- SUITE…` runs single suites: pairs, faults, races, stale. `--fresh` plays other cases than ever before,
 * `--fresh=SEED` those of an earlier run; a failure is printed as a test. `CASES=PERCENT` plays fewer or more.
 */
import { ensureToolchain } from "./build/toolchain.js";
import { ROOT } from "./paths.js";
import { run } from "./run.js";
import { main, stage } from "./stage.js";

const words = process.argv.slice(2);
const CARGO = ["--locked", "--quiet", "--profile", "checked", "--package", "simulation"];

await main("simulate", async () => {
  await stage("rust toolchain", ensureToolchain);
  await stage("simulation, build", () =>
    run("cargo", ["build", ...CARGO, "--all-targets"], { cwd: ROOT }).then(() => ""),
  );
  if (words.length === 0)
    await stage("what once failed", () => run("cargo", ["test", ...CARGO], { cwd: ROOT, show: true }).then(() => ""));
  await stage("simulation", () =>
    run("cargo", ["run", ...CARGO, "--", ...words], { cwd: ROOT, show: true }).then(() => ""),
  );
});
