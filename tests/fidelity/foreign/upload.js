/** What an upload says of a Worker, in one form whoever sent it. */

/** What each tool says about itself, or what stands in for it: it describes no Worker. */
const OF_THE_TOOL = ["annotations", "assets.jwt", "tags"];

/** Differences in form that Cloudflare reads as the same, each with the reason. */
export const SAME = {
  keep_bindings: "wrangler keeps secrets by their type; we name each binding that is carried over",
  code_update_strategy: "of wrangler alone: how fast running Durable Objects get the code, five minutes at the most",
  "compatibility_flags []": "wrangler sends an empty list, we leave it out",
  "observability off": "wrangler leaves it out where it is off, and turns it off in a request of its own",
  package_dependencies: "of wrangler alone: a list of the packages of the project, for Cloudflare's statistics",
  "head_sampling_rate 1": "the default, which wrangler sends where the configuration has it",
  "observability without code": "of a Worker of assets alone wrangler sends none; we send what the configuration says",
  "source maps": "wrangler sends them beside the modules; the file that `--outfile` writes has them too",
};

/**
 * @param {object[]} requests of a run
 * @param {string} name of the Worker
 * @returns {object | undefined} the last upload
 */
export function uploadOf(requests, name) {
  const of = new RegExp(`/workers/scripts/${name}(/versions)?$`);
  const uploads = requests.filter(({ method, path }) => /PUT|POST/.test(method) && of.test(path));
  return uploads.findLast(({ multipart }) => multipart?.some((part) => part.name === "metadata"))?.multipart;
}

/**
 * @param {object[]} parts of an upload
 * @returns {object} what it means
 */
export function meaningOf(parts) {
  const { json: metadata } = parts.find(({ name }) => name === "metadata");
  const modules = parts.filter(({ name }) => name !== "metadata");
  const meaning = {
    modules: modules.map(({ name, type, size }) => ({ name, type: type.split(";")[0], size })).sort(byName),
  };
  for (const [key, value] of Object.entries(metadata)) meaning[key] = value;
  meaning.bindings = [...(metadata.bindings ?? [])].sort(byName);
  for (const key of ["keep_bindings", "code_update_strategy", "package_dependencies", ...OF_THE_TOOL])
    delete meaning[key];
  if (meaning.compatibility_flags?.length === 0) delete meaning.compatibility_flags;
  if (meaning.observability?.enabled === false) delete meaning.observability;
  if (meaning.observability?.head_sampling_rate === 1) delete meaning.observability.head_sampling_rate;
  if (metadata.main_module === undefined) delete meaning.observability;
  if (meaning.assets) meaning.assets = { config: withoutEmpty(meaning.assets.config) };
  return meaning;
}

/** Fields in which two uploads differ, each as a line. */
export function differences(ours, theirs) {
  const keys = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].sort();
  const text = (value) => JSON.stringify(value) ?? "(nothing)";
  const differing = keys.filter((key) => sorted(ours[key]) !== sorted(theirs[key]));
  return differing.map((key) => `${key}: ours ${text(ours[key])}, wrangler's ${text(theirs[key])}`);
}

function sorted(value) {
  const inOrder = (_, inner) =>
    inner && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner;
  return JSON.stringify(value, inOrder);
}

const withoutEmpty = (config = {}) =>
  Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined && value !== ""));
const byName = (one, other) => (one.name < other.name ? -1 : 1);
