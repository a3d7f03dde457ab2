/**
 * The five minutes of README.md, word by word: its alias, its account, and each `$` line of its console sessions, whose
 * output is compared. Ids, times and ports differ from run to run and are left out. `UPDATE_DOCS=1` rewrites the README.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { noteSecret } from "../canaries/index.js";
import { BIN, printed, startCli } from "../cli/deploying.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const README = join(ROOT, "README.md");
const SESSION = /^```console\n([\s\S]*?)^```$/gm;

describe("README.md", () => {
  const readme = readFileSync(README, "utf8");
  const exports = [];
  let directory;
  let account;
  before(async () => {
    const [, example, copy] = /^cp -r (\S+) (\S+) && cd \2$/m.exec(readme);
    assert.equal(spawnSync("git", ["check-ignore", "--quiet", copy], { cwd: ROOT }).status, 0, `${copy} is ignored`);
    const [, alias] = /^alias cfworker-deploy='(.+)'/m.exec(readme);
    const [, local] = /^cfworker-deploy (local .+)$/m.exec(readme);
    // As the README says, under a name of its own: within the clone, where npm finds the script and git does not look.
    mkdirSync(join(ROOT, "target"), { recursive: true });
    directory = mkdtempSync(join(ROOT, "target", "readme-"));
    cpSync(join(ROOT, example), directory, { recursive: true });
    mkdirSync(join(directory, "bin"));
    writeFileSync(join(directory, "bin", "cfworker-deploy"), `#!/bin/sh\nexec ${alias} "$@"\n`, { mode: 0o755 });
    // Not by the alias: npm would have to be stopped together with what it runs.
    account = startCli(directory, local.split(" "));
    await printed(account, /Deploy to it/);
    const { token } = JSON.parse(readFileSync(join(directory, ".cfworker-deploy", "local.json"), "utf8"));
    noteSecret("the token of the README's account", token);
  });
  after(async () => {
    account.child.kill("SIGTERM");
    await account.ended;
    rmSync(directory, { recursive: true, force: true });
  });

  test("prints what the tool prints", async () => {
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

  /** Each command has a shell of its own, which what was exported before must reach. */
  async function run(command) {
    const env = { PATH: `${join(directory, "bin")}:${process.env.PATH}`, HOME: directory, HELLO_API_KEY: undefined };
    if (command.startsWith("export ")) exports.push(command);
    const script = `{ ${[...exports, command].join("\n")}\n} 2>&1`;
    const { stdout } = await startCli(directory, [], { command: ["sh", "-c", script], env }).ended;
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

test("the five minutes leave the clone clean: they write nowhere but in the copy", () => {
  const readme = readFileSync(README, "utf8");
  const commands = [...readme.matchAll(SESSION)].flatMap(([, text]) => [...text.matchAll(/^\$ (.+)$/gm)]);
  for (const [, command] of commands) assert.doesNotMatch(command, /\.\.\/|examples\/| \//, command);
  const { status, stdout } = spawnSync("git", ["status", "--porcelain", "examples"], { cwd: ROOT, encoding: "utf8" });
  if (status === 0) assert.equal(stdout, "");
});

test("every link of the README is absolute, and leads to a file of this repository", () => {
  const readme = readFileSync(README, "utf8");
  const { homepage, repository } = JSON.parse(readFileSync(join(ROOT, "pkg-template", "package.json"), "utf8"));
  const files = `${homepage.replace(/#readme$/, "")}/blob/main/`;
  assert.equal(repository.url, `git+${homepage.replace(/#readme$/, "")}.git`);
  assert.doesNotMatch(readme, /\]\((?!https:)/);
  const defined = [...readme.matchAll(/^\[([^\]]+)\]: (\S+)$/gm)];
  assert.ok(defined.length > 8);
  for (const [, name, url] of defined) {
    assert.ok(url.startsWith(files), url);
    assert.ok(existsSync(join(ROOT, url.slice(files.length))), url);
    assert.ok(readme.includes(`][${name}]`), `${name} is used`);
  }
  for (const [, name] of readme.matchAll(/\]\[([^\]]+)\]/g)) {
    assert.ok(
      defined.some(([, known]) => known === name),
      name,
    );
  }
});
