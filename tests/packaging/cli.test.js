/** The installed command. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { test } from "node:test";
import { INSTALLED, PROJECT } from "./project.js";

const { version, bin } = JSON.parse(readFileSync(join(INSTALLED, "package.json"), "utf8"));
const command = join(INSTALLED, bin["cfworker-deploy"]);

test("npx runs it", () => {
  const { stdout, stderr, status } = spawnSync("npx", ["--no-install", "cfworker-deploy", "--version"], {
    cwd: PROJECT,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  assert.equal(status, 0, stderr);
  assert.equal(stdout.trim(), version);
});

test("it starts within three times of a bare node", () => {
  const ratio = medianOf9(() => time(command, "--version")) / medianOf9(() => time("-e", "0"));
  assert.ok(ratio <= 3, `${ratio.toFixed(2)} times of a bare node`);
});

function time(...args) {
  const start = performance.now();
  assert.equal(spawnSync(process.execPath, args, { cwd: PROJECT }).status, 0);
  return performance.now() - start;
}

function medianOf9(measure) {
  return Array.from({ length: 9 }, measure).sort((a, b) => a - b)[4];
}
