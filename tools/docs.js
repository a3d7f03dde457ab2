/** `npm run docs`: rewrites what documents take from the program: README's sessions, docs/errors.md. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { buildPackage } from "./build/index.js";
import { ROOT } from "./paths.js";
import { run } from "./run.js";
import { main, stage } from "./stage.js";

const TESTS = join("tests", "docs");

await main("docs", async () => {
  await buildPackage();
  // The tests that compare the documents also write them.
  await stage("documents", async () => {
    const files = readdirSync(join(ROOT, TESTS)).filter((name) => name.endsWith(".test.js"));
    await run(process.execPath, ["--test", ...files.map((name) => join(TESTS, name))], {
      cwd: ROOT,
      env: { UPDATE_DOCS: "1" },
    });
  });
});
