/**
 * The single-fault grid through the real command line: processes, exit codes, last lines, the same command again. Its
 * pauses are real time, so each request meets some of the faults that are soon over; `LONG=1` runs them all, which takes
 * about an hour. Each cell ends as docs/faults.md says.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { keyOf, readTables, shown } from "./fault-table.js";
import { CREDENTIALS, cellsOf, converged, FAULTS, prepared, SCENARIOS, stateOf } from "./grid.js";
import { openTerminal } from "./terminal.js";

const MAIN = ["create", "update", "toggle off", "rename host", "destroy"];
/** Minutes of real time in which nothing is done: many of them at once. */
const LASTING = ["timed out", "429 for five minutes"];
/** Half a minute. */
const SLOW = ["503 for ever"];
const AT_ONCE = 3;
const LASTING_AT_ONCE = 24;

const QUICK = Object.keys(FAULTS).filter((fault) => ![...LASTING, ...SLOW].includes(fault));
const ENV = { ...CREDENTIALS.secrets, CFWORKER_FINGERPRINT_KEY: CREDENTIALS.fingerprintKey };
const told = readTables(readFileSync(new URL("../../docs/faults.md", import.meta.url), "utf8"));

for (const name of MAIN) {
  const cells = await cellsOf(name);
  describe(`${name}, by the command line`, { concurrency: AT_ONCE }, () => {
    for (const cell of cells.filter(chosen(cells))) test(`${cell.request}, ${cell.fault}`, () => runCell(cell));
  });
  if (process.env.LONG) {
    describe(`${name}, by the command line, for minutes`, { concurrency: LASTING_AT_ONCE }, () => {
      const lasting = cells.filter(({ fault }) => LASTING.includes(fault));
      for (const cell of lasting) test(`${cell.request}, ${cell.fault}`, () => runCell(cell));
    });
  }
}

/** One fault for each write and for every sixth read, another one each time. */
function chosen(cells) {
  const requests = [...new Set(cells.map(({ request }) => request))];
  return ({ request, fault }) => {
    if (process.env.LONG) return !LASTING.includes(fault);
    const index = requests.indexOf(request);
    const isShown = !request.startsWith("GET") || index % 6 === 0;
    return isShown && QUICK.indexOf(fault) === (index * 5 + 3) % QUICK.length;
  };
}

async function runCell(cell) {
  const scenario = SCENARIOS[cell.scenario];
  const account = await prepared(scenario);
  const terminal = await openTerminal(account, scenario.to, ENV);
  const command = () => terminal.run(scenario.destroys ? "destroy" : "apply", "--yes");
  const { endsAfterMs } = FAULTS[cell.fault];
  let passes;
  try {
    const { foreign } = stateOf(account);
    account.local.setFaults([specOf(cell)]);
    if (endsAfterMs) passes = setTimeout(() => account.local.setFaults([]), endsAfterMs);
    const faulty = await command();
    account.local.setFaults([]);
    assert.equal(shown(faulty), told.get(keyOf(cell)), faulty.stderr);
    hasLastLines(faulty, scenario);
    const again = await command();
    assert.equal(again.exit, 0, again.stderr);
    await converged(account, scenario);
    assert.equal(stateOf(account).foreign, foreign);
  } finally {
    clearTimeout(passes);
    await terminal.close();
    await account.close();
  }
}

function specOf({ target, count, fault }) {
  const { kind, when = "" } = FAULTS[fault];
  return `${target}:${kind.replace(/\+\d+$/, "+1")}:${count}${when}`;
}

/** How the run ended is the last thing that a person reads. */
function hasLastLines({ exit, stdout, stderr }, { destroys, to }) {
  const [last] = stderr.trimEnd().split("\n").slice(-1);
  const endings = {
    0: destroys ? /^Done in / : /^(See|Undo|Try): {2}/,
    1: /Nothing was changed\. {3}cfworker-deploy explain CFD\d{4}$/,
    3: /Nothing needs cleaning up: run the same command again\. {3}cfworker-deploy explain CFD\d{4}$/,
    4: /Nothing was changed\. {3}cfworker-deploy explain CFD\d{4}$/,
  };
  const url = exit === 0 && !destroys && to.spec.dns.enabled ? `https://${to.spec.dns.hostname}/\n` : "";
  assert.equal(stdout, url);
  // Without routing there is no URL to try, and an update of routing has no undo.
  if (exit !== 0 || url || destroys) assert.match(last, endings[exit]);
  if (exit === 3) assert.match(stderr, /^ {2}not finished {2}\S+:|^ {2}unknown {7}\S+:/m);
  if (/CFD0402/.test(stderr)) assert.match(stderr, /^a token with all of it: https:\/\/dash\.cloudflare\.com\/\S+$/m);
}
