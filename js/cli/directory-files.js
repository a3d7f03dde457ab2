/** The files of a directory that is published as a whole. */

import { lstat, readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { usageError } from "../errors.js";
import { reasonOf } from "./system.js";

/**
 * All of them: a link would be followed on this machine and by nobody else, so that none is left out or taken silently.
 *
 * @param {string} folder
 * @param {string} shown as the caller named it
 * @returns {Promise<Record<string, Uint8Array>>} by relative path, with `/` between its parts
 * @throws {import("../errors.js").DeployError} 64
 */
export async function filesOf(folder, shown) {
  const files = {};
  try {
    for (const name of (await readdir(folder, { recursive: true })).sort()) {
      const file = join(folder, name);
      const found = await lstat(file);
      if (found.isDirectory()) continue;
      if (!found.isFile()) throw notAFile(join(shown, name));
      files[name.split(sep).join("/")] = new Uint8Array(await readFile(file));
    }
  } catch (error) {
    if (error.exitCode !== undefined) throw error;
    throw usageError(`cannot read \`${shown}\`: ${reasonOf(error)}`);
  }
  if (Object.keys(files).length === 0) throw usageError(`no file lies in \`${shown}\``, "build it first");
  return files;
}

function notAFile(path) {
  return usageError(`\`${path}\` is a link, or no file`, "put a copy of what it leads to in its place");
}
