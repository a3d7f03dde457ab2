/** An error as text: findings with their lines, what is done and what is not, the next command. */

import { diagnosticsText, finding } from "./diagnostics.js";
import { createPaint, plain, styleOf } from "./paint.js";
import { flag, list, number, object, optional, or, read, text } from "./shape.js";

/** What the text needs of an error. */
const shape = object({
  code: text,
  message: text,
  help: optional(text),
  exitCode: or(number, 0),
  diagnostics: or(list(finding), []),
  done: or(list(text), []),
  notDone: or(list(text), []),
  unknown: or(list(text), []),
  sent: or(flag, true),
});

const BAD_MANIFEST = 65;
const PARTLY_DONE = 3;
const INTERRUPTED = [130, 143];

/**
 * Renders an error. What is none gives nothing.
 *
 * @param {import("./diagnostics.js").Draw} draw
 * @param {unknown} given
 * @param {unknown} [style]
 * @returns {Promise<string>}
 */
export async function renderError(draw, given, style) {
  const error = read(shape, given);
  if (!error) return "";
  const { color, width } = styleOf(style);
  const errors = error.diagnostics.filter(isError).length;
  const title = createPaint(color).red(`error[${plain(error.code)}]`);
  const help = helpLines(error, errors).map(plain);
  return [
    errors === 0 ? `${title}: ${plain(error.message)}\n` : "",
    await diagnosticsText(draw, error.diagnostics, { color, width }),
    hasBegun(error) ? settledText(error) : "",
    help.length > 0 ? `\n${help.join("\n")}\n` : "",
    `\n${closing(error, errors)}\n`,
  ].join("");
}

const isError = ({ severity }) => severity === "error";
const isInterrupted = ({ exitCode }) => INTERRUPTED.includes(exitCode);

/** The run stopped on its way, so single changes are worth telling. */
function hasBegun(error) {
  const isSettled = [error.done, error.notDone, error.unknown].some((addresses) => addresses.length > 0);
  return isSettled && (error.exitCode === PARTLY_DONE || isInterrupted(error));
}

/** What is done, one address a line. An address of several writes is finished with the last of them. */
function settledText({ done, notDone, unknown }) {
  const lists = Object.entries({ done, "not finished": notDone, unknown });
  const line = (word, address) => `  ${word.padEnd(12)}  ${plain(address)}\n`;
  return lists
    .flatMap(([word, [first, ...rest]]) =>
      first === undefined ? [] : ["\n", line(word, first), ...rest.map((address) => line("", address))],
    )
    .join("");
}

/** Lines of the error's own help, without what a finding or the last line says already. */
function helpLines(error, errors) {
  const isSaid = errors > 0 && error.diagnostics.some(({ help }) => help === error.help);
  return error.help === undefined || isSaid ? [] : linesOf(error.help);
}

function linesOf(text) {
  const lines = text.split(/\r?\n/);
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

function closing(error, errors) {
  if (isInterrupted(error)) return stateOf(error);
  const count = errors > 1 ? `${errors} errors` : "1 error";
  return `${count}. ${stateOf(error)}   cfworker-deploy explain ${plain(error.code)}`;
}

/** How things stand now. */
function stateOf(error) {
  if (hasBegun(error)) return "Nothing needs cleaning up: run the same command again.";
  if (error.done.length > 0) return "Everything was applied.";
  return error.exitCode === BAD_MANIFEST && !error.sent ? "Nothing was sent to Cloudflare." : "Nothing was changed.";
}
