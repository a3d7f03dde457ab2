/** What a run did, as Markdown at the end of the file that `GITHUB_STEP_SUMMARY` names. */

import { appendFile } from "node:fs/promises";
import { withFlags } from "./go-on.js";
import { cell, code, link, prose } from "./markdown.js";
import { failureOf } from "./views/failure.js";

/**
 * What a command tells about its run; filled in on the way, so that a failed run has its plan too.
 *
 * @typedef {object} Report
 * @property {{ address: string, action: string, reason: string }[]} changes
 * @property {object[]} [orphans] of the plan
 * @property {object[]} [kept] of the plan
 * @property {string[]} [exposes] of the plan
 * @property {string[]} [expires] of the plan
 * @property {string[]} [reverts] of the plan
 * @property {string[]} [loses] of the plan
 * @property {object[]} [diagnostics] of a run that did not throw
 * @property {string[]} [urls]
 * @property {string[]} [dashboard]
 * @property {string} [undo]
 * @property {string} [goOn] the command that goes on after a refusal
 */

const PARTLY_DONE = 3;

/** @returns {Report & { hear: (event: object) => void }} */
export function createReport() {
  const changes = [];
  const report = {
    changes,
    hear(event) {
      if (event.type === "change") changes.push(event);
      if (event.type === "plan") Object.assign(report, besidesOf(event));
    },
  };
  return report;
}

/** What a plan says beside its changes, out of the plan or its event. */
export const besidesOf = ({ orphans, kept, exposes, expires, reverts, loses }) => ({
  orphans,
  kept,
  exposes,
  expires,
  reverts,
  loses,
});

/**
 * @param {import("./process.js").Context} context
 * @param {string} command
 * @param {Report} report
 * @param {{ exit: number, error?: unknown }} ending
 */
export async function writeStepSummary({ env }, command, report, ending) {
  if (env.GITHUB_STEP_SUMMARY) await appendFile(env.GITHUB_STEP_SUMMARY, summaryOf(command, report, ending));
}

function summaryOf(command, report, { exit, error }) {
  const { changes, orphans = [], urls = [], dashboard = [], undo, goOn } = report;
  const failure = error === undefined ? undefined : failureOf(error);
  const parts = [
    `### \`cfworker-deploy ${command}\`: exit code ${exit}`,
    failure ? failureText(failure, goOn) : "",
    findingsText(failure?.diagnostics ?? report.diagnostics ?? [], failure),
    failure && isUntouched(failure) ? "Nothing was changed. The plan, as far as it was made:" : "",
    changesText(changes, orphans),
    besidesText(report),
    urls.map((url) => link(url)).join("<br>"),
    dashboard.map((url, index) => link(url, `Dashboard${index > 0 ? ` ${index + 1}` : ""}`)).join(" · "),
    undo ? `Undo: ${code(undo)}` : "",
  ];
  return `${parts.filter(Boolean).join("\n\n")}\n\n`;
}

/** What the engine found; it quotes no secret. The one that is the headline already is left out. */
function findingsText(diagnostics, headline) {
  const isTold = (finding) => finding.code === headline?.code && finding.message === headline.message;
  return diagnostics
    .filter((finding) => finding.severity !== "note" && !isTold(finding))
    .map(withFlags)
    .map(({ severity, code: name, message, file, line, help }) => {
      const place = file === undefined ? "" : ` (${code(line === undefined ? file : `${file}:${line}`)})`;
      return `- ${severity} **${prose(name)}**: ${prose(message)}${place}${help ? `; ${prose(help)}` : ""}`;
    })
    .join("\n");
}

const isUntouched = ({ done, notDone, unknown }) => done.length + notDone.length + unknown.length === 0;

function changesText(changes, orphans) {
  const told = changes.filter(({ action }) => action !== "no-op");
  if (told.length === 0 && orphans.length > 0)
    return `No changes; kept: ${orphans.map(({ address }) => code(address)).join(", ")}`;
  if (told.length === 0) return changes.length > 0 ? "Nothing to do: everything is as the manifest says." : "";
  const rows = told.map(
    ({ action, address, reason }) => `| ${action} | ${cell(code(address))} | ${prose(reason, quotedCell)} |`,
  );
  return ["| action | resource | why |", "| --- | --- | --- |", ...rows].join("\n");
}

/** What a run opens, what it lets be deleted by age, and which stores a removal leaves. */
function besidesText({ kept = [], exposes = [], expires = [], reverts = [], loses = [] }) {
  const stores = kept.filter(({ why }) => why === "holds-data").map(({ address }) => address);
  const lines = {
    "Opens to everybody": exposes,
    "Lets objects be deleted by age": expires,
    "Puts an earlier version live": reverts,
    "Deletes with all data": loses,
    "Kept with its data": stores,
  };
  return Object.entries(lines)
    .filter(([, addresses]) => addresses.length > 0)
    .map(([words, addresses]) => `${words}: ${addresses.map(code).join(", ")}`)
    .join("<br>");
}

const quotedCell = (text) => cell(code(text));

function failureText({ code: name, message, help, exitCode, done, notDone, unknown }, goOn) {
  const lines = (help ?? "").split("\n").filter(Boolean);
  const lists = Object.entries({ Done: done, "Not finished": notDone, Unknown: unknown });
  return [
    `**${prose(name)}**: ${prose(message)}`,
    ...lists.filter(([, all]) => all.length > 0).map(([word, all]) => `${word}: ${all.map(code).join(", ")}`),
    ...(goOn === undefined ? lines.map((line) => `Help: ${prose(line)}`) : [`Go on: ${code(goOn)}`]),
    exitCode === PARTLY_DONE ? "Nothing needs cleaning up: run the same command again." : "",
  ]
    .filter(Boolean)
    .join("\n\n");
}
