/** A command of this tool as text that a POSIX shell reads. */

import { quote } from "shell-quote";
import { FLAGS, flagsOf } from "./flags.js";
import { isShownExactly } from "./output.js";

/** Words whose characters mean nothing to a shell. */
const INERT = /^[\w./:=@%+,-]+$/;

/** What a program reads has no line for people to copy. */
const NOT_REPEATED = ["json"];

/**
 * @param {string} command
 * @param {string[]} operands
 * @param {Record<string, unknown>} flags by their names in camelCase; those that the command does not have are left out
 * @returns {string | undefined} undefined where a word can't be shown exactly as it is
 */
export function commandLine(command, operands, flags) {
  const told = flagsOf(command).filter(({ flag }) => !NOT_REPEATED.includes(nameOf(flag)));
  const words = [command, ...operands, ...told.flatMap(({ flag }) => spelled(flag, flags[nameOf(flag)]))];
  return textOfWords(["cfworker-deploy", ...words]);
}

/** Flags alone, as they stand in a sentence. @returns {string | undefined} */
export function flagWords(pairs) {
  return textOfWords(pairs.flat());
}

/** Options of the JavaScript calls whose flag has another name. */
const FLAG_NAMES = { __proto__: null, secrets: "secretsFile", timeoutMs: "timeout" };

/**
 * An option of a call as its flag, with what it takes: `--secrets-file FILE`.
 *
 * @param {import("../index.js").CallOption} option
 * @returns {string | undefined} undefined for what has no flag, or can't be shown exactly
 */
export function callOption({ name, value }) {
  const row = FLAGS.find(({ flag }) => nameOf(flag) === (FLAG_NAMES[name] ?? name));
  if (!row) return undefined;
  const [flag, operand] = row.flag.split(" ");
  const words = operand === undefined ? [] : [value ?? operand.slice(1, -1).toUpperCase()];
  return textOfWords([flag, ...words]);
}

/** A command of somebody else's. @param {string[]} words @returns {string | undefined} */
export const shellLine = (words) => textOfWords(words);

/** The library quotes whatever a shell might touch, and much that it would not: such words are left to be read. */
function textOfWords(words) {
  if (!words.every(isShownExactly)) return undefined;
  return words.map((word) => (INERT.test(word) ? word : quote([word]))).join(" ");
}

/** A switch and a bare `--adopt` stand alone; a time has become milliseconds. */
function spelled(row, value) {
  const [name, operand] = row.split(" ");
  if (value === undefined || value === false) return [];
  return [value].flat().flatMap((one) => (one === true || one === "" ? [name] : [name, textOf(one, operand)]));
}

/** `--set` is kept as a pair. */
function textOf(value, operand) {
  if (Array.isArray(value)) return value.join("=");
  return operand === "<time>" ? `${value}ms` : String(value);
}

/** `--secrets-file <file>` is `secretsFile` among the flags of a command. */
const nameOf = (row) =>
  row
    .slice(2)
    .split(" ")[0]
    .replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
