/** Tells before anything happens that a file or folder can't be written where somebody wants it. */

import { access, constants, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { usageError } from "../errors.js";
import { reasonOf } from "./system.js";

/**
 * @param {import("./process.js").Context} context
 * @param {string} path of a file that is about to be written, as the user wrote it
 * @throws {import("../errors.js").DeployError} 64
 */
export async function requireWritableFile({ cwd }, path) {
  const file = resolve(cwd, path);
  const there = await stat(file).catch(() => undefined);
  if (there?.isDirectory()) throw usageError(`cannot write \`${path}\`: it is a folder`, "name a file in it");
  await requireFolder(dirname(file), dirname(path), path);
  await requireAccess(there ? file : dirname(file), path);
}

/**
 * @param {import("./process.js").Context} context
 * @param {string} path of a folder that will hold something and may not be there yet
 * @throws {import("../errors.js").DeployError} 64
 */
export async function requireWritableFolder({ cwd }, path) {
  const folder = resolve(cwd, path);
  const there = await stat(folder).catch((error) => error);
  if (there.code === "ENOENT") return requireWritableFolder({ cwd }, dirname(folder));
  if (there instanceof Error) throw usageError(`cannot use \`${path}\`: ${reasonOf(there)}`);
  if (!there.isDirectory()) throw usageError(`cannot use \`${path}\`: it is no folder`, "name a folder");
  await requireAccess(folder, path);
}

async function requireFolder(folder, name, path) {
  const there = await stat(folder).catch((error) => error);
  if (there.code === "ENOENT") {
    throw usageError(`cannot write \`${path}\`: there is no folder \`${name}\``, "make the folder first");
  }
  if (there instanceof Error) throw usageError(`cannot write \`${path}\`: ${reasonOf(there)}`);
  if (!there.isDirectory()) throw usageError(`cannot write \`${path}\`: \`${name}\` is no folder`);
}

async function requireAccess(path, name) {
  await access(path, constants.W_OK).catch((error) => {
    throw usageError(`cannot write \`${name}\`: ${reasonOf(error)}`);
  });
}
