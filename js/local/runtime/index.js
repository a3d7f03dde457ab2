/**
 * Runs the deployed Workers in workerd. All of them share one, but for those that held it up: each of these gets one of
 * its own, until its next version.
 */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { removeAssetFolders } from "./assets.js";
import { BackChannel } from "./back-channel.js";
import { Cell } from "./cell.js";
import { StartCheck } from "./check.js";
import { Databases } from "./databases.js";
import { NOT_BEGUN } from "./instance.js";
import { kvNamespace } from "./kv.js";
import { drawVersion, liveVersions, loadedName } from "./live.js";
import { ASSETS, OBJECTS, WORKFLOWS, workflowFolder } from "./miniflare.js";
import { guardianIsDone } from "./processes.js";

const KEPT_LINES = 1000;
const GRACE_MS = 10_000;

/**
 * @typedef {object} VisitorsRequest
 * @property {string} method
 * @property {string} url
 * @property {Record<string, string>} headers
 * @property {import("node:stream").Readable | Buffer} [body]
 * @property {string} [contentLength] of the body, if known
 * @property {AbortSignal} [signal] the visitor has left
 * @property {boolean} [nested] the visitor is a Worker
 *
 * @typedef {object} Answer
 * @property {number} status
 * @property {Record<string, string | string[]>} headers
 * @property {import("node:stream").Readable} [body] as it comes
 * @property {import("node:net").Socket} [socket] status 101: the way to the Worker's WebSocket
 * @property {string} [exception] what the Worker threw instead of answering
 * @property {{ together: boolean }} [exceeded] it was stopped at its time limit; `together`: it, or one of those that ran beside it
 */

/**
 * @param {object} options
 * @param {object} options.state
 * @param {string} [options.persistDir] where KV and other stores stay; without it they end with the process
 * @param {(line: string) => void} [options.onOutput] what Workers and workerd print, line by line
 * @param {(request: object, response: object, script: string) => void} [options.subrequest] a Worker's fetch to a host of ours
 * @param {(request: object, socket: object, head: Buffer, script: string) => void} [options.upgrade] the same, for a WebSocket
 * @param {Record<string, (request: object, response: object, about: object) => void>} [options.stores] what a binding asks of a
 *   store that is kept in this process: `bucket`, `database`, `queue`
 * @param {() => void} [options.onChange] hears of every change of Workers and what they use
 * @param {number} [options.graceMs] what answers under way have, when their Workers are replaced
 */
export function createRuntime(options) {
  return new Runtime(options);
}

class Runtime {
  /** What the Workers and workerd printed, newest last. @type {string[]} */
  output = [];
  /** Of D1. @type {Databases} */
  databases;

  #state;
  #onOutput;
  #onChange;
  #dir;
  #temporary;
  #channel;
  #check;
  #shared;
  /** Ids of versions that run apart. */
  #apart = new Set();
  /** script → its own cell @type {Map<string, Cell>} */
  #own = new Map();
  /** Cells that nobody enters any more. @type {Set<Cell>} */
  #former = new Set();
  #host;
  #closed = false;
  /** Deletions under way. @type {Set<Promise<void>>} */
  #forgotten = new Set();

