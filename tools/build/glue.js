/**
 * Makes a factory of wasm-bindgen's JavaScript: each `createGlue(globals)` has variables of its own, so that a call can
 * have an instance of its own, and sees the globals that js/engine.js gives it instead of the runtime's.
 */
import { basename, dirname } from "node:path";
import { build } from "esbuild";

/** What js/engine.js passes; a name left out here stays the runtime's. */
const GLOBALS = [
  "WebAssembly",
  "FinalizationRegistry",
  "fetch",
  "Date",
  "performance",
  "setTimeout",
  "clearTimeout",
  "reportPanic",
];

export async function writeGlue({ from, to }) {
  await build({
    // esbuild writes paths into comments, relative to its folder: this one keeps the builder's out.
    absWorkingDir: dirname(from),
    entryPoints: [basename(from)],
    outfile: to,
    bundle: true,
    format: "iife",
    globalName: "glue",
    platform: "neutral",
    target: "es2022",
    logLevel: "warning",
    banner: {
      js: `// Made by the build from wasm-bindgen's output.\nexport function createGlue({ ${GLOBALS.join(", ")} }) {`,
    },
    footer: { js: "return glue;\n}" },
  });
}
