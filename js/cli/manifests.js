/** Manifest files as sources. */

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { readText, STDIN } from "./input.js";

/**
 * @param {import("./process.js").Context} context
 * @param {string[]} paths files, `-` for standard input
 * @param {(line: string) => void} talk
 * @returns {Promise<{ name: string, text: string }[]>} in the order given, a path named twice once
 */
export async function readManifests(context, paths, talk) {
  const sources = [];
  for (const path of new Set(paths)) {
    const name = path === STDIN ? path : thereOrTwin(context, path);
    if (name !== path) talk(`\`${path}\` is not there, so \`${name}\` is read`);
    sources.push({ name: name === STDIN ? "<stdin>" : name, text: await readText(context, name) });
  }
  return sources;
}

const TWINS = { ".yml": ".yaml", ".yaml": ".yml" };

/** Both endings are in use, and nobody remembers which one a file has. */
function thereOrTwin({ cwd }, path) {
  const [ending] = /\.ya?ml$/.exec(path) ?? [];
  if (ending === undefined || existsSync(resolve(cwd, path))) return path;
  const twin = path.slice(0, -ending.length) + TWINS[ending];
  return existsSync(resolve(cwd, twin)) ? twin : path;
}
