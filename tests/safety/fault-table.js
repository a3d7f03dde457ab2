/** The grid's results as Markdown, and back: docs/faults.md is written from a run, and a test compares it with one. */
import { FAULTS } from "./grid.js";

const LEGEND = [
  ["ok", "ended well in the same run"],
  ["1", "exit 1: Cloudflare can't be reached or fails; nothing was written"],
  ["3", "exit 3: partly done, or nobody can tell; the run says what is open"],
  ["4", "exit 4: a permission is missing; nothing was written"],
];

/** How a cell of the table says it. */
export const shown = ({ exit }) => (exit === 0 ? "ok" : String(exit));

/**
 * One scenario: a column for each fault, and a row for the requests that fared alike, one after the other.
 * @param {object[]} results of `runCell`
 */
export function tableOf(results) {
  const columns = Object.keys(FAULTS);
  const rows = [];
  for (const request of new Set(results.map((result) => result.request))) {
    const own = results.filter((result) => result.request === request);
    const cells = columns.map((fault) => shown(own.find((result) => result.fault === fault)));
    const last = rows.at(-1);
    if (last && String(last.cells) === String(cells)) last.requests.push(request);
    else rows.push({ requests: [request], cells });
  }
  const named = ({ requests, cells }) => row([requests.map((request) => `\`${request}\``).join("<br>"), ...cells]);
  return [row(["request", ...columns]), row(["---", ...columns.map(() => "---")]), ...rows.map(named)].join("\n");
}

export const legend = () => LEGEND.map(([sign, meaning]) => `- \`${sign}\`: ${meaning}`).join("\n");

/** @returns {Map<string, string>} `scenario | request | fault` → how the document shows it */
export function readTables(markdown) {
  const cells = new Map();
  for (const section of markdown.split(/^(?=##)/m).filter((text) => text.startsWith("### "))) {
    const scenario = section.split("\n", 1)[0].slice("### ".length);
    const [head, , ...rows] = section
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .map(cellsIn);
    for (const [requests, ...values] of rows) {
      for (const request of requests.split("<br>")) {
        for (const [index, value] of values.entries())
          cells.set(keyOf({ scenario, request: request.slice(1, -1), fault: head[index + 1] }), value);
      }
    }
  }
  return cells;
}

export const keyOf = ({ scenario, request, fault }) => `${scenario} | ${request} | ${fault}`;

const row = (values) => `| ${values.join(" | ")} |`;
const cellsIn = (line) => line.slice(2, -2).split(" | ");
