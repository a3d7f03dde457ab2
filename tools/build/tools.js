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

/** What the tools of this work tree are made from. */
export const TOOL_SOURCES = ["tools/wasm-bindgen", "tools/wasm-order"];

/** Folder of the `wasm-bindgen` program: tools/wasm-bindgen, at the version that the engine links. */
export const wasmBindgenFolder = folderOf("wasm-bindgen");

/** The `wasm-order` program: tools/wasm-order. */
export const wasmOrder = join(folderOf("wasm-order"), `wasm-order${EXE}`);

export async function ensureWasmPack() {
  if (existsSync(join(wasmPackFolder, `wasm-pack${EXE}`))) return "up to date";
  const root = join(wasmPackFolder, "..");
  // It only starts other programs: without optimisation it is built in a third of the time.
  const env = { CARGO_PROFILE_RELEASE_OPT_LEVEL: "0" };
  await run("cargo", ["install", "wasm-pack", "--version", WASM_PACK, "--locked", "--root", root], { cwd: ROOT, env });
  return "built";
}

export function ensureWasmBindgen() {
  return ensureOwn({ name: "wasm-bindgen", crate: "wasm-bindgen-tool" });
}

export function ensureWasmOrder() {
  // It computes: with optimisation it takes 4 s instead of 40.
  return ensureOwn({ name: "wasm-order", crate: "wasm-order", env: { CARGO_PROFILE_DEV_OPT_LEVEL: "3" } });
}

async function ensureOwn({ name, crate, env }) {
  const folder = folderOf(name);
  const program = join(folder, `${name}${EXE}`);
  if (existsSync(program)) return "up to date";
  await run("cargo", ["build", "--locked", "--package", crate], {
    cwd: ROOT,
    env: { CARGO_PROFILE_DEV_DEBUG: "0", ...env },
  });
  mkdirSync(folder, { recursive: true });
  const fresh = `${program}.${process.pid}`;
  copyFileSync(join(TARGET, "debug", `${name}${EXE}`), fresh);
  renameSync(fresh, program); // Another clone may build it at the same time: the program is there whole, or not at all.
  return "built";
}

/** Where the program that tools/`name` makes is kept: in a folder of its own for each version and each source. */
function folderOf(name) {
  const source = `tools/${name}`;
  const manifest = readFileSync(join(ROOT, source, "Cargo.toml"), "utf8");
  const version = /^version = "(.+)"$/m.exec(manifest)[1];
  return join(TOOLS, `${name}-${version}-${digestOf([source], RUST).slice(0, 8)}`, "bin");
}
