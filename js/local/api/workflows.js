/** Workflows: each is a class of a script, under a name of the account. https://developers.cloudflare.com/api/resources/workflows/ */
import { ApiError, pageOf, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { newUuid, timestamp } from "../state.js";
import { liveVersion } from "../versions.js";
import { readObject } from "./body.js";
import { endpoint } from "./router.js";

const WORKFLOWS = "/accounts/{accountId}/workflows";
const WORKFLOW = `${WORKFLOWS}/{workflowName}`;
const NAME = /^[a-zA-Z0-9_][a-zA-Z0-9-_]{0,63}$/;

export const workflows = [
  endpoint("GET", WORKFLOWS, reads("Workers Scripts"), list),
  endpoint("GET", WORKFLOW, reads("Workers Scripts"), read),
  endpoint("PUT", WORKFLOW, writes("Workers Scripts"), put),
  endpoint("DELETE", WORKFLOW, writes("Workers Scripts"), remove),
];

/** @returns {import("../state.js").Workflow | undefined} */
export const workflowNamed = (state, name) => [...state.workflows.values()].find((known) => known.name === name);

/** Those of a script that is deleted go with it. */
export function removeWorkflowsOf({ state, runtime }, scriptName) {
  for (const known of [...state.workflows.values()].filter(({ script_name: script }) => script === scriptName))
    removeWorkflow({ state, runtime }, known);
}

function list({ state, query }) {
  const { items, resultInfo } = pageOf([...state.workflows.values()], query, { perPage: 10, max: 100 });
  return success(items.map(view), { resultInfo });
}

function read(context) {
  return success(view(workflowOf(context)));
}

/** Makes it, or gives it another script or class. Its instances stay. */
function put({ state, request, params, runtime }) {
  const { workflowName: name } = params;
  const { script_name: script, class_name: className } = readObject(request, 10001);
  if (!NAME.test(name)) throw new ApiError(400, 10001, "workflow.invalid_name");
  const exported = state.scripts.has(script) && (liveVersion(state.scripts.get(script))?.classNames ?? []);
  if (!exported) throw new ApiError(404, 10007, "This Worker does not exist on your account.");
  if (!exported.includes(className))
    throw new ApiError(400, 10001, `workflow.class_not_found: '${script}' does not export the class '${className}'`);
  const at = timestamp(state);
  const known = workflowNamed(state, name) ?? { id: newUuid(), name, created_on: at };
  const written = { ...known, script_name: script, class_name: className, modified_on: at, version_id: newUuid() };
  state.workflows.set(known.id, written);
  runtime.changed();
  return success({ ...view(written), is_deleted: 0, terminator_running: 0, version_id: written.version_id });
}

function remove(context) {
  removeWorkflow(context, workflowOf(context));
  return success({ status: "ok", success: true });
}

function removeWorkflow({ state, runtime }, { id, name }) {
  state.workflows.delete(id);
  runtime.forgetWorkflow?.(name);
  runtime.changed();
}

/** @throws {ApiError} 404/10200 */
function workflowOf({ state, params }) {
  const known = workflowNamed(state, params.workflowName);
  if (known) return known;
  throw new ApiError(404, 10200, "workflow.not_found");
}

function view({ version_id: _version, ...shown }) {
  return { ...shown, triggered_on: null };
}