  constructor({ state, persistDir, onOutput, onChange = () => {}, graceMs = GRACE_MS, ...handlers }) {
    this.#state = state;
    this.#dir = persistDir;
    this.#onOutput = onOutput;
    this.#onChange = onChange;
    this.#temporary = !persistDir;
    const { subrequest = refuse, upgrade = hangUp, stores = {} } = handlers;
    this.#channel = new BackChannel({ subrequest, upgrade, stores });
    const print = (line) => this.#print(line);
    this.#check = new StartCheck(print);
    this.databases = new Databases({ dir: () => this.#storesDir(), output: print });
    this.#host = {
      state,
      graceMs,
      print,
      channel: this.#channel,
      broken: new Map(),
      dir: () => this.#storesDir(),
      onStall: (...args) => this.#onStall(...args),
    };
    this.#shared = new Cell(this.#host);
  }

  /** Starts ahead of time what the first upload needs. */
  warmUp() {
    return this.#check.warmUp();
  }

  /** Starts the version alone and says whether it may be accepted. See `StartCheck.check`. */
  check(version) {
    return this.#check.check(version);
  }

  /** Scripts, bindings, namespaces or zones changed; takes effect at the next request. */
  changed() {
    for (const cell of [this.#shared, ...this.#own.values()]) cell.changed();
    this.#onChange();
  }

  /**
   * Sends a visitor's request to the live version; a split deployment is drawn by its percentages.
   * @param {string} scriptName
   * @param {VisitorsRequest} request
   * @returns {Promise<Answer>}
   */
  fetch(scriptName, request) {
    return this.#visit(scriptName, request, (instance, ...worker) => instance.fetch(...worker, request));
  }

  /**
   * Sends a visitor's request to one version, live or not.
   * @param {string} scriptName
   * @param {import("../state.js").Version} version of it
   * @param {VisitorsRequest} request
   * @returns {Promise<Answer>}
   */
  preview(scriptName, version, request) {
    const visit = { ...request, version };
    return this.#visit(scriptName, visit, (instance, ...worker) => instance.fetch(...worker, request));
  }

  /**
   * Hands a batch of a queue to the live version.
   * @param {string} scriptName
   * @param {{ queue: string, messages: object[], metrics: object }} batch
   * @returns {Promise<{ outcome: string, why?: string, ackAll?: boolean, retryBatch?: { retry: boolean, delaySeconds?: number },
   *   explicitAcks?: string[], retryMessages?: { msgId: string, delaySeconds?: number }[] }>}
   */
  async queue(scriptName, batch) {
    const answer = await this.#visit(scriptName, {}, (instance, ...worker) => instance.queue(...worker, batch));
    if (answer.exceeded) return { outcome: "exceededCpu", why: "it exceeded its CPU time limit" };
    if (answer.exception !== undefined) return { outcome: "exception", why: answer.exception };
    return json(answer.body);
  }

  /**
   * Calls the live version's `scheduled` handler.
   * @param {string} scriptName
   * @param {{ cron: string, scheduledTime: number }} event
   * @returns {Promise<{ outcome: string, why?: string }>}
   */
  async scheduled(scriptName, event) {
    const answer = await this.#visit(scriptName, {}, (instance, ...worker) => instance.scheduled(...worker, event));
    if (answer.exceeded) return { outcome: "exceededCpu", why: "it exceeded its CPU time limit" };
    if (answer.exception !== undefined) return { outcome: "exception", why: answer.exception };
    return json(answer.body);
  }

  /** @param {(instance: import("./instance.js").Instance, name: string, version: object) => Promise<Answer>} send */
  async #visit(scriptName, request, send) {
    for (;;) {
      const answer = await this.#visitOnce(scriptName, request, send);
      if (answer !== NOT_BEGUN) return answer;
    }
  }

  async #visitOnce(scriptName, request, send) {
    const cell = this.#cellOf(scriptName);
    cell.request(scriptName);
    if (request.version) cell.preview(request.version);
    try {
      while (cell.unready) await this.#reload(cell, request.nested);
    } catch (error) {
      return thrown(`the local workerd does not start: ${error.message}`);
    }
    // INVARIANT: no `await` from here to what is sent to the instance, or a reload could begin in between.
    if (cell !== this.#cellOf(scriptName)) return NOT_BEGUN;
    const script = this.#state.scripts.get(scriptName);
    const version = script && (request.version ?? drawVersion(script, request.headers));
    if (!version) return thrown(`script ${scriptName} has no deployed version`);
    const broken = this.#host.broken.get(version.id);
    if (broken !== undefined) return thrown(broken);
    const { instance } = cell;
    try {
      return await send(instance, loadedName(script, version), version);
    } catch (error) {
      const lost = !request.signal?.aborted && (await instance.isLost(error));
      if (lost) this.#lost(cell, instance, error);
      return lost && !error.begun ? NOT_BEGUN : thrown(`no answer from workerd: ${error.message}`);
    }
  }

  /** The KV namespace's contents, see `kv.js`. */
  kv(id) {
    const cell = this.#shared;
    return kvNamespace(async (...call) => {
      for (;;) {
        while (!cell.servesKv(id)) await this.#reload(cell);
        const { instance } = cell;
        const answer = await instance.kv(id, ...call).catch((error) => this.#lostCall(cell, instance, error));
        if (answer !== NOT_BEGUN) return answer;
      }
    });
  }

  /** Ids of the objects of a class that are on the disk: workerd names their files by them. */
  async objectsOf(classId) {
    const files = await readdir(join(await this.#storesDir(), OBJECTS, classId)).catch(() => []);
    return files.map((file) => /^([0-9a-f]{64})\.sqlite$/.exec(file)?.[1]).filter(Boolean);
  }

  /** All objects of classes that are gone. What runs until the next request may still read its own. */
  forgetObjects(classIds) {
    for (const id of classIds) this.#forgotten.add(this.#removeStore(OBJECTS, id));
  }

  /** All instances of a Workflow that is gone. */
  forgetWorkflow(name) {
    this.#forgotten.add(this.#removeStore(WORKFLOWS, workflowFolder(name)));
  }

  async #removeStore(...path) {
    await rm(join(await this.#storesDir(), ...path), { recursive: true, force: true, maxRetries: 3 });
  }

  /** A database of D1, see `Databases.database`. */
  database(id) {
    return this.databases.database(id);
  }

  /** A call on KV may be done twice: when workerd died under it, the next one does it. */
  async #lostCall(cell, instance, error) {
    if (!(await instance.isLost(error))) throw error;
    this.#lost(cell, instance, error);
    return NOT_BEGUN;
  }

  async close() {
    if (this.#closed) return;
    this.#closed = true;
    const cells = [this.#shared, ...this.#own.values(), ...this.#former];
    await Promise.all([...cells.map((cell) => cell.close()), this.#check.close(), this.databases.close()]);
    await Promise.all(this.#forgotten);
    await this.#channel.close();
    await guardianIsDone();
    if (this.#dir) await removeAssetFolders(join(this.#dir, ASSETS));
    if (this.#temporary && this.#dir) await rm(this.#dir, { recursive: true, force: true, maxRetries: 3 });
  }

  #reload(cell, nested) {
    if (this.#closed) throw new Error("the runtime is closed");
    return cell.reload(nested);
  }

  async #storesDir() {
    this.#dir ??= await mkdtemp(join(tmpdir(), "local-cloudflare-"));
    return this.#dir;
  }

  /** The shared cell, or the script's own while one of its live versions runs apart. */
  #cellOf(scriptName) {
    const script = this.#state.scripts.get(scriptName);
    const apart = script !== undefined && liveVersions(script).some(({ id }) => this.#apart.has(id));
    const own = this.#own.get(scriptName);
    if (!apart) {
      if (own) this.#leave(scriptName, own);
      return this.#shared;
    }
    if (own) return own;
    const cell = new Cell(this.#host);
    this.#own.set(scriptName, cell);
    return cell;
  }

  /** The script shares again; what it still answers may end where it is. */
  #leave(scriptName, own) {
    this.#own.delete(scriptName);
    this.#former.add(own);
    own.leave().then(() => this.#former.delete(own));
  }

  /** A Worker holds the thread that it shares: the others go on in a new workerd, without it. */
  #onStall(cell, instance, stall, versions) {
    if (stall === "begins" && cell === this.#shared) {
      for (const { id } of versions) this.#apart.add(id);
      cell.drop(instance);
      return "let others go";
    }
    if (stall === "ends") for (const { id } of versions) this.#apart.delete(id);
    if (stall === "killed") {
      this.#print("a Worker exceeded its CPU time limit: its workerd is stopped");
      cell.drop(instance);
    }
    return "stay";
  }

  /** workerd died: a request that a Worker may have seen fails, all others find a new workerd. */
  #lost(cell, instance, error) {
    this.#print(`lost workerd: ${error.message}`);
    cell.drop(instance);
  }

  #print(line) {
    this.output.push(line);
    this.#onOutput?.(line);
    if (this.output.length > KEPT_LINES) this.output.shift();
  }
}

function thrown(exception) {
  return { status: 500, headers: {}, exception };
}

function hangUp(_request, socket) {
  socket.destroy();
}

function refuse(_request, response) {
  response.writeHead(501, { connection: "close" }).end();
}
