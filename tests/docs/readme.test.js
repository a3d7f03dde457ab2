/**
 * The console sessions of README.md are what the tool prints: each `$` line is run against Local Cloudflare, and its
 * output compared. Ids, times and ports differ from run to run and are left out. `UPDATE_DOCS=1` rewrites the README.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { BIN, CANARY, createSite } from "../cli/deploying.js";

const README = fileURLToPath(new URL("../../README.md", import.meta.url));
const SESSION = /^```console\n([\s\S]*?)^```$/gm;

describe("README.md", () => {
  let site;
  before(async () => {
    // The command line runs as a process of its own and needs this one to answer: a server of its own, too.
    site = await createSite({ warmUp: true });
    mkdirSync(join(site.directory, "bin"));
    const program = `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n`;
    writeFileSync(join(site.directory, "bin", "cfworker-deploy"), program, { mode: 0o755 });
    const manifest = readFileSync(join(site.directory, "worker.yaml"), "utf8");
    writeFileSync(
      join(site.directory, "broken.yaml"),
      manifest.replace("hostname:", "hostnme:").replace("GREETING: Hello", "GREETING: 5"),
    );
  });
  after(() => site.close());

  test("prints what the tool prints", async () => {
    const readme = readFileSync(README, "utf8");
    let actual = readme;
    for (const [block, text] of readme.matchAll(SESSION)) {
      actual = actual.replace(block, () => `\`\`\`console\n${"$"}PLACEHOLDER\n\`\`\``);
      const session = [];
      for (const command of text.matchAll(/^\$ (.+)$/gm)) session.push(await run(command[1]));
      actual = actual.replace("$PLACEHOLDER\n", () => session.join("\n"));
    }
    if (process.env.UPDATE_DOCS) writeFileSync(README, actual);
    else assert.equal(stable(actual), stable(readme));
  });

  async function run(command) {
    const env = { PATH: `${join(site.directory, "bin")}:${process.env.PATH}`, HELLO_API_KEY: CANARY };
    const { stdout } = await site.start([], { command: ["sh", "-c", `${command} 2>&1`], env }).ended;
    return `$ ${command}\n${stdout}`;
  }
});

/** Without what differs from run to run. */
function stable(text) {
  return text
    .replaceAll(/\b[0-9a-f]{32}\b/g, "ID")
    .replaceAll(/\b[0-9a-f]{4}…[0-9a-f]{4}\b/g, "ID")
    .replaceAll(/\bPlan [0-9a-f]{16}\b/g, "Plan ID")
    .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT")
    .replaceAll(/ +\d+\.\d s\b/g, " TIME")
    .replaceAll(/in \d+\.\d s/g, "in TIME");
}

test("the two commands of the README are scripts of the workspace", () => {
  const { scripts } = JSON.parse(readFileSync(fileURLToPath(new URL("../../package.json", import.meta.url)), "utf8"));
  assert.ok(scripts.demo && scripts.test);
  assert.equal(spawnSync(process.execPath, [BIN, "--version"]).status, 0);
});
