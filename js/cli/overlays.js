/** What is laid over configurations of wrangler's: `cfworker.yaml` beside each of them, or the file that `--overlay` names. */

import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { usageError } from "../errors.js";
import { readText } from "./input.js";

/** As the engine tells them: by their names alone. */
const OF_WRANGLER = /(?:^|[\\/])wrangler(?:\.[^\\/]*)?\.json$|\.jsonc$|\.toml$/;

/** What lies beside a configuration and belongs to it. */
const NAMES = ["cfworker.yaml", "cfworker.yml"];

/** @param {string} name of a source */
export const isOfWrangler = (name) => OF_WRANGLER.test(name);

/**
 * @param {import("./process.js").Context} context
 * @param {{ name: string, text: string }[]} sources of the run
 * @param {string} [given] file that `--overlay` names
 * @returns {Promise<{ sources: { name: string, text: string }[], overlays: Record<string, string> }>} all sources, and
 *   which of them are laid over which
 * @throws {import("../errors.js").DeployError} 64 for an overlay that belongs to no configuration, or to several
 */
export async function withOverlays(context, sources, given) {
  const configurations = sources.filter(({ name }) => isOfWrangler(name));
  if (given !== undefined && configurations.length !== 1) {
    const message = `\`--overlay\` needs one wrangler.jsonc or wrangler.toml, this run has ${configurations.length}`;
    throw usageError(message, "a manifest says everything itself; several configurations have a `cfworker.yaml` each");
  }
  const all = [...sources];
  const overlays = {};
  for (const { name: below } of configurations) {
    const name = given ?? beside(context, below);
    if (name === undefined) continue;
    if (sources.some((source) => source.name === name) || name in overlays) {
      throw usageError(`\`${name}\` is laid over \`${below}\` and read for something else as well`);
    }
    all.push({ name, text: await readText(context, name) });
    overlays[name] = below;
  }
  return { sources: all, overlays };
}

function beside({ cwd }, below) {
  const candidates = NAMES.map((name) => join(dirname(below), name));
  return candidates.find((name) => existsSync(resolve(cwd, name)));
}
