/** Nothing of the machine that builds goes out: no folder of it in a packed file, or in the repository. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { pack } from "../pack.js";
import { PACKAGE, ROOT } from "../paths.js";
import { findings } from "./findings.js";

// Where people and build machines keep their things. In a `.wasm` texts follow each other without a gap.
const FOLDERS = "/(?:home|root|Users|work|workspace|farm|runner)/[a-z._]";
const IN_TEXT = new RegExp(`(?<![\\w.:/-])${FOLDERS}`, "i");
const IN_BINARY = new RegExp(FOLDERS, "i");
const TOOLS = [".cargo/registry", ".rustup/toolchains"];
const HERE = [ROOT, homedir()].filter((folder) => folder.split(/[\\/]/).length > 2);

const { report, end } = findings("paths");
const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" }).split("\0").filter(Boolean);
const packed = (await pack()).files.map(({ path }) => path);

for (const path of packed) look(join(PACKAGE, path), `packed ${path}`);
for (const path of tracked.filter((name) => !name.startsWith("tools/check/"))) look(join(ROOT, path), path);
for (const path of tracked.filter((name) => name.endsWith("package-lock.json"))) {
  if (readFileSync(join(ROOT, path), "utf8").includes('"resolved"')) report(`${path} names the registry it came from`);
}
end(`${packed.length} packed and ${tracked.length} tracked files`);

function look(file, name) {
  const text = readFileSync(file, "latin1");
  const pattern = file.endsWith(".wasm") ? IN_BINARY : IN_TEXT;
  const place = [...HERE, ...TOOLS].find((folder) => text.includes(folder)) ?? pattern.exec(text)?.[0];
  if (place) report(`${name} has \`${place}\``);
}
