/**
 * `npm run simulate`: the engine against an account in memory, in an optimised build. `npm run simulate -- SUITE…` runs
 * single suites: pairs, faults, races, guards. `LONG=1` plays thirty times as many cases, `SEED=N` repeats the fresh
 * part of an earlier run, `CASES=PERCENT` plays fewer.
 */
import { ensureToolchain } from "./build/toolchain.js";
import { ROOT } from "./paths.js";
import { run } from "./run.js";
import { main, stage } from "./stage.js";

const suites = process.argv.slice(2);
const CARGO = ["--locked", "--quiet", "--profile", "checked", "--package", "simulation"];

await main("simulate", async () => {
  await stage("rust toolchain", ensureToolchain);
  await stage("simulation, build", () =>
    run("cargo", ["build", ...CARGO, "--all-targets"], { cwd: ROOT }).then(() => ""),
  );
  if (suites.length === 0)
    await stage("what once failed", () => run("cargo", ["test", ...CARGO], { cwd: ROOT, show: true }).then(() => ""));
  await stage("simulation", () =>
    run("cargo", ["run", ...CARGO, "--", ...suites], { cwd: ROOT, show: true }).then(() => ""),
  );
});
