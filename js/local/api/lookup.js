/** Finding what a path names, or answering as Cloudflare does when it is not there. */
import { ApiError } from "../envelope.js";
import { newestVersion } from "../versions.js";

/** @returns {import("../state.js").Script} @throws {ApiError} 404/10007 */
export function scriptOf({ state, params }) {
  const script = state.scripts.get(params.scriptName);
  if (script) return script;
  throw new ApiError(404, 10007, "This Worker does not exist on your account.");
}

/** The script's newest version. @throws {ApiError} 404/10222 for a script without versions */
export function newestOf(script) {
  const version = newestVersion(script);
  if (version) return version;
  throw new ApiError(404, 10222, "This Worker has no content or versioned settings.");
}

/** @returns {import("../state.js").Version} @throws {ApiError} 404/100146 */
export function versionOf(script, id) {
  const version = script.versions.find((candidate) => candidate.id === id);
  if (version) return version;
  throw new ApiError(404, 100146, `Version '${id}' does not exist.`);
}

/** @returns {{ id: string, title: string }} @throws {ApiError} 404/10013 */
export function namespaceOf({ state, params }) {
  const namespace = state.kv.get(params.namespaceId);
  if (namespace) return namespace;
  throw namespaceMissing();
}

export const namespaceMissing = () => new ApiError(404, 10013, "get namespace: 'namespace not found'");

/**
 * Right after a script's first PUT some calls do not see it yet: true as long as the switch says so.
 * @param {"subdomain" | "route" | "settings"} what
 */
export function stillUnseen(script, what) {
  if (!script?.lateAnswers?.[what]) return false;
  script.lateAnswers[what] -= 1;
  return true;
}

/** A fresh store: true as long as the switch says that lists and bindings do not know it yet. */
export function stillFresh(store) {
  if (!(store?.late > 0)) return false;
  store.late -= 1;
  return true;
}
