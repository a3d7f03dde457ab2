/** The built command line, run as a process of its own against a Local Cloudflare of this process. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeLocal } from "../../js/cli/local-state.js";
import { assertClean, CANARIES } from "../canaries/index.js";
import { startLocalCloudflare } from "../canaries/local.js";

/** The bin of the package that `npm run build` made. */
export const BIN = fileURLToPath(new URL("../../pkg/js/cli/main.js", import.meta.url));
const HELLO = fileURLToPath(new URL("../../examples/hello", import.meta.url));

/** Found anywhere in the output, it is a leak. */
export const CANARY = CANARIES.secret;
const NAMESPACE = "hello-visits";

/** A Worker without secrets, stores or hostname, its bundle at the end: tests append to it. */
export const PLAIN = `apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata: {name: plain, org: acme, env: demo}
spec:
  worker_name: plain
  script_bundle:
    bucket: bundles
    path: plain/v1.js # keep me
`;

/** A module that answers with a text. */
export const sourceOf = (text) => `export default { fetch: () => new Response(${JSON.stringify(text)}) };`;

/**
 * A directory with `examples/hello` and a running Local Cloudflare that `--local` finds there.
 *
 * @returns {Promise<{ directory: string, cloudflare: object, cli: Function, start: Function, close: () => Promise<void> }>}
 */
export async function createSite(options = {}) {
  const directory = await mkdtemp(join(tmpdir(), "cfworker-site-"));
  await cp(HELLO, directory, { recursive: true });
  const cloudflare = await startLocalCloudflare(options);
  cloudflare.createBucket("bundles");
  await writeLocal(directory, localState(cloudflare));
  await createNamespace(cloudflare);
  const start = (args, more) => startCli(directory, args, more);
  return {
    directory,
    cloudflare,
    start,
    cli: async (...args) => start(args).ended,
    async close() {
      await cloudflare.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The longest that a process may take; with `LONG=1` some wait out minutes of faults. */
const PATIENCE_MS = process.env.LONG ? 700_000 : 90_000;

/**
 * @param {string} cwd
 * @param {string[]} args
 * @param {{ env?: object, stdin?: string, command?: string[] }} [more] `command`: what runs node, such as a terminal
 */
export function startCli(cwd, args, { env = {}, stdin, command = [process.execPath, BIN] } = {}) {
  const [program, ...before] = command;
  const child = spawn(program, [...before, ...args], {
    cwd,
    env: { PATH: process.env.PATH, HELLO_API_KEY: CANARY, ...env },
    stdio: ["pipe", "pipe", "pipe"],
    timeout: PATIENCE_MS, // A test that fails leaves no process behind.
  });
  // A program may end before it has read anything, as `export` does at once.
  child.stdin.on("error", (error) => {
    if (error.code !== "EPIPE") throw error;
  });
  if (stdin !== null) child.stdin.end(stdin ?? "");
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) {
    child[name].setEncoding("utf8").on("data", (data) => {
      text[name] += data;
    });
  }
  const ended = once(child, "close").then(([exit, signal]) => {
    assertClean(text, `the output of ${args.join(" ")}`);
    return { exit, signal, ...text };
  });
  return { child, text, ended };
}

/** Waits until a process has printed something that fits. */
export async function printed({ child, text, ended }, pattern) {
  let over = false;
  ended.then(() => {
    over = true;
  });
  while (!pattern.test(text.stdout + text.stderr)) {
    if (over) throw new Error(`it ended without ${pattern}:\n${text.stdout}${text.stderr}`);
    await Promise.race([once(child.stdout, "data"), once(child.stderr, "data"), ended]);
  }
}

export const eventsOf = ({ stdout }) =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

/** What `cfworker-deploy local` writes for `--local`. */
export function localState({ apiUrl, s3Url, dataUrl, token, accountId, zones, s3 }) {
  const addresses = { api: apiUrl, s3: s3Url, data: dataUrl };
  return { ...addresses, token, account: accountId, zones, keys: s3, tokens: [], pid: process.pid };
}

async function createNamespace({ apiUrl, accountId, token, requests }) {
  const answer = await fetch(`${apiUrl}/accounts/${accountId}/storage/kv/namespaces`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ title: NAMESPACE }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  requests.clear();
}

/** A Worker without any mark of ours. */
export async function uploadByHand({ apiUrl, accountId, token }, name) {
  const form = new FormData();
  form.set("metadata", JSON.stringify({ main_module: "i.js", compatibility_date: "2026-01-01" }));
  form.set(
    "i.js",
    new File(["export default { fetch: () => new Response() }"], "i.js", { type: "application/javascript+module" }),
  );
  const headers = { authorization: `Bearer ${token}` };
  const url = `${apiUrl}/accounts/${accountId}/workers/scripts/${name}`;
  const answer = await fetch(url, { method: "PUT", headers, body: form });
  if (!answer.ok) throw new Error(await answer.text());
}
