/**
 * Runs the deployed Workers in workerd. Workers are loaded when they are first requested, together with those that they
 * call; a change marks the set stale, and the next request reloads it once for everybody who waits.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { neededScripts } from "./bindings.js";
import { StartCheck } from "./check.js";
import { startAlone, WorkerdInstance } from "./miniflare.js";

/** How long a reload waits for requests that are under way, before it goes on beside them. */
const DRAIN_MS = 1000;
const KEPT_LINES = 1000;

/**
 * @param {object} options
 * @param {object} options.state
 * @param {string} [options.persistDir] where KV and other stores stay; without it they end with the process
 * @param {(line: string) => void} [options.onOutput] what Workers and workerd print, line by line
 */
export function createRuntime({ state, persistDir, onOutput }) {
  return new Runtime(state, persistDir, onOutput);
}

class Runtime {
  /** What the Workers and workerd printed, newest last. @type {string[]} */
  output = [];

  #state;
  #onOutput;
  #dir;
  #temporary;
  #instance;
  #retired = new Set();
  #check;
  #requested = new Set();
  #broken = new Map();
  #loadedKey;
  #loadedKv = new Set();
  #stale = true;
  #reloading;
  #closed = false;

  constructor(state, persistDir, onOutput) {
    this.#state = state;
    this.#dir = persistDir;
    this.#onOutput = onOutput;
    this.#temporary = !persistDir;
    this.#check = new StartCheck((line) => this.#print(line));
  }

  /** Starts ahead of time what the first upload needs. */
  warmUp() {
    return this.#check.warmUp();
  }

  /** Starts the version alone and says whether it may be accepted. See `StartCheck.check`. */
  check(version) {
    return this.#check.check(version);
  }

  /** Scripts, bindings or namespaces changed; takes effect at the next request. */
  changed() {
    this.#stale = true;
  }

