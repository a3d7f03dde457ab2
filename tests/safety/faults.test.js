/**
 * The single-fault grid (see grid.js) on a virtual clock: every write meets every fault, each read some of them;
 * `LONG=1` and `npm run faults` run all of it. How each cell ended is in docs/faults.md, which must say the same.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { ZONE } from "./account.js";
import { keyOf, readTables, shown } from "./fault-table.js";
import { cellsOf, converged, FAULTS, prepared, run, runCell, SCENARIOS } from "./grid.js";

const AT_ONCE = 4;
const READS_SHARE = 10;

const told = readTables(readFileSync(new URL("../../docs/faults.md", import.meta.url), "utf8"));
const cells = (await Promise.all(Object.keys(SCENARIOS).map(cellsOf))).flat();

test("docs/faults.md has each cell of the grid, and no other", () => {
  assert.deepEqual([...told.keys()].sort(), cells.map(keyOf).sort());
});

for (const scenario of Object.keys(SCENARIOS)) {
  describe(scenario, { concurrency: AT_ONCE }, () => {
    const own = cells.filter((cell) => cell.scenario === scenario);
    for (const request of new Set(own.map((cell) => cell.request))) {
      const chosen = own.filter((cell) => cell.request === request).filter(isChosen);
      test(`${request}: ${chosen.length} faults`, async () => {
        const problems = [];
        for (const cell of chosen) await tried(cell).catch(({ message }) => problems.push(`${cell.fault}: ${message}`));
        assert.deepEqual(problems, []);
      });
    }
  });
}

async function tried(cell) {
  const ended = shown(await runCell(cell));
  assert.equal(ended, told.get(keyOf(cell)), "docs/faults.md says otherwise: run `npm run faults -- --write`");
}

/** Reads are alike: each meets one or two faults, all together meet all. */
function isChosen({ request, fault }) {
  if (process.env.LONG || !request.startsWith("GET")) return true;
  return (Object.keys(FAULTS).indexOf(fault) + request.length) % READS_SHARE === 0;
}

describe("the grid itself sees", () => {
  const scenario = SCENARIOS.create;
  const damages = {
    "a record that is there twice": ({ foreign }) => foreign.addRecord(ZONE, { type: "A", name: `shop.${ZONE}` }),
    "a route that leads elsewhere": ({ local }) => {
      for (const route of [...local.state.routes.values()].flat()) route.script = "foreign";
    },
    "an orphaned route": ({ foreign }) => foreign.addRoute(ZONE, { pattern: `old.${ZONE}/*`, script: "shop" }),
    "a secret that is gone": ({ foreign }) => foreign.editSecret("shop", "KEY", null),
  };
  for (const [name, damage] of Object.entries(damages)) {
    test(name, async () => {
      const account = await prepared(scenario);
      await run(account, scenario);
      await converged(account, scenario);
      damage(account);
      await assert.rejects(converged(account, scenario));
      await account.close();
    });
  }
});
