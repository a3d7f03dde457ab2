#!/usr/bin/env node
/** The command line's first lines: `--version` must not wait for anything. */

import { readFileSync } from "node:fs";

import { asksForVersion } from "./version.js";

const { version = "0.0.0" } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const argv = process.argv.slice(2);

if (asksForVersion(argv)) {
  process.stdout.on("error", () => {
    process.exitCode = 1;
  });
  process.stdout.write(`${version}\n`);
} else {
  const { runProcess } = await import("./process.js");
  await runProcess(argv, version);
}
