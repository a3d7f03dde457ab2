/**
 * `.cfworker-deploy/local.json`: how the commands find the Local Cloudflare that runs here. Whoever could write it could
 * have secrets sent to a program of theirs, so it is used only when it is the user's own.
 */

import { existsSync } from "node:fs";
import { mkdir, rm, rmdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { usageError } from "../errors.js";
import { readPrivate, requireOwnFolder } from "./private-file.js";

/** Where it lies, in the folder that `local` was started in. */
export const LOCAL_FOLDER = ".cfworker-deploy";

const FILE = join(LOCAL_FOLDER, "local.json");
const START_IT = "start it: cfworker-deploy local";
const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/**
 * @typedef {object} LocalState
 * @property {string} api base of the v4 API, with `/client/v4`
 * @property {string} s3 endpoint of R2
 * @property {string} data where the Workers answer, by `Host`
 * @property {string} token
 * @property {string} account
 * @property {{ id: string, name: string }[]} zones
 * @property {{ accessKeyId: string, secretAccessKey: string }} keys of R2
 * @property {{ name: string, token: string }[]} tokens the further ones
 * @property {number} pid
 */

/**
 * The nearest running one, upwards from a directory.
 *
 * @param {string} directory
 * @returns {Promise<LocalState>}
 * @throws {import("../errors.js").DeployError} 64 when none runs
 */
export async function findLocal(directory) {
  const path = nearest(directory);
  if (!path) throw usageError("no Local Cloudflare runs here", START_IT);
  const state = await read(path);
  for (const url of [state.api, state.s3, state.data]) requireLoopback(url, path);
  if (!(await runs(state))) throw usageError(`the Local Cloudflare of \`${path}\` does not run any more`, START_IT);
  return state;
}

/** Credentials of that account; nothing of the environment is left in them. */
export function localCredentials({ api, s3, token, account, keys }) {
  return { apiToken: token, accountId: account, baseUrl: api, r2: { ...keys, endpoint: s3 } };
}

/** Whether one runs that was started in this very directory. */
export async function runsIn(directory) {
  const path = join(directory, FILE);
  if (!existsSync(path)) return false;
  const state = await read(path).catch(() => undefined);
  return state !== undefined && (await runs(state));
}

/**
 * @param {string} directory
 * @param {LocalState} state
 * @returns {Promise<string>} the path; only its owner can read it
 */
export async function writeLocal(directory, state) {
  const path = join(directory, FILE);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await requireOwnFolder(dirname(path));
  // A work tree with a running one in it stays clean.
  await writeFile(ignoreFileOf(path), "*\n");
  await rm(path, { force: true });
  await writeFile(path, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  return path;
}

const ignoreFileOf = (path) => join(dirname(path), ".gitignore");

/** Removes the file and what was made for it, unless another process has taken the place since. */
export async function removeLocal(path, pid) {
  const state = await read(path).catch(() => undefined);
  if (state?.pid !== pid) return;
  await rm(path, { force: true });
  await rm(ignoreFileOf(path), { force: true });
  await rmdir(dirname(path)).catch(() => {}); // Somebody keeps something else there.
}

function nearest(directory) {
  const path = join(directory, FILE);
  if (existsSync(path)) return path;
  const parent = dirname(directory);
  return parent === directory ? undefined : nearest(parent);
}

async function read(path) {
  const text = await readPrivate(path);
  try {
    return JSON.parse(text);
  } catch {
    throw usageError(`\`${path}\` is not JSON`, START_IT);
  }
}

function requireLoopback(url, path) {
  if (URL.canParse(url) && LOOPBACK.includes(new URL(url).hostname)) return;
  throw usageError(
    `\`${url}\` in \`${path}\` is not on this machine`,
    "remove the file, then start it: cfworker-deploy local",
  );
}

/** The process lives and its port answers; either alone may by now be somebody else's. */
async function runs({ pid, api }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return false;
  }
  return answers(api);
}

/** Asked by a connection, not by a request: the log of requests stays the caller's own. */
function answers(url) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/[[\]]/g, ""), port: Number(port), timeout: 2000 });
    const end = (result) => {
      socket.destroy();
      resolve(result);
    };
    socket.once("connect", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
  });
}
