/** A bundle on this machine: a file as it is, a directory as a tar of what is in it. */

import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { filesOf } from "./directory-files.js";
import { openBytes } from "./input.js";

/** Where each header of a tar says that it is one, and how. */
const TAR = { at: 257, text: "ustar" };

/**
 * @param {import("./process.js").Context} context
 * @param {string} path a file, a directory, or `-`
 * @returns {Promise<Blob>}
 * @throws {import("../errors.js").DeployError} 64
 */
export async function openBundle(context, path) {
  const folder = resolve(context.cwd, path);
  if (path === "-" || !(await isDirectory(folder))) return openBytes(context, path);
  const files = await filesOf(folder, path);
  const { pack } = await context.loadApi();
  return new Blob([await pack(files)]);
}

/** What a key ends with that is made for these bytes; the engine has the same rule for those that it makes. */
export async function extensionOf(bundle) {
  const start = Buffer.from(await bundle.slice(0, 512).arrayBuffer());
  if (start[0] === 0x1f && start[1] === 0x8b) return ".tar.gz";
  return start.subarray(TAR.at, TAR.at + TAR.text.length).toString("latin1") === TAR.text ? ".tar" : ".js";
}

const isDirectory = (path) =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
