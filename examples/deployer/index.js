// A Worker that deploys Workers: POST /plan and POST /apply take { "manifest": "…yaml…", "options": { … } }.
// Nothing is answered to who does not bring the token whose SHA-256 stands in TOKEN_SHA256. What nobody gets done here
// stands in limits.js.
import { apply, DeployError, plan } from "cfworker-deploy";
import { isAllowed, misconfigured } from "./entry.js";
import { statusOf } from "./failure.js";
import { refuseOthers, refuseOwn } from "./limits.js";
import { Refusal, readCall } from "./request.js";

const CALLS = { "/plan": planOnly, "/apply": applyPlanned };
/** A live secret that is kept would go to code whose author does not have it: each needs its value in the manifest. */
const ALWAYS = { requireSecrets: true };

export default {
  async fetch(request, env) {
    const fault = await misconfigured(env);
    if (fault) return answer(503, { message: fault });
    if (!(await isAllowed(request, env))) return answer(401, { message: "bearer token missing or wrong" });
    const call = CALLS[new URL(request.url).pathname];
    if (!call || request.method !== "POST") return answer(404, { message: "POST /plan or POST /apply" });
    try {
      return answer(200, await call(await readCall(request), env, ownOf(request, env)));
    } catch (error) {
      return failed(error);
    }
  },
};

/** What of the account is the deployer itself; the host is also the one that this request came for. */
function ownOf(request, env) {
  return { script: env.OWN_SCRIPT, hosts: [env.OWN_HOST, new URL(request.url).hostname] };
}

async function planOnly({ manifest, options }, env, own) {
  const { expect: _expect, ...planning } = options;
  const planned = await plan(manifest, credentials(env), { ...planning, ...ALWAYS });
  refuseOwn(planned, own);
  if (planned.exitCode === 0) refuseOthers(planned);
  return planned;
}

/** Applies exactly the plan that was looked at: should the account change in between, the engine refuses. */
async function applyPlanned({ manifest, options }, env, own) {
  const { fingerprint } = await planOnly({ manifest, options }, env, own);
  if (options.expect !== undefined && options.expect !== fingerprint)
    throw new Refusal(409, "the plan is not the one that was approved", { code: "CFD0511" });
  return apply(manifest, credentials(env), { ...options, ...ALWAYS, expect: fingerprint });
}

/** The Worker's own credentials: a caller never brings or sees them. */
function credentials(env) {
  return {
    apiToken: env.API_TOKEN,
    fingerprintKey: env.FINGERPRINT_KEY,
    baseUrl: env.API_BASE_URL || undefined,
    r2: env.R2_ENDPOINT_URL ? { endpoint: env.R2_ENDPOINT_URL } : undefined,
  };
}

function failed(error) {
  if (error instanceof Refusal) return answer(error.status, { ...error.details, message: error.message });
  if (!(error instanceof DeployError)) throw error;
  const { code, exitCode, message, help, diagnostics, done, notDone, unknown } = error;
  return answer(statusOf(error), { code, exitCode, message, help, diagnostics, done, notDone, unknown });
}

function answer(status, body) {
  return Response.json(body, { status, headers: { "cache-control": "no-store" } });
}
