/**
 * `npm run docs`: rewrites what is made from the sources: the schemas and the texts of codes, which the package carries;
 * then what documents take from the program: README's sessions, docs/errors.md.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { buildPackage } from "./build/index.js";
import { ensureToolchain } from "./build/toolchain.js";
import { ROOT } from "./paths.js";
import { run } from "./run.js";
import { main, stage } from "./stage.js";

const TESTS = join("tests", "docs");
// The tests that compare also write.
const env = { UPDATE_DOCS: "1" };
const MADE = ["kinds::editor_schema", "engine::answers_schema", "diagnostic::codes", "wrangler::listing"];
const RUST = ["test", "--locked", "--quiet", "--lib", "--", ...MADE];

await main("docs", async () => {
  await stage("rust toolchain", ensureToolchain);
  await stage("schemas and codes", () => run("cargo", RUST, { cwd: ROOT, env }).then(() => ""));
  await buildPackage();
  await stage("documents", async () => {
    const files = readdirSync(join(ROOT, TESTS)).filter((name) => name.endsWith(".test.js"));
    await run(process.execPath, ["--test", ...files.map((name) => join(TESTS, name))], { cwd: ROOT, env });
  });
});
