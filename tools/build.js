/** `npm run build`: toolchain, tools, engine, package. Steps whose inputs did not change are skipped. */
import { join } from "node:path";
import { assemblePackage } from "./build/package.js";
import { ensureToolchain } from "./build/toolchain.js";
import { ensureWasmBindgen, ensureWasmPack } from "./build/tools.js";
import { buildWasm } from "./build/wasm.js";
import { TARGET } from "./paths.js";
import { main, stage } from "./stage.js";

await main("build", async () => {
  const engine = join(TARGET, "engine");
  await stage("rust toolchain", ensureToolchain);
  await stage("wasm-pack", ensureWasmPack);
  await stage("wasm-bindgen", ensureWasmBindgen);
  await stage("engine", () => buildWasm({ crate: ".", inputs: ["src"], out: engine }));
  await stage("package", () => assemblePackage({ engine }));
});
