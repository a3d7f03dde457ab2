/** `--build`: runs the command that a manifest names, and gives what it made. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { DeployError } from "../errors.js";
import { bundleTarget } from "./bundle.js";

const FAILED = "CFD0325";
/** Of what a build that failed has printed. */
const LAST_LINES = 5;
const MOST_OF_A_LINE = 200;

/** What a build gets of the environment: where things lie and how to talk, and no key or token of anybody. */
const PASSED = new Set([
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TERM", "CI", "NODE_ENV", "NO_COLOR", "FORCE_COLOR"],
  ...["TMPDIR", "TMP", "TEMP", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "CARGO_HOME", "RUSTUP_HOME"],
  ...["GOPATH", "GOCACHE", "PNPM_HOME", "VOLTA_HOME", "NVM_DIR", "VIRTUAL_ENV"],
  ...["SYSTEMROOT", "COMSPEC", "PATHEXT", "APPDATA", "LOCALAPPDATA", "USERPROFILE", "PROGRAMFILES", "PROGRAMDATA"],
]);
/** Of a locale. */
const LOCALE = /^LC_[A-Z]+$/;

/**
 * Builds in the directory of the manifest. The command is shown before it runs, and what it prints goes to stderr.
 *
 * @param {import("./process.js").Context} context
 * @param {import("./session.js").Session} session
 * @param {import("./views/index.js").View} view
 * @returns {Promise<string>} path of the file or directory that it made
 * @throws {DeployError} 1 when the command fails or makes nothing; nothing was written then
 */
export async function build(context, session, view) {
  const { file, build: stated } = await bundleTarget(session, "--build", isBuilt);
  const folder = dirname(resolve(context.cwd, file));
  view.talk(`build: ${stated.command}`);
  const { failure, last } = await run(context, stated.command, folder, view);
  if (failure)
    throw failed(
      `the build of \`${file}\` ${failure}`,
      last.length > 0 ? `it printed last: ${last.join(" | ")}` : undefined,
    );
  const output = resolve(folder, stated.output);
  if (await exists(output)) return output;
  throw failed(`the build of \`${file}\` made no \`${stated.output}\``, "correct `build.output`, or the command");
}

/** Whether a manifest says how its code is built. */
export const isBuilt = (target) => target.build !== undefined;

/** @returns {Promise<{ failure?: string, last: string[] }>} how it failed, and what it printed last: programs see nothing else of it */
async function run({ env, interrupt }, command, folder, view) {
  const child = spawn(command, {
    cwd: folder,
    shell: true,
    env: Object.fromEntries(Object.entries(env).filter(([name]) => isPassed(name))),
    stdio: ["ignore", "pipe", "pipe"],
    signal: interrupt.signal,
  });
  const last = [];
  const hear = (line) => {
    view.talk(`  ${line}`);
    if (line.trim() !== "") last.push(line.trim().slice(0, MOST_OF_A_LINE));
    if (last.length > LAST_LINES) last.shift();
  };
  for (const stream of [child.stdout, child.stderr]) eachLine(stream, hear);
  const failure = await once(child, "close").then(
    ([code, signal]) => (code === 0 ? undefined : signal ? `was ended by ${signal}` : `ended with exit code ${code}`),
    (error) => (interrupt.exitCode() === undefined ? `could not be started: ${error.message}` : "was interrupted"),
  );
  return { failure, last };
}

export const isPassed = (name) => PASSED.has(name.toUpperCase()) || LOCALE.test(name);

function eachLine(stream, hear) {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    for (const line of lines) hear(line);
  });
  stream.on("end", () => rest && hear(rest));
}

const exists = (path) =>
  stat(path).then(
    () => true,
    () => false,
  );

const failed = (message, help) => new DeployError({ code: FAILED, exitCode: 1, message, help });
