/** What is asked of a Worker: its root, nothing, each of its files, and each path that its code or its pages name. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";

const FILES = "public";
const CODE = "src";
const NAMED = /["'`](\/[a-z][\w/-]*)["'`]/g;
const FAILED = 500;
const IMPORTED = /\bfrom\s+["']((?:@[\w-]+\/)?[\w-]+)/g;
const BY_CHANCE = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** @param {string} folder @returns {string[]} */
export function pathsOf(folder) {
  const files = filesIn(join(folder, FILES));
  const texts = [
    ...files.map((name) => join(folder, FILES, name)),
    ...filesIn(join(folder, CODE)).map((name) => join(folder, CODE, name)),
  ];
  const named = texts.flatMap((file) => [...readFileSync(file, "utf8").matchAll(NAMED)].map(([, path]) => path));
  return [...new Set(["/", "/nothing-is-here", ...files.map((name) => `/${name}`), ...named])].sort();
}

/** @param {string} folder @returns {Set<string>} names of the packages that the code imports */
export function importedIn(folder) {
  const texts = filesIn(join(folder, CODE)).map((name) => readFileSync(join(folder, CODE, name), "utf8"));
  return new Set(texts.flatMap((text) => [...text.matchAll(IMPORTED)].map(([, name]) => name)));
}

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true }).filter((name) => statSync(join(folder, name)).isFile());
  return names.map((name) => name.split(sep).join("/"));
}

/**
 * Status and body, without what is another one each time: ids by chance, and the address that was asked. What the Worker
 * asks the network for fails in both, each in its own words.
 */
export function told({ status, text }, host) {
  if (status >= FAILED) return { status: "failed", text: "" };
  const address = new RegExp(`(?:https?://)?${host.replaceAll(".", "\\.")}(?::\\d+)?`, "g");
  return { status, text: text.replaceAll(BY_CHANCE, "(id)").replaceAll(address, "(address)") };
}
