/** Files of SQL in the directories that manifests name, for the engine, which reads no files. */

import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { usageError } from "../errors.js";
import { withDirectories } from "./directories.js";
import { readText } from "./input.js";
import { reasonOf } from "./system.js";

const SQL = ".sql";

/**
 * @param {import("./process.js").Context} context
 * @param {typeof import("../index.js")} api
 * @param {{ name: string, text: string }[]} sources
 * @param {object} options of the call
 * @returns {Promise<object>} the options, with the texts of all files that documents refer to
 */
export function withMigrations(context, api, sources, options) {
  return withDirectories(api, sources, options, { key: "migrations", read: (path) => readFiles(context, path) });
}

async function readFiles(context, path) {
  const files = {};
  for (const name of await namesIn(context, path)) files[name] = await readText(context, join(path, name));
  return files;
}

async function namesIn({ cwd }, path) {
  try {
    const names = await readdir(resolve(cwd, path));
    return names.filter((name) => name.endsWith(SQL)).sort();
  } catch (error) {
    throw usageError(`cannot read the migrations in \`${path}\`: ${reasonOf(error)}`);
  }
}
