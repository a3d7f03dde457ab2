/** The undocumented calls that wrangler reads before a deploy and sends for a deletion. */
import { ApiError, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { liveVersion } from "../versions.js";
import { bindersOfClasses } from "./class-list.js";
import { scriptOf } from "./lookup.js";
import { endpoint } from "./router.js";
import { scriptView } from "./script-view.js";
import { deleteScript, referrersOf } from "./scripts.js";

const SERVICE = "/accounts/{accountId}/workers/services/{scriptName}";
const SCRIPT = "/accounts/{accountId}/workers/scripts/{scriptName}";

export const services = [
  endpoint("GET", SERVICE, reads("Workers Scripts"), read),
  endpoint("DELETE", SERVICE, writes("Workers Scripts"), remove),
  endpoint("GET", `${SCRIPT}/references`, reads("Workers Scripts"), references),
  endpoint(
    "GET",
    "/accounts/{accountId}/workers/tails/by-consumer/{scriptName}",
    reads("Workers Scripts", "Workers Tail"),
    tailedBy,
  ),
];

function read(context) {
  const script = serviceOf(context);
  return success({
    id: script.name,
    default_environment: {
      environment: "production",
      created_on: script.createdOn,
      modified_on: script.modifiedOn,
      script: scriptView(script),
    },
    created_on: script.createdOn,
    modified_on: script.modifiedOn,
    usage_model: "standard",
    environments: [{ environment: "production", created_on: script.createdOn, modified_on: script.modifiedOn }],
  });
}

function remove(context) {
  return context.turn(context.params.scriptName, async () => {
    deleteScript(context, serviceOf(context));
    return success(null);
  });
}

/** Who binds this script, and what it binds. */
function references(context) {
  const script = scriptOf(context);
  const incoming = referrersOf(context.state, script.name).map(({ name }) => reference(name));
  const outgoing = (liveVersion(script)?.bindings ?? [])
    .filter((binding) => binding.type === "service")
    .map(({ service, name }) => ({ ...reference(service), name }));
  return success({
    services: { incoming, outgoing, pages_function: false },
    durable_objects: bindersOfClasses(context.state, script.name).map(({ name }) => reference(name)),
    dispatch_outbounds: [],
  });
}

function tailedBy({ state, params }) {
  const tailed = [...state.scripts.values()].filter((script) =>
    script.tailConsumers.some(({ service }) => service === params.scriptName),
  );
  return success(
    tailed.map(({ name }) => ({ producer: { service: name, environment: "production" }, consumer: params.scriptName })),
  );
}

function serviceOf({ state, params }) {
  const script = state.scripts.get(params.scriptName);
  if (!script) throw new ApiError(404, 10090, "workers.api.error.service_not_found");
  return script;
}

const reference = (service) => ({ service, environment: "production" });
