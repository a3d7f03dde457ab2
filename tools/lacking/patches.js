/** tests/lacking: a patch takes one check out of the engine, and says above its first file which, and what that harms. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ROOT } from "../paths.js";

/** Where they are, in the repository. */
export const PATCHES = join("tests", "lacking");

/** What came of them: by name, how the simulation noticed, and when that was tried. */
const RESULTS = join(ROOT, PATCHES, "results.json");

/** All patches, or those of these names: `{ name, file, check, harm }`. */
export function patches(names = []) {
  const files = readdirSync(join(ROOT, PATCHES)).filter((file) => file.endsWith(".patch"));
  const all = files.sort().map((file) => read(join(PATCHES, file)));
  const unknown = names.find((name) => all.every((patch) => patch.name !== name));
  if (unknown) throw new Error(`there is no tests/lacking/${unknown}.patch`);
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

/** The first line is the check that is taken away, the second what happens then. */
function read(file) {
  const [check, harm] = readFileSync(join(ROOT, file), "utf8").split("\n");
  return { name: basename(file, ".patch"), file, check, harm };
}

export function results() {
  return JSON.parse(readFileSync(RESULTS, "utf8"));
}

/** Keeps the results of those patches that are there. */
export function writeResults(results) {
  const kept = patches().flatMap(({ name }) => (results[name] ? [[name, results[name]]] : []));
  writeFileSync(RESULTS, `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`);
}
