/**
 * One Local Cloudflare a directory: two that save their account in the same place would overwrite each other.
 *
 * DIR/lock names the process that holds it. A process that died leaves it behind, and the next one takes it over.
 */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Between the making of the file and its text. */
const WRITING_MS = 100;
const PRIVATE_FILE = 0o600;

/** Held by this process: after a restart of a container another life may have had the same id. */
const own = new Set();

/** Somebody else keeps an account in the directory. */
export class LockedError extends Error {
  /** @param {string} dir @param {string} file @param {number} pid */
  constructor(dir, file, pid) {
    super(`process ${pid} keeps its account in \`${dir}\` already`);
    this.name = "LockedError";
    this.file = file;
    this.pid = pid;
  }
}

/**
 * @param {string} dir
 * @returns {Promise<() => Promise<void>>} gives it back
 * @throws {LockedError}
 */
export async function lockDirectory(dir) {
  const file = join(resolve(dir), "lock");
  while (!(await created(file))) {
    const pid = await holder(file);
    if (pid !== undefined && isAlive(pid, file)) throw new LockedError(dir, file, pid);
    await removeStale(file, pid);
  }
  own.add(file);
  return async () => {
    own.delete(file);
    await rm(file, { force: true });
  };
}

async function created(file) {
  try {
    await writeFile(file, `${process.pid}\n`, { flag: "wx", mode: PRIVATE_FILE });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  }
}

/** @returns {Promise<number | undefined>} undefined: the file is gone, or was never finished */
async function holder(file) {
  const pid = await pidIn(file);
  if (pid !== undefined) return pid;
  await sleep(WRITING_MS);
  return pidIn(file);
}

async function pidIn(file) {
  const text = await readFile(file, "utf8").catch(() => "");
  return /^\d+\n$/.test(text) ? Number(text) : undefined;
}

function isAlive(pid, file) {
  if (pid === process.pid) return own.has(file);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Moved away first: of two processes that found it stale, the slower one must not remove the new lock of the other. */
async function removeStale(file, pid) {
  const aside = `${file}.${process.pid}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (error.code === "ENOENT") return;
    throw error;
  }
  if ((await pidIn(aside)) === pid) await rm(aside);
  else await rename(aside, file);
}
