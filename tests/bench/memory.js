/**
 * The most memory that a first deployment takes, and `publish`, as a multiple of the bundle: of the whole process, so
 * WebAssembly, JavaScript and buffers together, less what the same run takes with bundles of next to nothing.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { startLocalCloudflare } from "../canaries/local.js";
import { TRUSTING } from "../safety/account.js";

const BUNDLE = 50_000_000;
const NOTHING = 100;
const DOCUMENTS = [1, 20];

const WASM = fileURLToPath(new URL("../../pkg/wasm/engine_bg.wasm", import.meta.url));
const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Node collects what is outside of its heap late, up to 64 MB of it: told apart by a run that collects all the time. */
const RUNTIMES = {
  Node: (run) => peakInNode(run),
  "Node, garbage collected at once": (run) => peakInNode(run, "--expose-gc"),
  workerd: peakInWorkerd,
};

export async function memory() {
  const rows = [];
  for (const [runtime, peakOf] of Object.entries(RUNTIMES)) {
    for (const documents of DOCUMENTS) {
      const [least, most] = [await measured(peakOf, documents, NOTHING), await measured(peakOf, documents, BUNDLE)];
      rows.push(row(`${documents === 1 ? "one document" : `${documents} documents`} in ${runtime}`, most - least));
    }
  }
  const [least, most] = [await publishing(NOTHING), await publishing(BUNDLE)];
  return [...rows, row("publish in Node", most - least)];
}

const row = (name, bytes) => [`memory: ${name}`, `${(bytes / BUNDLE).toFixed(1)} × the bundle`, megabytes(bytes)];

/** Bytes at the height of a run whose documents all have a bundle of this size. */
async function measured(peakOf, documents, size) {
  return beside(async (local, run) => {
    await local.putObject("bundles", "large.js", Buffer.alloc(size, "x"));
    return peakOf({ ...run, documents });
  });
}

/** Bytes at the height of a `publish` of a file of this size, as the CLI does it. */
async function publishing(size) {
  const folder = await mkdtemp(join(tmpdir(), "memory-"));
  const file = join(folder, "large.js");
  try {
    await writeFile(file, Buffer.alloc(size, "x"));
    return await beside((_, run) => peakInNode({ ...run, file }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs something beside a Local Cloudflare of its own, with what a call needs to reach it. */
async function beside(work) {
  const local = await startLocalCloudflare({ runtime: TRUSTING });
  try {
    await local.createBucket("bundles");
    const { apiUrl: baseUrl, token: apiToken, s3, s3Url: endpoint, accountId } = local;
    return await work(local, { apiToken, baseUrl, r2: { ...s3, endpoint }, accountId });
  } finally {
    await local.close();
  }
}

async function peakInNode(run, ...flags) {
  const program = path("./memory-in-node.js");
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, JSON.stringify(run)]);
  return Number(stdout);
}

async function peakInWorkerd(run) {
  const [entry] = (
    await build({
      entryPoints: [path("./memory-in-workerd.js")],
      bundle: true,
      write: false,
      format: "esm",
      external: ["node:*", "*.wasm"],
    })
  ).outputFiles;
  const runtime = new Miniflare({
    modules: [
      { type: "ESModule", path: "/pkg/js/entrypoints/worker.js", contents: entry.text },
      { type: "CompiledWasm", path: "/pkg/wasm/engine_bg.wasm", contents: readFileSync(WASM) },
    ],
    modulesRoot: "/",
    compatibilityDate: "2026-07-30",
    compatibilityFlags: ["nodejs_compat"],
  });
  try {
    const answer = await runtime.dispatchFetch("http://worker/", { method: "POST", body: JSON.stringify(run) });
    if (!answer.ok) throw new Error(await answer.text());
    return highest(childNamed("workerd"));
  } finally {
    await runtime.dispose();
  }
}

/** Linux tells the most that a process ever held. */
function highest(pid) {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(kilobytes) * 1024;
}

function childNamed(name) {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim().split(" ");
  return children.find((pid) => readFileSync(`/proc/${pid}/comm`, "utf8").trim() === name);
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
