/** Compiles a crate to one `.wasm` and its JavaScript factory. */
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { gzipSync } from "node:zlib";
import { ROOT, TARGET } from "../paths.js";
import { run } from "../run.js";
import { writeGlue } from "./glue.js";
import { digestOf, unlessDone } from "./stamp.js";
import { RUST } from "./toolchain.js";
import { WASM_BINDGEN_SOURCE, wasmBindgenFolder, wasmPackFolder } from "./tools.js";

const WASM_OPT = join(ROOT, "node_modules", "binaryen", "bin", "wasm-opt");

/**
 * Builds `crate` (a folder of the work tree) into `out`: engine_bg.wasm and glue.js.
 * `inputs`: the files and folders that it is made from, beside the build itself.
 */
export async function buildWasm({ crate, inputs, out }) {
  const digest = digestOf(
    [...inputs, "Cargo.toml", "Cargo.lock", "package-lock.json", "tools/build", WASM_BINDGEN_SOURCE],
    RUST,
  );
  const outputs = [join(out, "engine_bg.wasm"), join(out, "glue.js")];
  return unlessDone({ stamp: join(out, "digest"), digest, outputs }, async () => {
    const raw = join(out, "raw");
    await wasmPack(crate, raw);
    mkdirSync(out, { recursive: true });
    await run(process.execPath, [WASM_OPT, join(raw, "engine_bg.wasm"), "-Oz", "--output", outputs[0]], {
      cwd: ROOT,
    });
    await writeGlue({ from: join(raw, "engine.js"), to: outputs[1] });
    return describe(outputs[0]);
  });
}

// `--no-opt`: the one on the machine, if there is one, would be taken, whatever its version.
// `--no-gitignore`: npm would obey that file and pack nothing.
async function wasmPack(crate, out) {
  const args = ["build", join(ROOT, crate), "--release", "--target", "web", "--mode", "no-install", "--no-pack"];
  args.push(
    "--no-opt",
    "--no-gitignore",
    "--no-typescript",
    "--out-dir",
    out,
    "--out-name",
    "engine",
    "--",
    "--locked",
  );
  const path = [wasmBindgenFolder, wasmPackFolder, process.env.PATH].join(delimiter);
  const env = {
    PATH: path,
    CARGO_TARGET_DIR: TARGET,
    CARGO_ENCODED_RUSTFLAGS: (await remapFlags()).join("\x1f"),
  };
  await run("wasm-pack", args, { cwd: ROOT, env });
}

/**
 * Panic messages name source files: no folder of the machine that builds goes into the file. Where several match, the
 * last one wins.
 */
async function remapFlags() {
  await run("cargo", ["fetch", "--locked"], { cwd: ROOT }); // So that the folders of the crates' sources exist.
  const cargoHome = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
  const sources = join(cargoHome, "registry", "src");
  const sysroot = (await run("rustc", ["--print", "sysroot"], { cwd: ROOT })).trim();
  return [
    [homedir(), "home"],
    [cargoHome, "cargo"],
    ...readdirSync(sources).map((index) => [join(sources, index), "crates"]),
    [join(sysroot, "lib", "rustlib", "src", "rust"), "rust"],
    [ROOT, "cfworker-deploy"],
    [TARGET, "target"],
  ].map(([from, to]) => `--remap-path-prefix=${from}=${to}`);
}

function describe(wasm) {
  const raw = statSync(wasm).size;
  const compressed = gzipSync(readFileSync(wasm), { level: 9 }).length;
  return `${kilobytes(raw)}, ${kilobytes(compressed)} gzip`;
}

const kilobytes = (bytes) => `${Math.ceil(bytes / 1000)} kB`;
