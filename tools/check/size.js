/**
 * What a user installs: few dependencies, and nothing that runs at the installation. Sizes are told, never refused: a
 * size is no reason for code of our own where a library exists.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { pack } from "../pack.js";
import { PACKAGE, ROOT } from "../paths.js";
import { findings } from "./findings.js";

/** Most packages that `npm install` is asked for by name. */
const MOST_DIRECT = 8;
const INSTALL_SCRIPTS = ["preinstall", "install", "postinstall", "prepare"];
/** Larger than anything that is planned: whoever sees it asks what grew. */
const WORTH_A_QUESTION = { "wasm, gzip": 900_000, unpacked: 15_000_000 };

const manifest = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8"));
const locked = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")).packages;
const { report, end } = findings("size");

const direct = Object.keys(manifest.dependencies);
const all = [...withDependencies(direct)];
if (direct.length > MOST_DIRECT) report(`${direct.length} direct dependencies, at most ${MOST_DIRECT} are agreed on`);
for (const script of INSTALL_SCRIPTS) {
  if (manifest.scripts?.[script]) report(`the package has the install script \`${script}\``);
}
for (const name of all) {
  if (locked[`node_modules/${name}`].hasInstallScript) report(`the dependency \`${name}\` has an install script`);
}
const sizes = await measured();
for (const [what, limit] of Object.entries(WORTH_A_QUESTION)) {
  if (sizes[what] > limit) process.stderr.write(`size: ${what} is above ${kilobytes(limit)}: ask what grew\n`);
}
const told = Object.entries(sizes).map(([what, bytes]) => `${what} ${kilobytes(bytes)}`);
end([...told, `dependencies ${direct.length} direct, ${all.length} in all`].join("; "));

async function measured() {
  const { size, unpackedSize } = await pack();
  const wasm = readFileSync(join(PACKAGE, "wasm", "engine_bg.wasm"));
  return { packed: size, unpacked: unpackedSize, wasm: wasm.length, "wasm, gzip": gzipSync(wasm, { level: 9 }).length };
}

function kilobytes(bytes) {
  return `${Math.ceil(bytes / 1000)} kB`;
}

function withDependencies(names, seen = new Set()) {
  for (const name of names.filter((each) => !seen.has(each))) {
    seen.add(name);
    withDependencies(Object.keys(locked[`node_modules/${name}`].dependencies ?? {}), seen);
  }
  return seen;
}
