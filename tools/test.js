/**
 * `npm test`: builds what is not up to date, then runs the Rust tests and the Node tests.
 * `npm test -- WORD…` runs only the Node tests whose path has one of the words.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPackage, buildProbe } from "./build/index.js";
import { pack } from "./pack.js";
import { ROOT } from "./paths.js";
import { run } from "./run.js";
import { main, stage } from "./stage.js";

// A package of its own, with its own dependencies and its own command.
const APART = join("tests", "fidelity");

const words = process.argv.slice(2);

await main("test", async () => {
  await buildPackage();
  await buildProbe();
  if (words.length === 0) await stage("rust tests", rustTests);
  const project = mkdtempSync(join(tmpdir(), "cfworker-deploy-package-"));
  try {
    await stage("installed package", () => installPackage(project));
    await stage("node tests", () => nodeTests({ PACKAGED_PROJECT: project }));
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
});

/** tests/packaging uses the package as npm packs and installs it. */
async function installPackage(project) {
  const { file } = await pack();
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await run("npm", ["install", file, "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: project,
  });
}

function rustTests() {
  const args = ["test", "--locked", "--quiet", "--package", "cfworker-deploy"];
  return run("cargo", args, { cwd: ROOT, show: true }).then(() => "");
}

async function nodeTests(env) {
  const files = testFiles("tests").filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
  if (files.length === 0) throw new Error("no test file has that in its path");
  await run(process.execPath, ["--test", "--test-reporter=spec", ...files], { cwd: ROOT, env, show: true });
  return `${files.length} files`;
}

function testFiles(folder) {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return path === APART || entry.name === "node_modules" ? [] : testFiles(path);
    return entry.name.endsWith(".test.js") ? [path] : [];
  });
}
