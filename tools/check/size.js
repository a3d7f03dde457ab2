/** What a user downloads and installs stays small: sizes, dependencies, no install script. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { pack } from "../pack.js";
import { PACKAGE, ROOT } from "../paths.js";
import { findings } from "./findings.js";

// The contract's numbers; `packed` is a ratchet below them.
const BUDGET = { packed: 600_000, unpacked: 2_000_000, wasmGzip: 400_000, direct: 3, all: 6 };
const INSTALL_SCRIPTS = ["preinstall", "install", "postinstall", "prepare"];

const manifest = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8"));
const locked = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")).packages;
const { report, end } = findings("size");

const { size, unpackedSize } = await pack();
const wasm = gzipSync(readFileSync(join(PACKAGE, "wasm", "engine_bg.wasm")), { level: 9 }).length;
const direct = Object.keys(manifest.dependencies);
const all = [...withDependencies(direct)];

const measured = { packed: size, unpacked: unpackedSize, wasmGzip: wasm, direct: direct.length, all: all.length };
for (const [what, budget] of Object.entries(BUDGET)) {
  if (measured[what] > budget) report(`${what} is ${measured[what]}, the budget ${budget}`);
}
for (const script of INSTALL_SCRIPTS) {
  if (manifest.scripts?.[script]) report(`the package has the install script \`${script}\``);
}
for (const name of all) {
  if (locked[`node_modules/${name}`].hasInstallScript) report(`the dependency \`${name}\` has an install script`);
}
end(
  Object.entries(measured)
    .map((pair) => pair.join(" "))
    .join(", "),
);

function withDependencies(names, seen = new Set()) {
  for (const name of names.filter((each) => !seen.has(each))) {
    seen.add(name);
    withDependencies(Object.keys(locked[`node_modules/${name}`].dependencies ?? {}), seen);
  }
  return seen;
}
