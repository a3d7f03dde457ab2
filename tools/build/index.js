/** The steps of the build, in order. Steps whose inputs did not change are skipped. */
import { join } from "node:path";
import { TARGET } from "../paths.js";
import { stage } from "../stage.js";
import { assemblePackage } from "./package.js";
import { ensureToolchain } from "./toolchain.js";
import { ensureWasmBindgen, ensureWasmPack } from "./tools.js";
import { buildWasm } from "./wasm.js";

const PROBE = "tests/engine/probe";

/** Makes pkg/. */
export async function buildPackage() {
  const engine = join(TARGET, "engine");
  await stage("rust toolchain", ensureToolchain);
  await stage("wasm-pack", ensureWasmPack);
  await stage("wasm-bindgen", ensureWasmBindgen);
  await stage("engine", () => buildWasm({ crate: ".", inputs: ["src"], out: engine }));
  await stage("package", () => assemblePackage({ engine }));
}

/** Makes the engine that fails on request, for tests/engine. */
export async function buildProbe() {
  await stage("engine probe", () => buildWasm({ crate: PROBE, inputs: [PROBE], out: join(TARGET, "probe") }));
}
