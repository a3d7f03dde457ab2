/** The Rust toolchain that rust-toolchain.toml names, with its parts: rustup may leave out what the file lists. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../paths.js";
import { run } from "../run.js";

const TARGET = "wasm32-unknown-unknown";
const COMPONENTS = ["clippy", "rustfmt"];

/** The exact version, as `1.95.0`. */
export const RUST = /^channel = "(.+)"$/m.exec(readFileSync(join(ROOT, "rust-toolchain.toml"), "utf8"))[1];

/** Installs what is missing; on a complete machine this asks rustup twice and changes nothing. */
export async function ensureToolchain() {
  const toolchains = await rustup("toolchain", "list");
  if (!toolchains.split("\n").some((line) => line.startsWith(`${RUST}-`))) {
    await rustup("toolchain", "install", RUST, "--profile", "minimal", "--no-self-update");
  }
  const [targets, components] = await Promise.all([
    rustup("target", "list", "--installed", "--toolchain", RUST),
    rustup("component", "list", "--installed", "--toolchain", RUST),
  ]);
  if (!targets.includes(TARGET)) await rustup("target", "add", TARGET, "--toolchain", RUST);
  const missing = COMPONENTS.filter((name) => !components.includes(name));
  if (missing.length > 0) await rustup("component", "add", ...missing, "--toolchain", RUST);
  process.env.RUSTUP_TOOLCHAIN = RUST; // Whatever the caller had set, all steps use this one.
  return RUST;
}

const rustup = (...args) => run("rustup", args, { cwd: ROOT });
