/** Runs other programs. */
import { spawn } from "node:child_process";
import { constants, setPriority } from "node:os";

/**
 * Runs a program to its end and resolves to its standard output. On a terminal its messages are shown as they come,
 * elsewhere only when it fails. `show`: pass everything through, as for a test run.
 */
export async function run(command, args, { cwd, env, show = false } = {}) {
  const live = show || process.stderr.isTTY;
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", show ? "inherit" : "pipe", live ? "inherit" : "pipe"],
  });
  yieldToOthers(child);
  const output = collect(child.stdout);
  const messages = collect(child.stderr);
  const [code, signal] = await ended(child, command);
  if (code === 0) return output.text();
  const line = [command, ...args].join(" ");
  throw new Error(`${messages.text()}${show ? "" : output.text()}\`${line}\` ended with ${signal ?? code}`);
}

function ended(child, command) {
  return new Promise((resolve, reject) => {
    child.on("error", (cause) => reject(new Error(`cannot run \`${command}\`: ${cause.message}`, { cause })));
    child.on("close", (code, signal) => resolve([code, signal]));
  });
}

function collect(stream) {
  const chunks = [];
  stream?.on("data", (chunk) => chunks.push(chunk));
  return { text: () => Buffer.concat(chunks).toString() };
}

/** Compilers take every core for minutes: whoever works on this machine goes first. */
function yieldToOthers(child) {
  try {
    setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It did not start, or has ended already.
  }
}
