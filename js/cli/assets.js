/** Files in the directories of static assets that manifests name, for the engine, which reads no files. */

import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { usageError } from "../errors.js";
import { withDirectories } from "./directories.js";
import { reasonOf } from "./system.js";

/** Which files are none of the site: lines as in a `.gitignore`. */
const IGNORE = ".assetsignore";
/** Where other tools keep the code of a site: it would be there for everybody to read. */
const CODE = "_worker.js";

/**
 * @param {import("./process.js").Context} context
 * @param {typeof import("../index.js")} api
 * @param {{ name: string, text: string }[]} sources
 * @param {object} options of the call
 * @returns {Promise<object>} the options, with the contents of all files that documents serve
 */
export function withAssets(context, api, sources, options) {
  return withDirectories(api, sources, options, { key: "assets", read: (path) => readFiles(context, path) });
}

async function readFiles({ cwd }, path) {
  try {
    return await filesIn(resolve(cwd, path));
  } catch (error) {
    if (error.exitCode !== undefined) throw error;
    throw usageError(`cannot read the static assets in \`${path}\`: ${reasonOf(error)}`);
  }
}

/** @returns {Promise<Record<string, Uint8Array>>} by path, which starts with `/` */
async function filesIn(folder) {
  const names = (await readdir(folder, { recursive: true })).map((name) => name.split(sep).join("/")).sort();
  const isIgnored = await ignoredIn(folder, names.includes(IGNORE));
  const files = {};
  for (const name of names.filter((one) => one !== IGNORE && !isIgnored(one))) {
    const file = join(folder, name);
    if (!(await stat(file)).isFile()) continue;
    if (name.split("/")[0] === CODE && !names.includes(IGNORE)) throw exposed(name);
    files[`/${name}`] = new Uint8Array(await readFile(file));
  }
  return files;
}

async function ignoredIn(folder, hasRules) {
  if (!hasRules) return () => false;
  const { default: ignore } = await import("ignore");
  const rules = ignore().add(await readFile(join(folder, IGNORE), "utf8"));
  return (name) => rules.ignores(name);
}

function exposed(name) {
  const help = `name \`${CODE}\` in a file \`${IGNORE}\` beside it; an empty one says that everybody may read it`;
  return usageError(`\`${name}\` among the static assets looks like code of the Worker`, help);
}
