/**
 * Dotenv files, read by Node's own reader, which shortens what it does not understand without a word: a value at its
 * `#`, a quote that is not closed at the end of its line. Such a value is refused here, so that no secret is ever set to
 * half of itself.
 */

import { parseEnv } from "node:util";
import { usageError } from "../errors.js";

/** The start of a line that sets a name. */
const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([^\s=#]+)[ \t]*=[ \t]*/;

/** A line that sets nothing and means nothing. */
const NOTHING = /^[ \t]*(?:#.*)?$/;

/**
 * @param {string} text
 * @param {string} path shown where it can't be read
 * @returns {Record<string, string>}
 * @throws {import("../errors.js").DeployError} 64; names the variable or the line, never what stands there
 */
export function readDotenv(text, path) {
  const lines = text.replaceAll("\r", "");
  const pairs = parseEnv(lines);
  for (const [name, value] of Object.entries(wholeValues(lines, path))) {
    if (pairs[name] !== value) throw quoteIt(name, path, "can't be read as it stands");
  }
  return pairs;
}

/** Every value as its author wrote it, the last one of each name. */
function wholeValues(text, path) {
  const values = Object.create(null); // A file may name anything, `__proto__` too.
  let rest = text;
  let line = 1;
  while (rest !== "") {
    const end = endOfLine(rest, 0);
    const assignment = ASSIGNMENT.exec(rest.slice(0, end));
    if (!assignment && !NOTHING.test(rest.slice(0, end))) {
      throw usageError(`line ${line} of \`${path}\` sets nothing`, "write NAME=VALUE, a comment starts with `#`");
    }
    const entry = assignment && entryOf(rest, assignment, path);
    if (entry) values[assignment[1]] = entry.value;
    const read = rest.slice(0, (entry?.end ?? end) + 1);
    line += read.split("\n").length - 1;
    rest = rest.slice(read.length);
  }
  return values;
}

/** The value that starts after the assignment, and where its last line ends. */
function entryOf(text, [start, name], path) {
  const quote = text[start.length];
  if (!['"', "'", "`"].includes(quote)) return unquoted(text, start.length, name, path);
  const closing = text.indexOf(quote, start.length + 1);
  if (closing < 0) throw quoteIt(name, path, "has a quote that is not closed");
  const end = endOfLine(text, closing);
  if (!NOTHING.test(text.slice(closing + 1, end))) throw quoteIt(name, path, "goes on after its closing quote");
  const inner = text.slice(start.length + 1, closing);
  return { value: quote === '"' ? inner.replaceAll("\\n", "\n") : inner, end };
}

function unquoted(text, start, name, path) {
  const end = endOfLine(text, start);
  const value = text.slice(start, end).trim();
  if (value.includes("#")) throw quoteIt(name, path, "holds a `#` outside of quotes");
  return { value, end };
}

function endOfLine(text, from) {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

function quoteIt(name, path, problem) {
  return usageError(
    `the value of \`${name}\` in \`${path}\` ${problem}`,
    "quote it with a kind of quote that it does not hold, or give it in a JSON file",
  );
}
