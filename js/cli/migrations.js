/** Files of SQL in the directories that manifests name, for the engine, which reads no files. */

import { readdir } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { usageError } from "../errors.js";
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
export async function withMigrations(context, api, sources, options) {
  // Most runs have none, and need not read their manifests once more.
  const mayHave = (text) => text.includes("migrations");
  if (!sources.some(({ text }) => mayHave(text)) && !options.set?.some(([path]) => mayHave(path))) return options;
  const { manifests = [] } = await api.validate(sources, options);
  const migrations = {};
  for (const { file, migrations: directory, ...manifest } of manifests) {
    if (directory !== undefined) migrations[nameOf(manifest)] = await readFiles(context, file, directory);
  }
  return { ...options, migrations };
}

/** With all that tells a database from others of its name in the run. */
const nameOf = ({ kind, account, org, env, name }) => `${kind}/account/${account}/${org}/${env}/${name}`;

/** A directory is named from where the manifest lies; one on standard input lies where the command runs. */
async function readFiles(context, manifest, directory) {
  const isAlone = manifest === "<stdin>" || isAbsolute(directory);
  const path = isAlone ? directory : join(dirname(manifest), directory);
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
