/** tests/lacking: a patch takes one check out of the engine, and says above its first file which, and what that harms. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ROOT } from "../paths.js";

export const PATCHES = join(ROOT, "tests", "lacking");

/** All patches, or those of these names: `{ name, file, check, harm }`. */
export function patches(names = []) {
  const all = readdirSync(PATCHES)
    .filter((file) => file.endsWith(".patch"))
    .sort()
    .map((file) => read(join(PATCHES, file)));
  const unknown = names.find((name) => all.every((patch) => patch.name !== name));
  if (unknown) throw new Error(`there is no tests/lacking/${unknown}.patch`);
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

/** The first line is the check that is taken away, the second what happens then. */
function read(file) {
  const [check, harm] = readFileSync(file, "utf8").split("\n");
  return { name: basename(file, ".patch"), file, check, harm };
}
