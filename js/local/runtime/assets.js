/**
 * Static assets as miniflare serves them: from a folder, with the `_headers` and `_redirects` in it. Of its plugin two things
 * are corrected: Workers of one workerd share the first one's folder, and types are guessed by a file's name where the upload
 * has said them.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, sep } from "node:path";

/** folder → when it is written: path of each file in it → its content type, if it has one @type {Map<string, Promise<Map<string, string | undefined>>>} */
const WRITTEN = new Map();
const CORRECTED = Symbol("corrected");

/**
 * Writes a version's files into a folder of its own, unless they are there.
 * @param {string} dir of the folders of all versions
 * @param {import("../state.js").Version} version with assets
 * @param {(hash: string) => import("../state.js").AssetFile} fileOf
 * @returns {Promise<string>} the folder
 */
export async function assetFolder(dir, version, fileOf) {
  const folder = join(dir, version.id);
  if (!WRITTEN.has(folder)) WRITTEN.set(folder, writeFolder(folder, version.assets, fileOf));
  await WRITTEN.get(folder);
  return folder;
}

/** The folders are made of what the account has, whenever they are needed. */
export async function removeAssetFolders(dir) {
  for (const folder of WRITTEN.keys()) if (dirname(folder) === dir) WRITTEN.delete(folder);
  await rm(dir, { recursive: true, force: true, maxRetries: 3 });
}

/**
 * @param {import("../state.js").Version} version
 * @param {string} directory its folder
 * @returns {object} miniflare's option
 */
export function assetOptions({ bindings, mainModule, bodyPart, assets: { config } }, directory) {
  const { html_handling, not_found_handling, run_worker_first: first } = config;
  return {
    directory,
    binding: bindings.find(({ type }) => type === "assets")?.name,
    routerConfig: {
      has_user_worker: (mainModule ?? bodyPart) !== undefined,
      invoke_user_worker_ahead_of_assets: first === true,
      static_routing: Array.isArray(first) ? routing(first) : undefined,
    },
    assetConfig: { html_handling, not_found_handling },
  };
}

/** @param {{ ASSETS_PLUGIN: object }} miniflare */
export function correctAssets({ ASSETS_PLUGIN: plugin }) {
  if (plugin[CORRECTED]) return;
  const { getServices } = plugin;
  plugin.getServices = async (about) => {
    const services = await getServices(about);
    if (services.length === 0) return services;
    const { directory, workerName } = about.options.assets;
    const types = await WRITTEN.get(directory);
    return services.map((service) => corrected(service, workerName, types));
  };
  plugin[CORRECTED] = true;
}

/** Rules that start with `!` are the assets' own. */
function routing(rules) {
  const [others, own] = [rules.filter((rule) => !rule.startsWith("!")), rules.filter((rule) => rule.startsWith("!"))];
  return { user_worker: others, asset_worker: own.map((rule) => rule.slice(1)) };
}

async function writeFolder(folder, { files, config }, fileOf) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const { path, hash } of files) await write(join(folder, ...path.split("/")), fileOf(hash).content);
  for (const name of ["_headers", "_redirects"]) {
    if (config[name] !== undefined) await writeFile(join(folder, name), config[name]);
  }
  return new Map(files.map(({ path, hash }) => [path, fileOf(hash).contentType]));
}

async function write(file, content) {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

function corrected(service, workerName, types) {
  const own = (name) => `${name}:${workerName}`;
  if (service.disk) return { ...service, name: own(service.name) };
  const map = service.worker?.bindings.find(({ name }) => name === "ASSETS_REVERSE_MAP");
  if (!map) return service;
  const bindings = service.worker.bindings.map((binding) => {
    if (binding === map) return { ...map, json: JSON.stringify(withTypes(JSON.parse(map.json), types)) };
    return { ...binding, service: { ...binding.service, name: own(binding.service.name) } };
  });
  return { ...service, worker: { ...service.worker, bindings } };
}

function withTypes(map, types) {
  const typed = ({ filePath, ...file }) => {
    return { ...file, filePath, contentType: types.get(`/${filePath.split(sep).join("/")}`) ?? null };
  };
  return Object.fromEntries(Object.entries(map).map(([hash, file]) => [hash, typed(file)]));
}
