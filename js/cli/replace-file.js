import { randomUUID } from "node:crypto";
import { access, constants, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { usageError } from "../errors.js";

/**
 * Replaces a file's text in one step: a reader, or a crash, meets the old text or the new one. Links and permissions
 * stay.
 *
 * @param {string} path
 * @param {string} text
 */
export async function replaceFile(path, text) {
  const target = await realpath(path);
  const { mode } = await stat(target);
  const next = join(dirname(target), `.${randomUUID()}.tmp`);
  try {
    await writeFile(next, text, { mode: mode & 0o777, flag: "wx" });
    await rename(next, target);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
}

/**
 * Tells before anything happens that a file can't be replaced.
 *
 * @param {string} path
 * @param {string} name as the user wrote it
 * @throws {import("../errors.js").DeployError} 64
 */
export async function requireReplaceable(path, name) {
  const target = await realpath(path);
  for (const part of [target, dirname(target)]) {
    await access(part, constants.W_OK).catch(() => {
      throw usageError(`cannot write \`${name}\``, "writing the file, or into its directory, is not allowed");
    });
  }
}
