/** Directories that manifests name, for the engine, which reads no files. */

import { dirname, isAbsolute, join } from "node:path";

/**
 * @template Files
 * @param {typeof import("../index.js")} api
 * @param {{ name: string, text: string }[]} sources
 * @param {object} options of the call
 * @param {{ key: "assets" | "migrations", read: (path: string) => Promise<Files> }} of the key under which documents name a
 *   directory, which is that of the option too; `read` gives the files of one
 * @returns {Promise<object>} the options, with the files of all directories that documents name
 */
export async function withDirectories(api, sources, options, { key, read }) {
  // Most runs have none, and need not read their manifests once more.
  const mayHave = (text) => text.includes(key);
  if (!sources.some(({ text }) => mayHave(text)) && !options.set?.some(([path]) => mayHave(path))) return options;
  const { manifests = [] } = await api.validate(sources, options);
  const given = {};
  for (const { [key]: directory, ...manifest } of manifests) {
    if (directory !== undefined) given[nameOf(manifest)] = await read(pathOf(manifest.file, directory));
  }
  return { ...options, [key]: given };
}

/** With all that tells a document from others of its name in the run. */
const nameOf = ({ kind, account, org, env, name }) => `${kind}/account/${account}/${org}/${env}/${name}`;

/** A directory is named from where the manifest lies; one on standard input lies where the command runs. */
function pathOf(manifest, directory) {
  return manifest === "<stdin>" || isAbsolute(directory) ? directory : join(dirname(manifest), directory);
}
