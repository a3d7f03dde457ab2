/** The installed command. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { INSTALLED, PROJECT } from "./project.js";

const { version } = JSON.parse(readFileSync(join(INSTALLED, "package.json"), "utf8"));

test("npx runs it", () => {
  const { stdout, stderr, status } = spawnSync("npx", ["--no-install", "cfworker-deploy", "--version"], {
    cwd: PROJECT,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  assert.equal(status, 0, stderr);
  assert.equal(stdout.trim(), version);
});
