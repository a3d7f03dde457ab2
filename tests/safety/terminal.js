/** The built command line as processes of their own, in a folder with one manifest, against an account of this one. */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { writeLocal } from "../../js/cli/local-state.js";
import { BIN, localState, startCli } from "../cli/deploying.js";

const FILE = "worker.yaml";

/**
 * @param {object} account of createAccount
 * @param {object} manifest
 * @param {Record<string, string>} env of each process
 */
export async function openTerminal({ local }, manifest, env) {
  const folder = await mkdtemp(join(tmpdir(), "cfworker-terminal-"));
  await writeLocal(folder, localState(local));
  // JSON is YAML.
  await writeFile(join(folder, FILE), JSON.stringify(manifest, null, 2));
  await writeFile(join(folder, "cfworker-deploy"), `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n`);
  await chmod(join(folder, "cfworker-deploy"), 0o755);
  const path = [folder, process.env.PATH].join(delimiter);
  return {
    /** `COMMAND worker.yaml … --local`. */
    run: (command, ...flags) => startCli(folder, [command, FILE, "--local", ...flags], { env }).ended,
    start: (command, ...flags) => startCli(folder, [command, FILE, "--local", ...flags], { env }),
    /** A line as a person pastes it. */
    paste: (line) => startCli(folder, [], { env: { ...env, PATH: path }, command: ["sh", "-c", line] }).ended,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
