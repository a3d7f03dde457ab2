/** Files and standard input, read as text that people can be told about. */

import { isUtf8 } from "node:buffer";
import { openAsBlob } from "node:fs";
import { access, constants, readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { buffer } from "node:stream/consumers";
import { DeployError, usageError } from "../errors.js";
import { reasonOf } from "./system.js";

/** The name that stands for standard input. */
export const STDIN = "-";

/** Far above every limit of the engine; only keeps a wrong path from filling the memory. */
const MAX_BYTES = 256 * 1024 * 1024;

const NOT_UTF8 = "CFD0112";

/**
 * @param {import("./context.js").Context} context
 * @param {string} path a file, or `-`
 * @returns {Promise<Buffer>}
 * @throws {import("../errors.js").DeployError} 64
 */
export async function readBytes(context, path) {
  if (path === STDIN) return readStdin(context);
  try {
    const bytes = await readFile(resolve(context.cwd, path));
    requireFit(bytes.length);
    return bytes;
  } catch (error) {
    throw usageError(`cannot read \`${path}\`: ${reasonOf(error)}`);
  }
}

/**
 * Bytes that need not lie in memory as a whole: a file is read each time that they are wanted, and refuses that once it
 * was changed.
 *
 * @param {import("./context.js").Context} context
 * @param {string} path a file, or `-`
 * @returns {Promise<Blob>}
 * @throws {import("../errors.js").DeployError} 64
 */
export async function openBytes(context, path) {
  const file = resolve(context.cwd, path);
  if (path === STDIN || !(await isReadable(file))) return new Blob([await readBytes(context, path)]);
  const blob = await openAsBlob(file);
  try {
    requireFit(blob.size);
    return blob;
  } catch (error) {
    throw usageError(`cannot read \`${path}\`: ${reasonOf(error)}`);
  }
}

/** Pipes can be read once, and whatever can't be read is told by whoever tries. */
async function isReadable(file) {
  try {
    await access(file, constants.R_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

function requireFit(size) {
  if (size > MAX_BYTES) throw Object.assign(new Error(), { code: "ERR_FS_FILE_TOO_LARGE" });
}

/** @returns {Promise<string>} the text with its byte order mark, if it has one */
export async function readText(context, path) {
  const bytes = await readBytes(context, path);
  if (isUtf8(bytes)) return bytes.toString("utf8");
  const utf16 = bytes.length > 1 && [0xfeff, 0xfffe].includes(bytes.readUInt16BE(0));
  const message = `\`${path}\` is ${utf16 ? "UTF-16" : "not UTF-8"} text`;
  throw new DeployError({ code: NOT_UTF8, exitCode: 65, message, help: "save it as UTF-8" });
}

/** Standard input can be read once: who asks twice named it twice. */
function readStdin(context) {
  if (context.stdinRead) throw usageError("`-` is named twice, standard input can be read once");
  context.stdinRead = true;
  return buffer(context.stdin);
}
