/**
 * `npm run faults`: the whole single-fault grid and the drift cases, printed as tables.
 * `npm run faults -- --write` also writes docs/faults.md.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildPackage } from "./build/index.js";
import { ROOT } from "./paths.js";
import { main, stage } from "./stage.js";

const AT_ONCE = 4;

await main("faults", async () => {
  await buildPackage();
  // They load what was built.
  const { faultsPage } = await import("../tests/safety/faults-page.js");
  const { cellsOf, runCell, SCENARIOS } = await import("../tests/safety/grid.js");
  const results = [];
  for (const scenario of Object.keys(SCENARIOS)) {
    await stage(scenario, async () => {
      const ended = await each(await cellsOf(scenario), runCell);
      results.push(...ended);
      return `${ended.length} cells`;
    });
  }
  const page = await faultsPage(results);
  process.stdout.write(page);
  if (process.argv.includes("--write")) writeFileSync(join(ROOT, "docs", "faults.md"), page);
});

/** Some at a time, in order. */
async function each(items, work) {
  const results = [];
  const queue = [...items.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [index, item] = next;
      results[index] = await work(item).catch((error) => {
        throw new Error(`${item.scenario}, ${item.request}, ${item.fault}: ${error.message}`);
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
