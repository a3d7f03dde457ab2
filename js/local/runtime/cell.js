/**
 * A set of Workers that share one workerd: loaded when they are first requested, together with those that they call. A
 * change marks the set stale, and the next request reloads it once for everybody who waits.
 */
import { classesOf, classNamed } from "../api/class-list.js";
import { workflowNamed } from "../api/workflows.js";
import { managedHost } from "../r2/domains.js";
import { neededScripts } from "./bindings.js";
import { Instance } from "./instance.js";
import { liveVersions, loadedName } from "./live.js";
import { startAlone } from "./trial.js";

/** How long a reload waits for requests that are under way, before it goes on beside them. */
const DRAIN_MS = 1000;

export class Cell {
  #host;
  #instance;
  #requested = new Set();
  /** Ids of versions that somebody looked at by their own addresses. */
  #previewed = new Set();
  #loadedKey;
  #loadedKv = new Set();
  #stale = true;
  #reloading;
  #hurried = false;
  #retired = new Set();

  /**
   * @param {object} host
   * @param {object} host.state
   * @param {Map<string, string>} host.broken version id → why it does not start
   * @param {number} host.graceMs what answers under way have, when their Workers are replaced
   * @param {() => Promise<string>} host.dir where the stores are
   * @param {import("./back-channel.js").BackChannel} host.channel
   * @param {(line: string) => void} host.print
   * @param {(cell: Cell, instance: Instance, stall: string, versions: object[]) => unknown} host.onStall
   */
  constructor(host) {
    this.#host = host;
  }

  changed() {
    this.#stale = true;
  }

  /** From now on the script is among those that are loaded. */
  request(scriptName) {
    if (this.#requested.has(scriptName)) return;
    this.#requested.add(scriptName);
    this.#stale = true;
  }

  /** The same for a version that need not be live. */
  preview({ id }) {
    if (this.#previewed.has(id)) return;
    this.#previewed.add(id);
    this.#stale = true;
  }

  get unready() {
    return this.#stale || this.#reloading !== undefined;
  }

  /** What runs now; only to be asked when `unready` is false, and before the next `await`. */
  get instance() {
    return this.#instance;
  }

  /** Whether KV calls can go on although Workers have changed. */
  servesKv(id) {
    return !this.#reloading && (!this.#stale || this.#loadedKv.has(id));
  }

  /** @param {boolean} nested asked for by a request of a Worker: then the Worker's own request waits for this one, not the other way round */
  reload(nested = false) {
    this.#hurried ||= nested;
    this.#reloading ??= this.#loadLiveSet().finally(() => {
      this.#reloading = undefined;
      this.#hurried = false;
    });
    return this.#reloading;
  }

