/** What an upload says of a Worker's static assets. https://developers.cloudflare.com/workers/configuration/multipart-upload-metadata/ */
import { ApiError } from "../envelope.js";
import { isObject } from "./body.js";

const HTML_HANDLING = ["auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none"];
const NOT_FOUND_HANDLING = ["none", "404-page", "single-page-application"];
const MOST_RULES = 100;
const MOST_CHARACTERS = 100;

/**
 * @param {{ assets?: { jwt?: string, config?: object }, keep_assets?: boolean }} metadata
 * @param {{ scriptName: string, previous?: import("../state.js").Version, assetSessions: import("../assets/sessions.js").AssetSessions }} about
 * @returns {import("../state.js").Assets | undefined} what the version serves: the files that its token stands for, or, when
 *   told to keep them, those of the version before
 * @throws {ApiError} 10021
 */
export function readAssets({ assets, keep_assets: keep = false }, { scriptName, previous, assetSessions }) {
  if (typeof keep !== "boolean") throw invalid("keep_assets must be true or false");
  if (assets === undefined || assets === null) return keep ? previous?.assets : undefined;
  if (!isObject(assets)) throw invalid("assets must be an object");
  const { jwt, config } = assets;
  const kept = jwt === undefined && keep ? previous?.assets : undefined;
  if (kept) return { files: kept.files, config: config === undefined ? kept.config : readConfig(config) };
  return { files: filesOf(jwt, scriptName, assetSessions), config: readConfig(config) };
}

/** @throws {ApiError} 10021 when there are no assets for the binding */
export function checkAssetsBinding({ bindings, assets }) {
  const binding = bindings.find(({ type }) => type === "assets");
  if (binding && !assets) throw invalid(`Binding '${binding.name}' of type assets needs assets.`);
}

function filesOf(jwt, scriptName, assetSessions) {
  const session = typeof jwt === "string" ? assetSessions.find(jwt, "completion") : undefined;
  if (session?.scriptName === scriptName) return session.files;
  throw invalid("assets.jwt must be the completion token of an upload of assets for this Worker");
}

function readConfig(config = {}) {
  if (!isObject(config)) throw invalid("assets.config must be an object");
  checkWord(config, "html_handling", HTML_HANDLING);
  checkWord(config, "not_found_handling", NOT_FOUND_HANDLING);
  for (const name of ["_headers", "_redirects", "base_path"]) {
    if (config[name] !== undefined && typeof config[name] !== "string")
      throw invalid(`assets.config.${name} must be a string`);
  }
  checkRules(config.run_worker_first);
  return config;
}

function checkWord(config, name, words) {
  if (config[name] === undefined || words.includes(config[name])) return;
  throw invalid(`assets.config.${name} must be one of ${words.join(", ")}`);
}

function checkRules(rules) {
  if (rules === undefined || typeof rules === "boolean") return;
  if (!Array.isArray(rules) || rules.length === 0 || rules.length > MOST_RULES)
    throw invalid(`assets.config.run_worker_first must be true, false or 1 to ${MOST_RULES} rules`);
  const isRule = (rule) => typeof rule === "string" && /^!?\//.test(rule) && rule.length <= MOST_CHARACTERS;
  const wrong = rules.find((rule) => !isRule(rule));
  if (wrong !== undefined)
    throw invalid(`rule ${JSON.stringify(wrong)} of run_worker_first must start with / or !/ and be short`);
  if (new Set(rules).size < rules.length) throw invalid("rules of run_worker_first must differ");
  if (rules.every((rule) => rule.startsWith("!"))) throw invalid("run_worker_first must have a rule without !");
}

function invalid(message) {
  return new ApiError(400, 10021, message);
}
