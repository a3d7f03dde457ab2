/** The versions of Workers as text: which get requests, who made them and when, and what their makers said. */

import { createPaint, plain, styleOf, widthOf } from "./paint.js";
import { shortAccount } from "./plan-parts.js";
import { amount, flag, list, object, optional, or, read, record, text } from "./shape.js";

const deployment = object({ createdOn: text, author: text, source: text, message: optional(text), percent: amount });

const version = object({
  id: text,
  number: optional(amount),
  createdOn: text,
  author: text,
  source: text,
  message: optional(text),
  ours: flag,
  percent: amount,
  deployments: list(deployment),
});

const worker = object({ account: text, script: text, ours: or(flag, true), versions: list(version) });

const shape = object({ workers: record(worker) });

const INDENT = " ".repeat(10);
/** Enough of a version's id to name it by. */
const SHORT_ID = 8;

/**
 * Renders the versions of Workers. What is no history gives nothing.
 *
 * @param {unknown} given
 * @param {unknown} [style]
 * @returns {string}
 */
export function renderHistory(given, style) {
  const history = read(shape, given);
  if (!history) return "";
  const paint = createPaint(styleOf(style).color);
  return Object.values(history.workers)
    .map((one) => workerText(one, paint))
    .join("\n");
}

function workerText({ account, script, ours, versions }, paint) {
  const note = ours ? "" : ", without the mark of this manifest";
  const numbers = versions.map(({ number }) => plain(String(number ?? "?")));
  const width = Math.max(0, ...numbers.map(widthOf));
  const lines = versions.flatMap((one, index) => versionLines(one, numbers[index].padStart(width), paint));
  return `${plain(`${script}  (account ${shortAccount(account)}${note})`)}\n\n${lines.map((line) => `${line}\n`).join("")}`;
}

function versionLines(one, number, paint) {
  const { id, createdOn, message, ours, percent, deployments } = one;
  const share = (percent > 0 ? `${percent} %` : "-").padStart(7);
  const about = [secondOf(createdOn), whoOf(one), ...(ours ? [] : ["not by us"])].filter(Boolean).join("  ");
  const line = `  ${share}  ${number}  ${id.slice(0, SHORT_ID)}  ${about}`;
  return [
    percent > 0 ? paint.green(plain(line)) : plain(line),
    ...(message === undefined ? [] : [INDENT + paint.dim(plain(message))]),
    ...deploymentLines(one, deployments).map((told) => INDENT + paint.dim(plain(told))),
  ];
}

/** The last time it went live, where that says more than that it was made. */
function deploymentLines(made, [last]) {
  if (last === undefined) return ["never got requests, as far as Cloudflare tells"];
  const isOfUpload = last.message === undefined || whoOf(last) !== whoOf(made);
  const isPartly = last.percent < 100;
  if (isOfUpload && !isPartly && whoOf(last) === whoOf(made)) return [];
  const share = isPartly ? ` at ${last.percent} %` : "";
  const said = last.message === undefined ? "" : `: ${last.message}`;
  return [`deployed${share} ${[secondOf(last.createdOn), whoOf(last)].filter(Boolean).join("  ")}${said}`];
}

/** A time without its fractions of a second. */
const secondOf = (time) => time.replace(/\.\d+(?=Z$)/, "");

const whoOf = ({ author, source }) => [author, source].filter(Boolean).join(" through ");
