/** What we link and ship comes from the public registries, under licences that let everybody use the result. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../paths.js";
import { linkedBy, metadataOf, NATIVE, notOnceEach, WASM } from "./crates.js";
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

/** Libraries that decide what a text means or how it looks: the engine that is tested is the engine that is shipped. */
const ONCE = ["annotate-snippets", "idna", "jiff", "saphyr-parser", "serde_json", "serde_yaml", "url"];

const { report, end } = findings("dependencies");
const crates = linkedBy(metadataOf(WASM), "cfworker-deploy");
const native = linkedBy(metadataOf(NATIVE), "cfworker-deploy");
for (const problem of notOnceEach(ONCE, { [WASM]: crates, [NATIVE]: native })) report(problem);
for (const { name, version, license, source } of crates) {
  if (!isAllowed(license)) report(`crate ${name} ${version} has the licence \`${license}\``);
  if (source !== SOURCE)
    report(`crate ${name} ${version} comes from ${source ?? "this repository"}, not from the registry`);
}
const modules = Object.entries(readJson("package-lock.json").packages).filter(([, { dev, link }]) => !dev && !link);
for (const [path, { version, license }] of modules) {
  if (!isAllowed(license)) report(`${path || "the workspace"} ${version ?? ""} has the licence \`${license}\``);
}
end(`${crates.length} crates, ${modules.length - 1} modules`);

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
