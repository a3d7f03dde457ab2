import { randomUUID } from "node:crypto";
import { realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

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
