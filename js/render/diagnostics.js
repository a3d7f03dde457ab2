/** Findings as a terminal shows them: the engine draws each one, with its lines and their secrets hidden. */

import { styleOf } from "./paint.js";
import { list, matching, object, oneOf, optional, or, read, text } from "./shape.js";

/** Most findings that are shown; the rest is counted. */
const MAX_SHOWN = 20;

/** What the engine can count to. */
const isCount = (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 31;

const facts = object({
  severity: oneOf(["error", "warning", "note"]),
  code: matching(/^CFD\d{4}$/),
  message: text,
  help: optional(text),
});
const label = object({ label: text });

/** One finding as it is drawn; without a whole place it has none. */
export const finding = (value) => ({ ...facts(value), place: placeOf(value), related: relatedOf(value) });

/**
 * How findings are drawn: the engine knows which parts of a manifest are secrets.
 *
 * @callback Draw
 * @param {object[]} findings
 * @param {import("../index.js").Style} look
 * @returns {Promise<string[]>} one text for each, safe to print, with a line break at its end
 */

/**
 * Renders findings, each with its source lines, secrets masked; ends with a line break unless there is nothing to say.
 *
 * @param {Draw} draw
 * @param {unknown} given what is no list of findings gives nothing
 * @param {unknown} [style]
 * @returns {Promise<string>}
 */
export async function renderDiagnostics(draw, given, style) {
  return diagnosticsText(draw, read(list(finding), given) ?? [], styleOf(style));
}

/** The same for findings that were read. */
export async function diagnosticsText(draw, findings, look) {
  if (findings.length === 0) return "";
  const texts = await draw(findings.slice(0, MAX_SHOWN), look);
  const rest = findings.length - texts.length;
  return texts.join("\n") + (rest > 0 ? `\n… and ${rest === 1 ? "one more finding" : `${rest} more findings`}\n` : "");
}

function placeOf({ file, line, column, endLine, endColumn }) {
  const isWhole = typeof file === "string" && [line, column, endLine, endColumn].every(isCount);
  return isWhole ? { file, line, column, endLine, endColumn } : undefined;
}

function relatedOf({ related }) {
  const places = or(
    list((value) => ({ ...label(value), ...placeOf(value) })),
    [],
  )(related);
  return places.filter(({ file }) => file !== undefined);
}
