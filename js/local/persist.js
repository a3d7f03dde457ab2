/**
 * `--persist DIR`: account, bundles and Worker code survive a restart.
 *
 *     DIR/state.json         account and index of R2's objects; replaced in one step
 *     DIR/contents/<sha256>  bytes of modules and objects, each written once
 *     DIR/stores/            KV and the other stores, written by workerd
 *     DIR/lock               the process that uses it, see `lock.js`
 *
 * Holds secrets: readable by the owner only.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lockDirectory } from "./lock.js";
import { ObjectStore } from "./s3/objects.js";
import { fromJSON, toJSON } from "./state.js";

const FORMAT = 1;
const PRIVATE_FILE = 0o600;
const PRIVATE_DIR = 0o700;

/** One directory; `load` first, then `changed` after every change and `close` at the end. */
export class Persistence {
  #dir;
  #state;
  #written = new Set();
  #hashes = new WeakMap();
  #saving;
  #dirty = false;
  #unlock = async () => {};

  /** @param {string} dir */
  constructor(dir) {
    this.#dir = dir;
  }

  /** Where workerd may keep its stores. */
  get storesDir() {
    return join(this.#dir, "stores");
  }

  /**
   * @returns {Promise<object | null>} the state with its `objects`; null when nothing was saved here yet
   * @throws {import("./lock.js").LockedError}
   */
  async load(options) {
    for (const part of ["contents", "stores"])
      await mkdir(join(this.#dir, part), { recursive: true, mode: PRIVATE_DIR });
    this.#unlock = await lockDirectory(this.#dir);
    this.#written = new Set(await readdir(join(this.#dir, "contents")));
    const text = await readFile(this.#stateFile, "utf8").catch(absent);
    if (text === null) return null;
    const { format, state, buckets } = JSON.parse(text);
    if (format !== FORMAT) throw new Error(`\`${this.#stateFile}\` has format ${format}, this version reads ${FORMAT}`);
    const loaded = fromJSON(state, options);
    for (const module of modulesOf(loaded)) module.content = await this.#read(module.content.toString("utf8"));
    loaded.objects = await this.#readObjects(buckets);
    return loaded;
  }

  /** From here on `changed` saves this state. */
  watch(state) {
    this.#state = state;
  }

  /** Saves soon; changes that come while saving are saved together. */
  changed() {
    this.#dirty = true;
    this.#saving ??= this.#saveUntilClean().finally(() => {
      this.#saving = undefined;
    });
    return this.#saving;
  }

  /** Saves a last time and removes contents that nothing refers to any more. */
  async close() {
    await this.changed();
    const used = new Set();
    for (const module of modulesOf(this.#state)) used.add(this.#hashOf(module.content));
    for (const { content } of objectsOf(this.#state.objects)) used.add(this.#hashOf(content));
    const unused = [...this.#written].filter((hash) => !used.has(hash));
    await Promise.all(unused.map((hash) => rm(this.#contentFile(hash), { force: true })));
    await this.release();
  }

  /** Lets others use the directory; nothing is saved from here on. */
  release() {
    return this.#unlock();
  }

  async #saveUntilClean() {
    while (this.#dirty) {
      this.#dirty = false;
      await this.#save();
    }
  }

  async #save() {
    const contents = new Map();
    const reference = (content) => {
      const hash = this.#hashOf(content);
      contents.set(hash, content);
      return hash;
    };
    const document = {
      format: FORMAT,
      state: toJSON(withModuleContents(this.#state, (content) => Buffer.from(reference(content)))),
      buckets: [...this.#state.objects.buckets.values()].map(({ name, createdOn, objects }) => {
        const index = [...objects.values()].map((object) => ({ ...object, content: reference(object.content) }));
        return { name, createdOn, objects: index };
      }),
    };
    for (const [hash, content] of contents) await this.#writeContent(hash, content);
    const temporary = `${this.#stateFile}.new`;
    await writeFile(temporary, JSON.stringify(document), { mode: PRIVATE_FILE });
    await rename(temporary, this.#stateFile);
  }

  async #writeContent(hash, content) {
    if (this.#written.has(hash)) return;
    const file = this.#contentFile(hash);
    await writeFile(`${file}.new`, content, { mode: PRIVATE_FILE });
    await rename(`${file}.new`, file);
    this.#written.add(hash);
  }

  async #readObjects(buckets) {
    const store = new ObjectStore();
    for (const { name, createdOn, objects } of buckets) {
      store.createBucket(name, createdOn);
      const kept = store.buckets.get(name).objects;
      for (const object of objects) kept.set(object.key, { ...object, content: await this.#read(object.content) });
    }
    return store;
  }

  #read(hash) {
    return readFile(this.#contentFile(hash));
  }

  #hashOf(content) {
    if (!this.#hashes.has(content)) {
      this.#hashes.set(content, createHash("sha256").update(content).digest("hex"));
    }
    return this.#hashes.get(content);
  }

  #contentFile(hash) {
    return join(this.#dir, "contents", hash);
  }

  get #stateFile() {
    return join(this.#dir, "state.json");
  }
}

function modulesOf(state) {
  return [...state.scripts.values()].flatMap(({ versions }) => versions.flatMap(({ modules }) => modules));
}

function objectsOf(store) {
  return [...store.buckets.values()].flatMap(({ objects }) => [...objects.values()]);
}

/** The same state, with other bytes in its modules. */
function withModuleContents(state, convert) {
  const module = (one) => ({ ...one, content: convert(one.content) });
  const version = (one) => ({ ...one, modules: one.modules.map(module) });
  const scripts = [...state.scripts].map(([name, script]) => [
    name,
    { ...script, versions: script.versions.map(version) },
  ]);
  return { ...state, scripts: new Map(scripts) };
}

function absent(error) {
  if (error.code === "ENOENT") return null;
  throw error;
}
