/** Runs of the command line in a directory of its own, before an engine that only answers. */
import { CANARIES } from "../canaries/index.js";
import { fakeEngine, resultOf } from "./fake-engine.js";
import { directoryWith, run } from "./harness.js";

export const VALID = { ok: { ok: true, diagnostics: [], manifests: [{}] } };

export const MANIFEST = "kind: CloudflareWorker # keep me\nkey: hello/v1.js\n";

export const SIGNED_IN = { CLOUDFLARE_API_TOKEN: CANARIES.apiToken };

/** An apply that tells its events as the engine does. */
export function applying(result = resultOf()) {
  return (_sources, _creds, _options, host) => {
    host.onEvent({ type: "diagnostic", severity: "warning", code: "CFD0150", message: "an oddity" });
    host.onEvent({
      type: "change",
      address: "script:hello",
      kind: "script",
      action: "create",
      why: "not-found",
      reason: "not found",
      fields: [],
    });
    host.onEvent({ type: "plan", ...result.plan.summary, fingerprint: result.plan.fingerprint });
    host.onEvent({ type: "start", address: "script:hello" });
    host.onEvent({ type: "wait", address: "script:hello", why: "rate limited", seconds: 2 });
    host.onEvent({ type: "done", address: "script:hello", ms: 1900 });
    return { ok: result };
  };
}

export const optionsOf = (engine, name) => engine.calls.find((call) => call.name === name).args[2];

export async function inDirectory(argv, answers, given = {}) {
  const cwd = await directoryWith({ "worker.yaml": MANIFEST, "index.js": "export default {}", ...given.files });
  const engine = fakeEngine({ validate: VALID, ...answers });
  return { ...(await run(argv, { cwd, engine, env: SIGNED_IN, ...given })), engine, cwd };
}
