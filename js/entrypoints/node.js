/** Node, Deno and Bun: the engine is a file beside this one. Nothing is awaited here, so `require()` works too. */
import { readFileSync } from "node:fs";
import { createGlue } from "../../wasm/glue.js";
import { createEngine } from "../engine.js";
import { createApi } from "../index.js";

const file = new URL("../../wasm/engine_bg.wasm", import.meta.url);
const module = () => new WebAssembly.Module(readFileSync(file));

export const {
  validate,
  plan,
  apply,
  destroy,
  rollback,
  promote,
  outputs,
  doctor,
  history,
  publish,
  bundleTargets,
  importManifests,
  pack,
  setValue,
  schema,
  explain,
  version,
  renderPlan,
  renderPlanMermaid,
  renderPlanSvg,
  renderDiagnostics,
  renderError,
  renderCheckup,
  renderHistory,
  DeployError,
} = createApi(createEngine({ module, createGlue }));
