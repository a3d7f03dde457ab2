/** Manifest files as sources. */

import { readText, STDIN } from "./input.js";

/**
 * @param {import("./context.js").Context} context
 * @param {string[]} paths files, `-` for standard input
 * @returns {Promise<{ name: string, text: string }[]>} in the order given, a path named twice once
 */
export async function readManifests(context, paths) {
  const sources = [];
  for (const path of new Set(paths)) {
    const name = path === STDIN ? "<stdin>" : path;
    sources.push({ name, text: await readText(context, path) });
  }
  return sources;
}
