// A Worker that deploys Workers: POST /plan and POST /apply take { "manifest": "…yaml…", "options": { … } }.
// Default deny: without the bearer token whose SHA-256 stands in TOKEN_SHA256, nothing answers.
import { apply, DeployError, plan } from "cfworker-deploy";

const CALLS = { "/plan": plan, "/apply": apply };
const OPTIONS = ["adopt", "take", "expect", "prune", "allowDeletes", "values", "outputs"];

export default {
  async fetch(request, env) {
    const call = CALLS[new URL(request.url).pathname];
    if (!call || request.method !== "POST") return answer(404, { message: "POST /plan or POST /apply" });
    if (!(await isAllowed(request, env))) return answer(401, { message: "bearer token missing or wrong" });
    const body = await request.json().catch(() => null);
    if (typeof body?.manifest !== "string") return answer(400, { message: "`manifest` is not a text" });
    return run(call, body, env);
  },
};

async function run(call, body, env) {
  try {
    return answer(200, await call(body.manifest, credentials(env), chosen(body.options ?? {})));
  } catch (error) {
    if (!(error instanceof DeployError)) throw error;
    const { code, exitCode, message, help, diagnostics, done, notDone, unknown } = error;
    const status = exitCode === 65 ? 422 : exitCode === 5 ? 409 : 502;
    return answer(status, { code, exitCode, message, help, diagnostics, done, notDone, unknown });
  }
}

/** The Worker's own credentials: a caller never brings or sees them. */
function credentials(env) {
  return {
    apiToken: env.API_TOKEN,
    baseUrl: env.API_BASE_URL || undefined,
    r2: env.R2_ENDPOINT_URL ? { endpoint: env.R2_ENDPOINT_URL } : undefined,
  };
}

/** Only options that a caller may set; endpoints are not among them. */
function chosen(options) {
  return Object.fromEntries(OPTIONS.filter((name) => name in options).map((name) => [name, options[name]]));
}

/** Compares digests of equal length in constant time. */
async function isAllowed(request, env) {
  const token = request.headers.get("authorization")?.match(/^Bearer (.+)$/)?.[1] ?? "";
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  const wanted = new Uint8Array(
    (env.TOKEN_SHA256?.match(/[0-9a-f]{2}/g) ?? []).map((byte) => Number.parseInt(byte, 16)),
  );
  return wanted.byteLength === digest.byteLength && crypto.subtle.timingSafeEqual(digest, wanted);
}

function answer(status, body) {
  return Response.json(body, { status });
}
