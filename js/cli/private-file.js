/** A file with keys in it that is read only when it is the user's own. */

import { constants, open } from "node:fs/promises";
import { dirname } from "node:path";
import { usageError } from "../errors.js";
import { reasonOf } from "./system.js";

const OTHERS_WRITE = 0o022;
const OTHERS = 0o077;

/**
 * Reads a file that nobody else could have put there or changed: it and its folder belong to this user, others can't
 * write to the folder and do nothing at all with the file. What was looked at is what is read.
 *
 * @param {string} path
 * @returns {Promise<string>}
 * @throws {import("../errors.js").DeployError} 64
 */
export async function readPrivate(path) {
  await requireOwn(dirname(path), constants.O_DIRECTORY, OTHERS_WRITE);
  const file = await opened(path, 0);
  try {
    requireOwned(await file.stat(), path, OTHERS);
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

/**
 * Whether a folder is this user's own, and only this user's to write to.
 *
 * @param {string} folder
 * @throws {import("../errors.js").DeployError} 64
 */
export const requireOwnFolder = (folder) => requireOwn(folder, constants.O_DIRECTORY, OTHERS_WRITE);

async function requireOwn(path, flags, forbidden) {
  const file = await opened(path, flags);
  try {
    requireOwned(await file.stat(), path, forbidden);
  } finally {
    await file.close();
  }
}

/** A link could lead to something of the user's own that was made for another purpose. */
async function opened(path, flags) {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | flags);
  } catch (error) {
    const reason = error.code === "ELOOP" ? "it is a link" : reasonOf(error);
    throw usageError(`\`${path}\` is not used: ${reason}`, `remove it if it is not yours to keep`);
  }
}

/** Systems without user ids have nothing to compare. */
function requireOwned({ uid, mode }, path, forbidden) {
  const own = process.getuid?.();
  if (own === undefined) return;
  if (uid !== own) {
    throw usageError(
      `\`${path}\` is not used: it belongs to another user (${uid}), not to you (${own})`,
      "work in a folder of your own, or start your own there: cfworker-deploy local",
    );
  }
  if ((mode & forbidden) !== 0) {
    throw usageError(
      `\`${path}\` is not used: other users can ${(mode & OTHERS_WRITE) !== 0 ? "write to it" : "read it"}`,
      `its mode is ${(mode & 0o777).toString(8)}: take the others' rights away with chmod go=, or start it anew`,
    );
  }
}
