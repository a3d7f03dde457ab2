/** A terminal with a person at it: `script` (util-linux) gives the tty, xterm shows what is on the screen. */

import { once } from "node:events";
import headless from "@xterm/headless";
import { BIN, startCli } from "./deploying.js";

/** A tty from util-linux; other systems have another `script`. */
const withTty = (command) => ["script", "-qec", command, "/dev/null"];

/** Whether this machine has what it takes. */
export async function hasTty() {
  const { exit } = await startCli(process.cwd(), [], { command: withTty("test -t 0") }).ended.catch(() => ({}));
  return exit === 0;
}

/**
 * Runs the command line on a terminal.
 *
 * @param {{ directory: string }} site
 * @param {string[]} args
 * @param {{ columns?: number, rows?: number, env?: object }} [how]
 */
export function openTerminal({ directory }, args, { columns = 80, rows = 60, env = {} } = {}) {
  const words = [process.execPath, BIN, ...args].map((word) => `'${word}'`).join(" ");
  const command = withTty(`stty cols ${columns} rows ${rows}; exec ${words}`);
  const running = startCli(directory, [], { command, stdin: null, env: { TERM: "xterm-256color", ...env } });
  const terminal = new headless.Terminal({ cols: columns, rows, scrollback: 1000, allowProposedApi: true });
  let bytes = "";
  const seen = [];
  let drawn = Promise.resolve();
  running.child.stdout.on("data", (text) => {
    bytes += text;
    drawn = new Promise((resolve) => terminal.write(text, resolve)).then(() => seen.push(screenOf(terminal)));
  });

  /** Waits until the screen shows something that fits. */
  async function shows(pattern) {
    let over = false;
    running.ended.then(() => {
      over = true;
    });
    for (;;) {
      await drawn;
      if (pattern.test(screenOf(terminal))) return;
      if (over) throw new Error(`it ended without ${pattern}:\n${screenOf(terminal)}`);
      await Promise.race([once(running.child.stdout, "data"), running.ended]);
    }
  }

  async function ended() {
    const { exit } = await running.ended;
    running.child.stdin.end();
    await drawn;
    return { exit, screen: screenOf(terminal), seen, bytes };
  }

  return { shows, ended, type: (keys) => running.child.stdin.write(keys) };
}

/** What a person reads, scrolled lines included; a line that the terminal had to break is marked. */
function screenOf({ buffer: { active } }) {
  const lines = Array.from({ length: active.length }, (_, index) => active.getLine(index));
  return lines
    .map((line) => (line.isWrapped ? "↩" : "") + line.translateToString(true))
    .join("\n")
    .trimEnd();
}
