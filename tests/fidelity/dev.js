/** `wrangler dev` of a folder, as people run it while they develop. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { node24, WRANGLER } from "./node24.js";

/**
 * On a port of its own.
 *
 * @param {string} folder
 * @returns {Promise<{ port: number, close: () => Promise<void> }>}
 */
export async function startDev(folder) {
  const port = await freePort();
  const args = [
    WRANGLER,
    "dev",
    "--ip",
    "127.0.0.1",
    "--port",
    String(port),
    "--inspector-port",
    "0",
    "--show-interactive-dev-session=false",
  ];
  const env = { PATH: process.env.PATH, HOME: folder, CI: "1", NO_COLOR: "1", WRANGLER_SEND_METRICS: "false" };
  const child = spawn(node24(), args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const ready = new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
        if (/Ready on/.test(output)) resolve();
      });
    }
    child.once("close", () => reject(new Error(`wrangler dev ended:\n${output}`)));
  });
  await ready;
  return {
    port,
    close: async () => {
      const closed = once(child, "close");
      child.kill("SIGTERM");
      await closed;
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
