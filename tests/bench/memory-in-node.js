/** A process of its own for bench/memory.js: prints the most bytes that it ever held. */
import { readFileSync } from "node:fs";
import { apply } from "../../pkg/js/entrypoints/node.js";
import { deploy } from "./memory-run.js";

const COLLECTING_MS = 3;
if (globalThis.gc) setInterval(globalThis.gc, COLLECTING_MS).unref();
await deploy(apply, JSON.parse(process.argv[2]));
const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
process.stdout.write(String(kilobytes * 1024));
