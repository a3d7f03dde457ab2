/** The templates of the package create-cloudflare that are Workers and need no generator of a framework. */
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const CONFIGURATIONS = ["wrangler.jsonc", "wrangler.json", "wrangler.toml"];
/** What create-cloudflare says of a template. */
const DESCRIPTION = "c3.ts";
/** How files are called in the package whose names start with a dot. */
const DOT = /^__dot__/;
/** A day that the wrangler and the Local Cloudflare of this package both know. */
const DATE = "2026-07-01";

export const PACKAGE = "create-cloudflare";

/**
 * @typedef {object} Template
 * @property {string} name its folder in the package
 * @property {string} folder
 * @property {string} configuration name of wrangler's configuration
 * @property {boolean} isPython
 */

/** @returns {Template[]} those that the rule takes, by name */
export function templates() {
  const root = fileURLToPath(new URL(`../node_modules/${PACKAGE}/templates`, import.meta.url));
  const files = readdirSync(root, { recursive: true }).map((name) => join(root, name));
  const found = files.filter((file) => CONFIGURATIONS.includes(basename(file)) && isTaken(root, dirname(file)));
  return found
    .map((file) => {
      const folder = dirname(file);
      const name = relative(root, folder).split(sep).join("/");
      return {
        name,
        folder,
        configuration: basename(file),
        isPython: /"main":.*\.py"/.test(readFileSync(file, "utf8")),
      };
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The rule: the nearest description says that it is for Workers, and runs no generator. */
function isTaken(root, folder) {
  for (let above = folder; above.startsWith(root); above = dirname(above)) {
    const description = join(above, DESCRIPTION);
    if (!existsSync(description)) continue;
    const text = readFileSync(description, "utf8");
    return /platform: "workers"/.test(text) && !/\bgenerate\b/.test(text);
  }
  return false;
}

/**
 * A copy of a template, as create-cloudflare leaves it.
 *
 * @param {Template} template
 * @param {string} folder
 * @param {string} name of the Worker
 */
export function copyTo({ folder: from, configuration }, folder, name) {
  cpSync(from, folder, { recursive: true });
  for (const file of readdirSync(folder).filter((file) => DOT.test(file))) {
    renameSync(join(folder, file), join(folder, file.replace(DOT, ".")));
  }
  const file = join(folder, configuration);
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replaceAll("<WORKER_NAME>", name).replaceAll("<COMPATIBILITY_DATE>", DATE));
}
