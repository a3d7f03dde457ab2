/**
 * The processes of workerd. When this process is killed, nobody is left to end them: a shell that waits for that moment
 * does. It reads their ids from a pipe, and the end of the pipe is our end.
 */
import { spawn } from "node:child_process";
import { subscribe } from "node:diagnostics_channel";
import { once } from "node:events";

/** Each line is the list as it is now; the last one counts. Signals of the terminal are not for it. */
const WAIT_AND_KILL = `trap '' HUP INT TERM
while read -r line; do pids=$line; done
[ -z "$pids" ] || kill -KILL $pids 2>/dev/null`;

/** The process that was started last; miniflare tells of its output, not of itself. */
let newest;
const running = new Set();
let guardian;
let ended = Promise.resolve();

subscribe("child_process", ({ process: child }) => {
  newest = child;
});

/**
 * To be called by the one who has just started workerd, before anything else is started.
 * @returns {import("node:child_process").ChildProcess}
 */
export function takeNewest() {
  const child = newest;
  running.add(child);
  child.once("exit", () => {
    running.delete(child);
    tellGuardian();
  });
  tellGuardian();
  return child;
}

/** Whether the process is still there; asked when a connection to it has broken, which is noticed sooner than its end. */
export async function hasEnded(child, withinMs) {
  const over = () => child.exitCode !== null || child.signalCode !== null;
  if (over()) return true;
  await once(child, "exit", { signal: AbortSignal.timeout(withinMs) }).catch(() => {});
  return over();
}

/** Resolves when the shell is gone, or is still needed. */
export function guardianIsDone() {
  return running.size > 0 ? Promise.resolve() : ended;
}

function tellGuardian() {
  if (process.platform === "win32") return;
  if (running.size === 0) return dismissGuardian();
  guardian ??= startGuardian();
  guardian.stdin.write(`${[...running].map(({ pid }) => pid).join(" ")}\n`);
}

/** In a session of its own, or what ends our group would end it too. */
function startGuardian() {
  const shell = spawn("/bin/sh", ["-c", WAIT_AND_KILL], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  shell.on("error", () => {});
  shell.stdin.on("error", () => {});
  shell.unref();
  shell.stdin.unref();
  return shell;
}

function dismissGuardian() {
  if (!guardian) return;
  const shell = guardian;
  shell.ref();
  guardian = undefined;
  ended = new Promise((resolve) => {
    shell.once("exit", resolve);
    shell.once("error", resolve);
  });
  shell.stdin.end("\n");
}
