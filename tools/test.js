/**
 * `npm test`: builds what is not up to date, then runs the Rust tests and the Node tests.
 * `npm test -- WORD…` runs only the Node tests whose path has one of the words.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { buildPackage, buildProbe } from "./build/index.js";
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
  await stage("node tests", nodeTests);
});

function rustTests() {
  // Snapshots are compared here, never written.
  const env = { INSTA_UPDATE: "no" };
  return run("cargo", ["test", "--locked", "--quiet"], { cwd: ROOT, env, show: true }).then(() => "");
}

async function nodeTests() {
  const files = testFiles("tests").filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
  if (files.length === 0) throw new Error("no test file has that in its path");
  await run(process.execPath, ["--test", "--test-reporter=spec", ...files], { cwd: ROOT, show: true });
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
