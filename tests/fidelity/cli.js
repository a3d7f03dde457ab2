/** Our built command line, as a process of its own, against a Local Cloudflare and its R2. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../pkg/js/cli/main.js", import.meta.url));

/**
 * @param {object} local what `startLocalCloudflare` resolved to
 * @param {string} cwd
 * @param {string | string[]} command words, or a line that a shell reads, as one copies it from a terminal
 * @param {Record<string, string>} [more] of the environment
 * @returns {Promise<{ exit: number, stdout: string, stderr: string }>}
 */
export async function cli(local, cwd, command, more = {}) {
  const [program, args] =
    typeof command === "string" ? ["sh", ["-c", command]] : [process.execPath, [MAIN, ...command]];
  const env = {
    PATH: `${installed(cwd)}:${process.env.PATH}`,
    CLOUDFLARE_API_BASE_URL: local.apiUrl,
    CLOUDFLARE_API_TOKEN: local.token,
    R2_ENDPOINT: local.s3Url,
    ...more,
  };
  const child = spawn(program, args, { cwd, env });
  child.stdin.end();
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) {
    child[name].setEncoding("utf8").on("data", (data) => {
      text[name] += data;
    });
  }
  const [exit] = await once(child, "close");
  return { exit, ...text };
}

/** A folder for PATH where the command has the name that it prints. */
function installed(cwd) {
  const folder = join(cwd, "bin");
  mkdirSync(folder, { recursive: true });
  const script = `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`;
  writeFileSync(join(folder, "cfworker-deploy"), script, { mode: 0o755 });
  return folder;
}
