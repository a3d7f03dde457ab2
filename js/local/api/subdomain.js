/** workers.dev: the account's name, and whether a script answers there. https://developers.cloudflare.com/workers/configuration/routing/workers-dev/ */
import { ApiError, raw, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { readObject } from "./body.js";
import { scriptOf, stillUnseen } from "./lookup.js";
import { endpoint } from "./router.js";

const ACCOUNT = "/accounts/{accountId}/workers/subdomain";
const SCRIPT = "/accounts/{accountId}/workers/scripts/{scriptName}/subdomain";
const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** From this date on, previews follow `enabled` when they are not named. */
const PREVIEWS_FOLLOW_SINCE = "2025-08-01";

export const subdomain = [
  endpoint("GET", ACCOUNT, reads("Workers Scripts"), readAccount),
  endpoint("PUT", ACCOUNT, writes("Workers Scripts"), registerAccount),
  endpoint("DELETE", ACCOUNT, writes("Workers Scripts"), removeAccount),
  endpoint("GET", "/accounts/{accountId}/workers/subdomains/{subdomain}", reads("Workers Scripts"), probe),
  endpoint("GET", SCRIPT, reads("Workers Scripts"), (context) => success(view(scriptOf(context)))),
  endpoint("POST", SCRIPT, writes("Workers Scripts"), set),
  endpoint("DELETE", SCRIPT, writes("Workers Scripts"), unset),
];

function readAccount({ state }) {
  if (!state.accountSubdomain) throw new ApiError(404, 10007, "You need a workers.dev subdomain. Please register one.");
  return success({ subdomain: state.accountSubdomain });
}

function registerAccount({ state, request }) {
  const { subdomain: name } = readObject(request, 10026, { anyType: true });
  if (typeof name !== "string" || !NAME.test(name)) throw new ApiError(400, 10030, "Invalid workers.dev subdomain.");
  if (state.accountSubdomain && state.accountSubdomain !== name) {
    throw new ApiError(409, 10036, "You already have an associated subdomain.");
  }
  state.accountSubdomain = name;
  return success({ subdomain: name });
}

function removeAccount({ state }) {
  state.accountSubdomain = null;
  return raw("", { status: 204 });
}

/** Answers by error code: 10032 free, 10031 taken. */
function probe({ state, params }) {
  if (params.subdomain === state.accountSubdomain) throw new ApiError(409, 10031, "Subdomain is unavailable.");
  throw new ApiError(404, 10032, "Subdomain is available.");
}

function set(context) {
  const { request, state, runtime } = context;
  const script = scriptOf(context);
  if (stillUnseen(script, "subdomain")) throw new ApiError(404, 10007, "This Worker does not exist on your account.");
  const { enabled, previews_enabled: previews } = readObject(request, 10026);
  const previewsKnown = previews === undefined || typeof previews === "boolean";
  if (typeof enabled !== "boolean" || !previewsKnown) {
    throw new ApiError(400, 10026, "could not parse request body: enabled and previews_enabled must be booleans");
  }
  if (enabled && !state.accountSubdomain) {
    throw new ApiError(400, 10063, "You need a workers.dev subdomain in order to proceed.");
  }
  const follows = (request.headers["cloudflare-workers-script-api-date"] ?? "") >= PREVIEWS_FOLLOW_SINCE;
  const fallback = follows ? enabled : script.subdomain.previewsEnabled;
  script.subdomain = { enabled, previewsEnabled: previews ?? fallback };
  runtime.changed();
  return success(view(script));
}

function unset(context) {
  const script = scriptOf(context);
  script.subdomain = { enabled: false, previewsEnabled: false };
  context.runtime.changed();
  return success(view(script));
}

function view({ subdomain: { enabled, previewsEnabled } }) {
  return { enabled, previews_enabled: previewsEnabled };
}
