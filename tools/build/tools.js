/** The programs that the build needs beside cargo, built from the registry's sources and kept in the cache. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { ROOT, TARGET, TOOLS } from "../paths.js";
import { run } from "../run.js";
import { digestOf } from "./stamp.js";
import { RUST } from "./toolchain.js";

const WASM_PACK = "0.15.1";
const EXE = process.platform === "win32" ? ".exe" : "";

/** Folder of the `wasm-pack` program. */
export const wasmPackFolder = join(TOOLS, `wasm-pack-${WASM_PACK}`, "bin");

/** What the `wasm-bindgen` program is made from. */
export const WASM_BINDGEN_SOURCE = "tools/wasm-bindgen";

/** Folder of the `wasm-bindgen` program, at the version that the engine links. */
export const wasmBindgenFolder = folderOf(WASM_BINDGEN_SOURCE);

export async function ensureWasmPack() {
  if (existsSync(join(wasmPackFolder, `wasm-pack${EXE}`))) return "up to date";
  const root = join(wasmPackFolder, "..");
  // It only starts other programs: without optimisation it is built in a third of the time.
  const env = { CARGO_PROFILE_RELEASE_OPT_LEVEL: "0" };
  await run("cargo", ["install", "wasm-pack", "--version", WASM_PACK, "--locked", "--root", root], { cwd: ROOT, env });
  return "built";
}

export async function ensureWasmBindgen() {
  const program = join(wasmBindgenFolder, `wasm-bindgen${EXE}`);
  if (existsSync(program)) return "up to date";
  await run("cargo", ["build", "--locked", "--package", "wasm-bindgen-tool"], {
    cwd: ROOT,
    env: { CARGO_PROFILE_DEV_DEBUG: "0" },
  });
  mkdirSync(wasmBindgenFolder, { recursive: true });
  const fresh = `${program}.${process.pid}`;
  copyFileSync(join(TARGET, "debug", `wasm-bindgen${EXE}`), fresh);
  renameSync(fresh, program); // Another clone may build it at the same time: the program is there whole, or not at all.
  return "built";
}

/** Where the program that this source makes is kept: in a folder of its own for each version and each source. */
function folderOf(source) {
  const manifest = readFileSync(join(ROOT, source, "Cargo.toml"), "utf8");
  const version = /^version = "(.+)"$/m.exec(manifest)[1];
  return join(TOOLS, `wasm-bindgen-${version}-${digestOf([source], RUST).slice(0, 8)}`, "bin");
}
