/**
 * The one way to standard output and to standard error. Whatever stands in a text, it does nothing there: escapes, NUL,
 * direction marks and other characters that a terminal obeys or hides are shown as `\u{…}`, and on GitHub nothing is
 * read as a command of the workflow. A stream that fails (full disk, closed pipe) is remembered; it ends no run.
 */

import { clearScreenDown, cursorTo, moveCursor } from "node:readline";
import { plain } from "../render/paint.js";
import { terminalOf } from "./views/terminal.js";

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: an escape is what these look for
/** Line breaks and colours of our own layout. No colour that hides, no movement. */
const LAYOUT = /(\n|\u001b\[(?:(?:0|1|2|22|39|3[1-6]|9[1-7])(?:;(?=\d))?)*m)/;
const LINE_BREAK = /(\n)/;

/** What GitHub's runner takes for a command: anywhere in a line, and at its start. */
const COMMAND_ANYWHERE = /##\[/g;
const COMMAND_AT_START = /^((?:\s|\u001b\[[\d;]*m)*)::/;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: above

/** What no JSON text has to escape and a terminal obeys or hides. */
const NOT_ASCII_OR_CONTROL = /[^\u0020-\u007e]/gu;

/**
 * @typedef {object} Output
 * @property {import("./views/terminal.js").Terminal} terminal what the stream can show
 * @property {(text: string) => void} line text of whatever origin on one line
 * @property {(text: string) => void} block laid-out text, its line breaks and our own colours included
 * @property {(value: unknown, indent?: number) => void} json the value, the same for whoever parses it
 * @property {(rows: number) => void} erase the last rows of a terminal
 * @property {() => Promise<Error | undefined>} settled why something of it could not be written
 */

/**
 * @param {NodeJS.WriteStream} stream
 * @param {Record<string, string | undefined>} env
 * @returns {Output}
 */
export function createOutput(stream, env) {
  const terminal = terminalOf(stream, env);
  const layout = terminal.color ? LAYOUT : LINE_BREAK;
  const inWorkflow = env.GITHUB_ACTIONS ? withoutCommands : (text) => text;
  let failure;

  function remember(error) {
    failure ??= error;
  }

  function write(text) {
    try {
      stream.write(text);
    } catch (error) {
      remember(error);
    }
  }

  stream.on("error", remember);
  return {
    terminal,
    line: (text) => write(`${inWorkflow(plain(text))}\n`),
    block(text) {
      const safe = inWorkflow(safeParts(text, layout));
      write(safe.endsWith("\n") ? safe : `${safe}\n`);
    },
    json: (value, indent) => write(`${jsonText(value, indent)}\n`),
    erase(rows) {
      moveCursor(stream, 0, -rows, remember);
      cursorTo(stream, 0, undefined, remember);
      clearScreenDown(stream, remember);
    },
    async settled() {
      await new Promise((resolve) => {
        try {
          stream.write("", () => resolve());
        } catch {
          resolve();
        }
      });
      return failure;
    },
  };
}

/** Whether a text is shown letter by letter, so that what somebody copies is what was meant. */
export function isShownExactly(text) {
  return plain(text) === text && !text.includes("\ufffd") && withoutCommands(text) === text;
}

/** What the pattern's group takes is ours and stays; what stands between is made safe. */
function safeParts(text, layout) {
  return text
    .split(layout)
    .map((part, index) => (index % 2 === 1 ? part : plain(part)))
    .join("");
}

function withoutCommands(text) {
  return text
    .split("\n")
    .map((line) => line.replace(COMMAND_ANYWHERE, "##\\u{5b}").replace(COMMAND_AT_START, "$1\\u{3a}:"))
    .join("\n");
}

function jsonText(value, indent) {
  return JSON.stringify(value, null, indent)
    .replace(NOT_ASCII_OR_CONTROL, (character) => (plain(character) === character ? character : escaped(character)))
    .replace(COMMAND_ANYWHERE, "##\\u005b");
}

/** The line breaks of an indented text are no part of a value. */
function escaped(character) {
  if (character === "\n") return character;
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