  /**
   * Sends a visitor's request to the live version; a split deployment is drawn by its percentages.
   * @returns {Promise<{ status: number, headers: Record<string, string | string[]>, body: Buffer, exception?: string }>}
   *   `exception`: what the Worker threw instead of answering
   */
  async fetch(scriptName, request) {
    this.#request(scriptName);
    try {
      while (this.#unready) await this.#reload();
    } catch (error) {
      return thrown(`the local workerd does not start: ${error.message}`);
    }
    // INVARIANT: no `await` from here to the instance's `fetch`, or a reload could begin in between.
    const script = this.#state.scripts.get(scriptName);
    const version = script && drawVersion(script);
    if (!version) return thrown(`script ${scriptName} has no deployed version`);
    const broken = this.#broken.get(version.id);
    if (broken !== undefined) return thrown(broken);
    const instance = this.#instance;
    try {
      return await instance.fetch(loadedName(script, version), request);
    } catch (error) {
      return this.#lost(instance, error);
    }
  }

  /** The KV namespace's contents; as Workers see them, `list` pages and all. */
  kv(id) {
    const call =
      (method) =>
      async (...args) => {
        while (this.#reloading || (this.#unready && !this.#loadedKv.has(id))) await this.#reload();
        return this.#instance.kv(id, method, args);
      };
    return {
      get: call("get"),
      getWithMetadata: call("getWithMetadata"),
      put: call("put"),
      delete: call("delete"),
      list: call("list"),
    };
  }

  async close() {
    if (this.#closed) return;
    this.#closed = true;
    await this.#reloading?.catch(() => {});
    const instances = [this.#instance, ...this.#retired];
    await Promise.all([...instances.map((instance) => instance?.close()), this.#check.close()]);
    if (this.#temporary && this.#dir) await rm(this.#dir, { recursive: true, force: true, maxRetries: 3 });
  }

  /** From now on the script is among those that are loaded. */
  #request(scriptName) {
    if (this.#requested.has(scriptName)) return;
    this.#requested.add(scriptName);
    this.#stale = true;
  }

  get #unready() {
    return this.#stale || this.#reloading !== undefined;
  }

  #reload() {
    if (this.#closed) throw new Error("the runtime is closed");
    this.#reloading ??= this.#loadLiveSet().finally(() => {
      this.#reloading = undefined;
    });
    return this.#reloading;
  }

  async #loadLiveSet() {
    this.#stale = false;
    const live = this.#liveWorkers();
    const kvIds = [...this.#state.kv.keys()];
    const key = JSON.stringify([live.map(({ name, version }) => [name, version.id]), kvIds]);
    if (key === this.#loadedKey) return;
    this.#loadedKey = undefined;
    this.#loadedKv = new Set();
    if (this.#instance && !(await this.#instance.drained(DRAIN_MS))) this.#retire();
    try {
      await this.#load(live, kvIds);
    } catch (error) {
      this.#print(`reload failed, looking for the Worker that causes it: ${error.message}`);
      await this.#loadWithoutBroken(live, kvIds);
    }
    this.#loadedKey = key;
    this.#loadedKv = new Set(kvIds);
  }

  async #load(live, kvIds) {
    this.#dir ??= await mkdtemp(join(tmpdir(), "local-cloudflare-"));
    this.#instance ??= new WorkerdInstance({ dir: this.#dir, output: (line) => this.#print(line) });
    await this.#instance.load(live, kvIds);
  }

  /** Live versions of the requested scripts and of all that they call. */
  #liveWorkers() {
    const names = new Set();
    const visit = (name) => {
      const script = this.#state.scripts.get(name);
      if (!script || names.has(name)) return;
      names.add(name);
      for (const version of liveVersions(script)) neededScripts(version).forEach(visit);
    };
    for (const name of this.#requested) visit(name);
    const nameOf = (name) => {
      const script = names.has(name) ? this.#state.scripts.get(name) : undefined;
      const [version] = script ? liveVersions(script) : [];
      return version && !this.#broken.has(version.id) ? loadedName(script, version) : undefined;
    };
    return [...names].sort().flatMap((name) => {
      const script = this.#state.scripts.get(name);
      const versions = liveVersions(script).filter(({ id }) => !this.#broken.has(id));
      return versions.map((version) => ({ name: loadedName(script, version), version, nameOf }));
    });
  }

  async #loadWithoutBroken(live, kvIds) {
    for (const worker of live) {
      const alone = { ...worker, nameOf: () => undefined };
      await startAlone(alone, async () => {}).catch(({ message }) => this.#broken.set(worker.version.id, message));
    }
    try {
      await this.#load(this.#liveWorkers(), kvIds);
    } catch (error) {
      this.#stale = true;
      throw error;
    }
  }

  /** Requests that take long end where they began, beside the new instance. */
  #retire() {
    const old = this.#instance;
    this.#instance = undefined;
    this.#retired.add(old);
    old
      .drained()
      .then(() => old.close())
      .finally(() => this.#retired.delete(old));
  }

  /** workerd died under a request, or hangs: that request fails, the next one finds a new workerd. */
  #lost(instance, error) {
    this.#print(`lost workerd: ${error.message}`);
    if (instance === this.#instance && !this.#reloading) {
      this.#loadedKey = undefined;
      this.#loadedKv = new Set();
      this.#stale = true;
    }
    return thrown(`no answer from workerd: ${error.message}`);
  }

  #print(line) {
    this.output.push(line);
    this.#onOutput?.(line);
    if (this.output.length > KEPT_LINES) this.output.shift();
  }
}

/** Versions of the live deployment, largest share first. */
function liveVersions(script) {
  const shares = [...(script.deployments[0]?.versions ?? [])].sort((left, right) => right.percentage - left.percentage);
  return shares.map(({ versionId }) => script.versions.find(({ id }) => id === versionId)).filter(Boolean);
}

function drawVersion(script) {
  const shares = script.deployments[0]?.versions ?? [];
  const draw = Math.random() * 100;
  const upTo = (index) => shares.slice(0, index + 1).reduce((sum, { percentage }) => sum + percentage, 0);
  const share = shares.find((_, index) => draw < upTo(index)) ?? shares[0];
  return share && script.versions.find(({ id }) => id === share.versionId);
}

/** Two versions of one script run side by side while a deployment is split. */
function loadedName(script, version) {
  const [main] = liveVersions(script);
  return main === version ? script.name : `${script.name}@${version.id}`;
}

function thrown(exception) {
  return { status: 500, headers: {}, body: Buffer.alloc(0), exception };
}