  /** The instance is gone, or held up: the next request finds a new one. */
  drop(instance) {
    if (instance !== this.#instance || this.#reloading) return false;
    this.#retire(instance);
    this.#forgetLoaded();
    this.#stale = true;
    return true;
  }

  /** Nobody enters any more: resolves when the answers under way are over. */
  async leave() {
    await this.#reloading?.catch(() => {});
    if (this.#instance) await this.#retire(this.#instance);
  }

  async close() {
    await this.#reloading?.catch(() => {});
    await Promise.all([this.#instance, ...this.#retired].map((instance) => instance?.close()));
  }

  async #loadLiveSet() {
    this.#stale = false;
    const set = this.#liveSet();
    const key = keyOf(set);
    if (key === this.#loadedKey) return;
    this.#forgetLoaded();
    await this.#instance?.settled(DRAIN_MS, () => this.#hurried);
    if (this.#instance?.busy) this.#retire(this.#instance);
    try {
      await this.#load(set);
    } catch (error) {
      this.#host.print(`reload failed, looking for the Worker that causes it: ${error.message}`);
      await this.#loadWithoutBroken(set);
    }
    this.#loadedKey = key;
    this.#loadedKv = new Set(set.kvIds);
  }

  async #load(set) {
    const { dir, channel, print, onStall } = this.#host;
    if (!this.#instance) {
      const instance = new Instance({
        dir: await dir(),
        channel,
        output: print,
        onStall: (stall, versions) => onStall(this, instance, stall, versions),
      });
      this.#instance = instance;
    }
    await this.#instance.load(set);
  }

  /** Live versions of the requested scripts and of all that they call. */
  #liveSet() {
    const { state, broken } = this.#host;
    const names = new Set();
    const workflowOf = (name) => workflowNamed(state, name);
    const visit = (name) => {
      const script = state.scripts.get(name);
      if (!script || names.has(name)) return;
      names.add(name);
      for (const version of this.#servedVersions(script)) neededScripts(version, workflowOf).forEach(visit);
      for (const { service } of script.tailConsumers) visit(service);
    };
    for (const name of this.#requested) visit(name);
    const nameOf = (name) => {
      const script = names.has(name) ? state.scripts.get(name) : undefined;
      const [version] = script ? liveVersions(script) : [];
      return version && !broken.has(version.id) ? loadedName(script, version) : undefined;
    };
    const assetFile = (hash) => state.assetFiles.get(hash);
    const isExported = (name, exported) => exportsName(state.scripts.get(name), exported);
    const classOf = (scriptName, className) => classNamed(state, scriptName, className);
    const workers = [...names].sort().flatMap((name) => {
      const script = state.scripts.get(name);
      const versions = this.#servedVersions(script).filter(({ id }) => !broken.has(id));
      return versions.map((version) => ({
        name: loadedName(script, version),
        script: name,
        version,
        tailConsumers: script.tailConsumers,
        nameOf,
        assetFile,
        classOf,
        workflowOf,
        isExported,
        classes: loadedName(script, version) === name ? exportedClasses(state, name, version) : [],
      }));
    });
    return { workers, kvIds: [...state.kv.keys()], hosts: hostsOf(state), workflows: [...state.workflows.values()] };
  }

  #servedVersions(script) {
    const live = liveVersions(script);
    return [
      ...live,
      ...script.versions.filter((version) => this.#previewed.has(version.id) && !live.includes(version)),
    ];
  }

  async #loadWithoutBroken({ workers }) {
    for (const worker of workers) {
      const alone = { ...worker, nameOf: () => undefined };
      await startAlone(alone, async () => {}).catch(({ message }) => this.#host.broken.set(worker.version.id, message));
    }
    try {
      await this.#load(this.#liveSet());
    } catch (error) {
      this.#stale = true;
      throw error;
    }
  }

  /** Answers that are under way end where they began, beside the new instance, and are cut off when their time is over. */
  #retire(instance) {
    this.#instance = undefined;
    this.#retired.add(instance);
    return instance
      .idle(this.#host.graceMs)
      .then(() => instance.close())
      .finally(() => this.#retired.delete(instance));
  }

  #forgetLoaded() {
    this.#loadedKey = undefined;
    this.#loadedKv = new Set();
  }
}

/** Of a version that is no upload, or was kept by an earlier build, nobody knows what it exports. */
function exportsName(script, exported) {
  const [{ namedHandlers } = {}] = script ? liveVersions(script) : [];
  return namedHandlers === undefined || namedHandlers.some(({ name }) => name === exported);
}

/** Classes of a script that this version of it has code for. */
function exportedClasses(state, scriptName, { classNames = [] }) {
  return classesOf(state, scriptName).filter((known) => classNames.includes(known.class));
}

/** Hosts that a Worker reaches through Local Cloudflare: with all below them. */
function hostsOf({ zones, accountSubdomain, objects }) {
  const open = [...(objects?.buckets.values() ?? [])].filter(({ managed }) => managed);
  const names = [...[...zones.values()].map(({ name }) => name), ...open.map(managedHost)];
  return accountSubdomain ? [...names, `${accountSubdomain}.workers.dev`] : names;
}

function keyOf({ workers, kvIds, hosts, workflows }) {
  const loaded = workers.map(({ name, version, classes, tailConsumers }) => [name, version.id, classes, tailConsumers]);
  return JSON.stringify([loaded, kvIds, hosts, workflows]);
}
