/** Findings as a terminal shows them: the line, a mark under the place, the way out. */

import { createPaint, plain, styleOf } from "./paint.js";
import { list, matching, object, oneOf, optional, read, text } from "./shape.js";

/** Most findings that are shown; the rest is counted. */
const MAX_SHOWN = 20;

/** Most characters of a source line, on however wide a terminal. */
const MAX_WIDTH = 260;

const COLORS = { error: "red", warning: "yellow", note: "cyan" };

const facts = object({
  severity: oneOf(Object.keys(COLORS)),
  code: matching(/^CFD\d{4}$/),
  message: text,
  help: optional(text),
});

/** What the engine can count to. */
const isCount = (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 31;

/** One finding as it is shown; without a whole place it has none. */
export const finding = (value) => ({ ...facts(value), place: placeOf(value) });

/**
 * How the lines of places are asked for: the engine knows which parts of a manifest are secrets.
 *
 * @callback SourceLines
 * @param {object[]} places
 * @param {number} width most characters of a line
 * @returns {Promise<({ text: string, start: number, end: number } | null)[]>} safe to print, with the mark in it in
 *   UTF-16 units; null for a place whose source is not at hand
 */

/**
 * Renders findings, each with its source line, secrets masked; ends with a line break unless there is nothing to say.
 *
 * @param {SourceLines} sourceLines
 * @param {unknown} given what is no list of findings gives nothing
 * @param {unknown} [style]
 * @returns {Promise<string>}
 */
export async function renderDiagnostics(sourceLines, given, style) {
  return diagnosticsText(sourceLines, read(list(finding), given) ?? [], styleOf(style));
}

/** The same for findings that were read. */
export async function diagnosticsText(sourceLines, findings, { color, width }) {
  const paint = createPaint(color);
  const shown = findings.slice(0, MAX_SHOWN);
  const frames = await framesOf(sourceLines, shown, width);
  const texts = shown.map((finding, index) => findingText(finding, frames[index], paint));
  const rest = findings.length - shown.length;
  return texts.join("\n") + (rest > 0 ? `\n… and ${rest} more findings\n` : "");
}

function findingText({ severity, code, message, help, place }, frame, paint) {
  const emphasize = paint[COLORS[severity]];
  const lines = [`${emphasize(`${severity}[${code}]`)}: ${plain(message)}`];
  // The mark may stand elsewhere, where something before it is masked or cut: this line tells the true place.
  if (place) lines.push(`${paint.dim(arrowTo(place))} ${plain(place.file)}:${place.line}:${place.column}`);
  if (frame) lines.push(frame.replace(/^>/, emphasize).replace(/\^+$/, emphasize));
  if (help !== undefined) lines.push(`  ${paint.cyan("help")}: ${plain(help)}`);
  return `${lines.join("\n")}\n`;
}

/** As far to the right as the frame's line number reaches. */
const arrowTo = ({ line }) => `${" ".repeat(String(line).length)}-->`;

/** The frame of each finding; undefined where it has no line. */
async function framesOf(sourceLines, findings, width) {
  const places = findings.flatMap(({ place }) => place ?? []);
  if (places.length === 0) return [];
  const gutter = Math.max(...places.map(({ line }) => String(line).length)) + "> ".length + " | ".length;
  const lines = await sourceLines(places, Math.max(Math.min(width, MAX_WIDTH) - gutter, 0));
  const lineOf = new Map(places.map((place, index) => [place, lines[index]]));
  const draw = lines.some(Boolean) ? await loadFrames() : undefined;
  return findings.map(({ place }) => draw && lineOf.get(place) && frameOf(draw, place.line, lineOf.get(place)));
}

/** Only a finding needs it. A page without a bundler has no such module: there the place is told without its line. */
async function loadFrames() {
  const loaded = await import("@babel/code-frame").catch(() => undefined);
  // It is CommonJS: some bundlers give its names, others only the whole.
  return loaded?.codeFrameColumns ?? loaded?.default?.codeFrameColumns;
}

function frameOf(draw, number, { text, start, end }) {
  const mark = { start: { line: number, column: start + 1 }, end: { line: number, column: end + 1 } };
  try {
    // It would colour the line as JavaScript, which it is not.
    return draw(text, mark, { startLine: number, linesAbove: 0, linesBelow: 0, highlightCode: false });
  } catch {
    return undefined; // It asks `process` for colours, and a page may have half of one.
  }
}

function placeOf({ file, line, column, endLine, endColumn }) {
  const isWhole = typeof file === "string" && [line, column, endLine, endColumn].every(isCount);
  return isWhole ? { file, line, column, endLine, endColumn } : undefined;
}
