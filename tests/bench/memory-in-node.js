/** A process of its own for bench/memory.js: prints the most bytes that it ever held. */
import { openAsBlob, readFileSync } from "node:fs";
import { apply, publish } from "../../pkg/js/entrypoints/node.js";
import { deploy, publishFile } from "./memory-run.js";

const COLLECTING_MS = 3;
if (globalThis.gc) setInterval(globalThis.gc, COLLECTING_MS).unref();
const run = JSON.parse(process.argv[2]);
if (run.file) await publishFile(publish, await openAsBlob(run.file), run);
else await deploy(apply, run);
const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
process.stdout.write(String(kilobytes * 1024));
