/** Browsers, and whatever has the web's `fetch` and URLs: the engine is downloaded at the first call. */
import { createGlue } from "../../wasm/glue.js";
import { createEngine } from "../engine.js";
import { createApi } from "../index.js";

const file = new URL("../../wasm/engine_bg.wasm", import.meta.url);

async function module(signal) {
  const response = await fetch(file, { signal });
  if (!response.ok) throw new Error(`cannot load the engine from \`${file}\`: ${response.status}`);
  return WebAssembly.compile(await response.arrayBuffer());
}

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
