/** Workers: the runtime compiles no bytes, so the bundler hands over the compiled module. */
import module from "../../wasm/engine_bg.wasm";
import { createGlue } from "../../wasm/glue.js";
import { createEngine } from "../engine.js";
import { createApi } from "../index.js";

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
