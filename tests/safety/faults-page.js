/** docs/faults.md, written from a run: `npm run faults -- --write`. */
import { DRIFT, runDrift } from "./drift.js";
import { legend, tableOf } from "./fault-table.js";

/** @param {object[]} results of every cell of the grid, by `runCell` */
export async function faultsPage(results) {
  const scenarios = [...new Set(results.map(({ scenario }) => scenario))];
  const grids = scenarios.map(
    (name) => `### ${name}\n\n${tableOf(results.filter(({ scenario }) => scenario === name))}\n`,
  );
  const drift = [];
  for (const name of Object.keys(DRIFT)) drift.push(driftRow(await runDrift(name)));
  return `# Faults and drift

Written by \`npm run faults -- --write\` from a run against Local Cloudflare; tests compare it with theirs.

## One fault at a time

Each request of a run meets each fault: ${results.length} cells. After each, the same command runs again without the
fault and ends well; a third run has nothing to do and writes nothing. No record, route or version is there twice, nothing
is orphaned, and what belongs to other people is byte for byte as it was.

${legend()}

The faults: the connection is *refused*, or *reset before* the request takes effect; the answer is *lost after* the
effect; a proxy sends the request twice (*doubled*); no answer comes within a minute (*timed out*); the answer is cut off
(*truncated*) or is an error page of the edge (*HTML*); 429, the second kind with \`Retry-After: 30\`; 500, 503 and 403.
Whatever passes is got over within the run: every column up to *503 once* is \`ok\` alone. A zone that may not be read is
no failure when the manifest names its id, and a look for a race beside the last write is only a look.

The creation, change and deletion of a KV namespace, an R2 bucket, a D1 database and a queue meet the same
faults, each write all of them: \`tests/safety/stores.test.js\`.

${grids.join("\n")}
## Outages

Everything fails for a while, the API and R2 alike. Each cell is four first deployments, which the outage meets in the
plan, before the upload, in the upload (whose answer was lost) and after it. They end well in the same run, and the same
run again has nothing to do. It is one outage however many requests it meets: one at a time is sent to see whether it is
over, and the others wait for its answer. An outage is waited for a minute and a half, a throttling as long as a request is
tried. \`tests/simulation/tests/outages.rs\` plays them all; \`npm run simulate\` makes outages and set clocks by chance.

| everything fails for | 503 | connection reset | 429 | 429 with \`Retry-After: 0\` |
| --- | --- | --- | --- | --- |
| 0.5 s | ok | ok | ok | ok |
| 1 s | ok | ok | ok | ok |
| 2 s | ok | ok | ok | ok |
| 5 s | ok | ok | ok | ok |
| 10 s | ok | ok | ok | ok |
| 20 s | ok | ok | ok | ok |
| 30 s | ok | ok | ok | ok |
| 45 s | ok | ok | ok | ok |
| 60 s | ok | ok | ok | ok |

## What each kind met

\`npm run simulate\` plays 110,000 cases in an account in memory: what is wanted, what was there, and what goes wrong come from
a seed. So many of them met, with each kind in their plan, faults of single requests, lists that showed what was there half a
minute ago, outages, others who deploy or change things meanwhile, and changes by others before. All of them ended as they
must. It prints this table anew, and fails where a number is below 20.

| | faults | stale lists | outages | races | drift |
| --- | --- | --- | --- | --- | --- |
| Worker | 13490 | 10411 | 7562 | 19014 | 24491 |
| KV namespace | 7556 | 3339 | 2819 | 3202 | 9087 |
| R2 bucket | 6304 | 3369 | 4972 | 3258 | 9294 |
| D1 database | 6016 | 3383 | 5558 | 3206 | 9664 |
| queue | 7953 | 3739 | 4304 | 3977 | 9467 |
| consumer of a queue | 4135 | 567 | 1383 | 1636 | 3173 |
| Workers bound to each other | 1645 | 775 | 631 | 1327 | 1742 |
| reference | 22827 | 6977 | 10600 | 9581 | 18720 |

## What other people do

What the next \`plan\` says of it; exit code 5 stops \`apply\` before any write until it gets the flags.

| what happened | exit | \`plan\` | goes on with |
| --- | --- | --- | --- |
${drift.join("\n")}
`;
}

export function driftRow({ name, exit, changes, says, flags }) {
  const lines = (list) => list.map((line) => line.replaceAll("|", "\\|")).join("<br>");
  const plan = lines([...changes, ...says]) || "nothing to do";
  return `| ${name} | ${exit} | ${plan} | ${flags.map((flag) => `\`${flag}\``).join("<br>")} |`;
}
