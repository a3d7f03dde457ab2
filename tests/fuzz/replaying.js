/**
 * Replays inputs through the shipped engine in a thread of its own, so that one which never ends can be told and ended.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { createEngine } from "../../js/engine.js";
import { createApi } from "../../js/index.js";
import { createGlue } from "../../pkg/wasm/glue.js";
import { createVirtualClock } from "../safety/virtual-clock.js";
import { TARGETS, use } from "./replay.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CORPORA = join(ROOT, "tests", "corpora");
export const MANIFEST = readFileSync(new URL("./account.yaml", import.meta.url), "utf8");

/** One input takes a few milliseconds. */
const HANGS_MS = 20_000;

/** @returns {{ target: string, path: string }[]} the inputs of a folder with a folder for each target */
export function inputsIn(folder = CORPORA) {
  const targets = Object.keys(TARGETS).filter((target) => existsSync(join(folder, target)));
  return targets.flatMap((target) =>
    readdirSync(join(folder, target)).map((name) => ({ target, path: join(folder, target, name) })),
  );
}

/**
 * @param {{ target: string, path: string }[]} inputs
 * @returns {Promise<string[]>} what went wrong, each with its file
 */
export function replay(inputs) {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: inputs });
  return new Promise((resolve, reject) => {
    let at = 0;
    let timer;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        worker.terminate();
        resolve([`${inputs[at].path}: does not end`]);
      }, HANGS_MS);
    };
    wait();
    worker.on("message", (message) => {
      if (Array.isArray(message)) resolve(message);
      else at = message;
      wait();
    });
    worker.on("error", reject);
    worker.on("exit", () => clearTimeout(timer));
  });
}

if (!isMainThread && Array.isArray(workerData)) {
  const problems = [];
  const clock = createVirtualClock();
  const { setTimeout, clearTimeout, performance } = clock;
  const module = new WebAssembly.Module(readFileSync(new URL("../../pkg/wasm/engine_bg.wasm", import.meta.url)));
  const glue = (globals) => createGlue({ ...globals, Date: clock.Date, performance, setTimeout, clearTimeout });
  const engine = createEngine({ module, createGlue: glue });
  for (const [index, { target, path }] of workerData.entries()) {
    parentPort.postMessage(index);
    const failures = await use(createApi(engine), target, readFileSync(path), MANIFEST);
    problems.push(...failures.map((failure) => `${path}: ${failure}`));
  }
  clock.stop();
  parentPort.postMessage(problems);
}
