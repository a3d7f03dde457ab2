/** What we link and ship comes from the public registries, under licences that let everybody use the result. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../paths.js";
import { findings } from "./findings.js";

const ALLOWED = [
  "MIT",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "Zlib",
  "Unicode-3.0",
  "Unlicense",
  "CC0-1.0",
  "BSL-1.0",
  "MIT-0",
];
const SOURCE = "registry+https://github.com/rust-lang/crates.io-index";

const { report, end } = findings("dependencies");
const crates = engineCrates();
for (const { name, version, license, source } of crates) {
  if (!isAllowed(license)) report(`crate ${name} ${version} has the licence \`${license}\``);
  if (source !== SOURCE) report(`crate ${name} ${version} does not come from the registry`);
}
const modules = Object.entries(readJson("package-lock.json").packages).filter(([, { dev, link }]) => !dev && !link);
for (const [path, { version, license }] of modules) {
  if (!isAllowed(license)) report(`${path || "the workspace"} ${version ?? ""} has the licence \`${license}\``);
}
end(`${crates.length} crates, ${modules.length - 1} modules`);

/** What the engine links in wasm, at any depth, without build tools of this work tree. */
function engineCrates() {
  const args = ["metadata", "--locked", "--format-version", "1", "--filter-platform", "wasm32-unknown-unknown"];
  const text = execFileSync("cargo", args, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 28 });
  const { packages, resolve } = JSON.parse(text);
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const seen = new Set();
  const visit = (id) => {
    if (seen.has(id)) return;
    seen.add(id);
    const linked = nodes.get(id).deps.filter(({ dep_kinds }) => dep_kinds.some(({ kind }) => kind !== "dev"));
    for (const { pkg } of linked) visit(pkg);
  };
  visit(packages.find(({ name }) => name === "cfworker-deploy").id);
  return packages.filter(({ id, source }) => seen.has(id) && source !== null);
}

/** Licence expressions in practice: some `AND` of some `OR`, `/` being an old `OR`. */
function isAllowed(expression = "") {
  const parts = expression.replaceAll(/[()]/g, "").replaceAll("/", " OR ").split(" AND ");
  return parts.every((part) =>
    part.split(" OR ").some((name) => ALLOWED.includes(name.trim().replace(/ WITH .*/, ""))),
  );
}

function readJson(path) {
  return JSON.parse(readFileSync(join(ROOT, path), "utf8"));
}
