/** A program without any handler for stray exceptions: Node would end it at the first one. Run by node.test.js. */
import { readFileSync } from "node:fs";
import { createEngine } from "../../js/engine.js";
import { createGlue } from "../../target/probe/glue.js";

const url = process.argv[2];
const wasm = readFileSync(new URL("../../target/probe/engine_bg.wasm", import.meta.url));
const engine = createEngine({ createGlue, module: new WebAssembly.Module(wasm) });

const calls = [
  ["panic_at_once"],
  ["panic_in_first_poll"],
  ["panic_after", `${url}/fast`, "POST"],
  ["panic_beside", `${url}/slow`, `${url}/fast`, {}],
  ["panic_beside_timer", `${url}/fast`],
  ["overflow", 4_000_000_000],
  ["overflow_after", `${url}/fast`],
  ["throw_through", `${url}/fast`],
];
const results = await Promise.allSettled(calls.map((call) => engine.call(...call)));
const traps = results.filter(({ reason }) => reason?.name === "EngineTrap").length;
process.stdout.write(`${traps} traps, then: ${await engine.call("send", `${url}/slow`, "GET", {})}\n`);
