/** Runs a program with canaries in its environment and looks through every byte of its output. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { CANARIES, ENVIRONMENT } from "../../tests/canaries/index.js";
import { Gate } from "./scan.js";

/**
 * @param {object} run
 * @param {string[]} run.command a program of Node with its arguments
 * @param {Record<string, number>} run.least how often the run uses each canary at least
 * @param {boolean} [run.isQuiet] says nothing when nothing is wrong
 * @param {{ stdout: object, stderr: object }} [run.to] where the output goes
 * @returns {Promise<number>} the exit code: the program's own, else 1 for a leak or an unused canary
 */
export async function runGated({ command, least, isQuiet = false, to = process }) {
  const notes = mkdtempSync(join(tmpdir(), "cfworker-deploy-canaries-"));
  try {
    const gate = new Gate(CANARIES);
    const code = await passed(started(command, notes), gate, to);
    const { uses, secrets } = readNotes(notes);
    gate.lookAgain(secrets);
    const problems = [...gate.leaks, ...(code === 0 ? unused(uses, least) : [])];
    if (!isQuiet || problems.length > 0) to.stderr.write(`canaries: ${summary(gate, uses)}\n`);
    for (const problem of problems) to.stderr.write(`canaries: ${problem}\n`);
    return code || (problems.length > 0 ? 1 : 0);
  } finally {
    rmSync(notes, { recursive: true, force: true });
  }
}

function started(command, notes) {
  const env = { ...process.env, ...ENVIRONMENT, CANARY_NOTES: notes };
  return spawn(process.execPath, command, { env, stdio: ["inherit", "pipe", "pipe"] });
}

/** Passes the output on; resolves to the exit code. */
async function passed(child, gate, to) {
  const signals = ["SIGINT", "SIGTERM"];
  // A terminal sends its signal to the child as well: it ends, and then so do we.
  const forward = (signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, forward);
  for (const name of ["stdout", "stderr"]) {
    child[name].on("data", (chunk) => {
      gate.look(name, chunk);
      to[name].write(chunk);
    });
  }
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (...end) => resolve(end));
  });
  for (const name of signals) process.off(name, forward);
  return code ?? 128 + constants.signals[signal];
}

/** What the processes of the run noted. */
function readNotes(folder) {
  const lines = readdirSync(folder).flatMap((file) => readFileSync(join(folder, file), "utf8").trim().split("\n"));
  const uses = {};
  const secrets = {};
  for (const { used, count, secret, value } of lines.map((line) => JSON.parse(line))) {
    if (used) uses[used] = (uses[used] ?? 0) + count;
    else secrets[`${secret}, ${Object.keys(secrets).length + 1}`] = value;
  }
  return { uses, secrets };
}

function unused(uses, least) {
  return Object.entries(least)
    .filter(([name, count]) => (uses[name] ?? 0) < count)
    .map(([name, count]) => `${name} was used ${uses[name] ?? 0} times, not ${count}: the run proves nothing of it`);
}

function summary(gate, uses) {
  const used = Object.entries(uses).map(([name, count]) => `${name} ${count}`);
  const looked = `looked for ${gate.secrets} secrets in ${gate.needles} spellings in ${gate.size} bytes`;
  return `${looked}; used: ${used.join(", ") || "none"}`;
}
