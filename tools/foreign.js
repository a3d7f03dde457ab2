/**
 * `npm run test:foreign`: every template of create-cloudflare that is a Worker and needs no generator, by its own
 * configuration of wrangler's. `-- --write` writes docs/foreign.md, `-- WORD` takes those that have a word in their name.
 */
import { join } from "node:path";
import { buildPackage } from "./build/index.js";
import { ROOT } from "./paths.js";
import { run } from "./run.js";
import { main, stage } from "./stage.js";

const FOLDER = join(ROOT, "tests", "fidelity");
const INSTALL = ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
const PAGE = join(ROOT, "docs", "foreign.md");

const words = process.argv.slice(2).flatMap((word) => (word === "--write" ? [word, PAGE] : [word]));

await main("foreign", async () => {
  await buildPackage();
  await stage("clients", () => run("npm", INSTALL, { cwd: FOLDER }).then(() => ""));
  await stage("templates", async () => {
    await run(process.execPath, [join("foreign", "run.js"), ...words], { cwd: FOLDER, show: true });
  });
});
