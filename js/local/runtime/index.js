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

/** How long a reload waits for requests that are under way. */
const DRAIN_MS = 5000;
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
  #check;
  #requested = new Set();
  #broken = new Map();
  #loadedKey;
  #stale = true;
  #reloading;
  #inFlight = new Set();
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
    await this.#ready(scriptName);
    // INVARIANT: no `await` from here to `#track`, or a reload could begin in between.
    const script = this.#state.scripts.get(scriptName);
    const version = script && drawVersion(script);
    if (!version) return thrown(`script ${scriptName} has no deployed version`);
    const broken = this.#broken.get(version.id);
    if (broken !== undefined) return thrown(broken);
    const answer = this.#instance.fetch(loadedName(script, version), request);
    return this.#track(answer);
  }

  /** The KV namespace's contents; as Workers see them, `list` pages and all. */
  kv(id) {
    const apply = async (method, args) => (await this.#instance.kv(id))[method](...args);
    const call =
      (method) =>
      async (...args) => {
        await this.#ready();
        return this.#track(apply(method, args));
      };
    return { get: call("get"), getWithMetadata: call("getWithMetadata"), put: call("put"), delete: call("delete"), list: call("list") };
  }

  async close() {
    if (this.#closed) return;
    this.#closed = true;
    await this.#reloading?.catch(() => {});
    await Promise.all([this.#instance?.close(), this.#check.close()]);
    if (this.#temporary && this.#dir) await rm(this.#dir, { recursive: true, force: true, maxRetries: 3 });
  }

  async #ready(scriptName) {
    do await this.#settled(scriptName);
    while (this.#stale || this.#reloading);
  }

  async #settled(scriptName) {
    if (this.#closed) throw new Error("the runtime is closed");
    if (scriptName && !this.#requested.has(scriptName)) {
      this.#requested.add(scriptName);
      this.#stale = true;
    }
    while (this.#stale || this.#reloading) await this.#reload();
  }

  #reload() {
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
    await this.#drained();
    this.#loadedKey = undefined;
    try {
      await this.#load(live, kvIds);
    } catch (error) {
      this.#print(`reload failed, looking for the Worker that causes it: ${error.message}`);
      await this.#load(await this.#withoutBroken(live), kvIds);
    }
    this.#loadedKey = key;
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

  async #withoutBroken(live) {
    for (const worker of live) {
      const alone = { ...worker, nameOf: () => undefined };
      await startAlone(alone, {}).catch((error) => this.#broken.set(worker.version.id, error.message));
    }
    return this.#liveWorkers();
  }

  /** Requests under way end before workerd is replaced, or are given up after a while. */
  async #drained() {
    const deadline = new Promise((resolve) => setTimeout(resolve, DRAIN_MS).unref());
    await Promise.race([Promise.allSettled([...this.#inFlight]), deadline]);
  }

  #track(promise) {
    this.#inFlight.add(promise);
    const forget = () => this.#inFlight.delete(promise);
    promise.then(forget, forget);
    return promise;
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
  let draw = Math.random() * 100;
  const share = shares.find(({ percentage }) => (draw -= percentage) < 0) ?? shares[0];
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
