/** A check-up as text: what is fine, what is not, what no read can prove. */

import { createPaint, plain, styleOf } from "./paint.js";
import { flag, list, number, object, optional, or, read, text } from "./shape.js";

const shape = object({
  checks: list(object({ name: text, ok: flag, detail: text, help: optional(text) })),
  missing: or(list(text), []),
  unproven: or(list(text), []),
  link: or(text, ""),
  exitCode: or(number, 0),
});

/** With any other failure another token would not help. */
const NOT_ALLOWED = 4;

/**
 * Renders a check-up. What is none gives nothing.
 *
 * @param {unknown} given
 * @param {unknown} [style]
 * @returns {string}
 */
export function renderCheckup(given, style) {
  const checkup = read(shape, given);
  if (!checkup) return "";
  const { checks, missing, unproven, link, exitCode } = checkup;
  const paint = createPaint(styleOf(style).color);
  const lines = checks.flatMap((check) => checkLines(check, paint));
  if (missing.length > 0) lines.push("", `The token lacks for certain: ${plain(missing.join(", "))}`);
  if (unproven.length > 0) lines.push("", `Needed, and not provable by reading: ${plain(unproven.join(", "))}`);
  if (exitCode === NOT_ALLOWED) lines.push(`A token with all of it: ${plain(link)}`);
  lines.push("", closing(checks.filter(({ ok }) => !ok).length));
  return `${lines.join("\n")}\n`;
}

function checkLines({ name, ok, detail, help }, paint) {
  const mark = ok ? paint.green("ok") : paint.red("NO");
  const lines = [`  ${mark}  ${plain(name)}:${ok ? " " : "\n      "}${plain(detail)}`];
  if (help !== undefined) lines.push(`      help: ${plain(help)}`);
  return lines;
}

function closing(failed) {
  if (failed === 0) return "Everything that reads can tell is fine.";
  return `${failed === 1 ? "1 check" : `${failed} checks`} failed. Nothing was changed.`;
}
