/**
 * `--persist DIR`: account, bundles and Worker code survive a restart.
 *
 *     DIR/state.json         account and index of R2's objects; replaced in one step, before a write is answered
 *     DIR/contents/<sha256>  bytes of modules and objects, each written once
 *     DIR/stores/            KV and the other stores, written by workerd
 *     DIR/lock               the process that uses it, see `lock.js`
 *
 * Holds secrets: readable by the owner only.
 */
import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
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
  #next;
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
    for (const file of filesOf(loaded)) file.content = await this.#read(file.content.toString("utf8"));
    loaded.objects = await this.#readObjects(buckets);
    return loaded;
  }

  /** From here on `changed` saves this state. */
  watch(state) {
    this.#state = state;
  }

  /**
   * Resolves when what has changed until now is on the disk. Changes that come while saving are saved together.
   * @returns {Promise<void>}
   */
  changed() {
    if (!this.#saving) {
      this.#saving = this.#save().finally(() => {
        this.#saving = undefined;
      });
      return this.#saving;
    }
    this.#next ??= this.#saving
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        return this.changed();
      });
    return this.#next;
  }

  /** Saves a last time and removes contents that nothing refers to any more. */
  async close() {
    await this.changed();
    const used = new Set();
    for (const { content } of filesOf(this.#state)) used.add(this.#hashOf(content));
    for (const { content } of objectsOf(this.#state.objects)) used.add(this.#hashOf(content));
    const unused = [...this.#written].filter((hash) => !used.has(hash));
    await Promise.all(unused.map((hash) => rm(this.#contentFile(hash), { force: true })));
    await this.release();
  }

  /** Lets others use the directory; nothing is saved from here on. */
  release() {
    return this.#unlock();
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
      state: toJSON(withContents(this.#state, (content) => Buffer.from(reference(content)))),
      buckets: [...this.#state.objects.buckets.values()].map(({ objects, ...about }) => {
        const index = [...objects.values()].map((object) => ({ ...object, content: reference(object.content) }));
        return { ...about, objects: index };
      }),
    };
    const fresh = [...contents].filter(([hash]) => !this.#written.has(hash));
    for (const [hash, content] of fresh) await this.#writeContent(hash, content);
    if (fresh.length > 0) await syncDirectory(join(this.#dir, "contents"));
    await replaceFile(this.#stateFile, JSON.stringify(document));
    await syncDirectory(this.#dir);
  }

  async #writeContent(hash, content) {
    await replaceFile(this.#contentFile(hash), content);
    this.#written.add(hash);
  }

  async #readObjects(buckets) {
    const store = new ObjectStore();
    for (const { objects, ...about } of buckets) {
      const key = about.key ?? about.name;
      store.createBucket(key, about.createdOn, about);
      const kept = store.buckets.get(key).objects;
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

/** A reader finds the old file or the new one, whole, also after the machine has lost its power. */
async function replaceFile(file, content) {
  const temporary = `${file}.new`;
  await writeFile(temporary, content, { mode: PRIVATE_FILE, flush: true });
  await rename(temporary, file);
}

/** Names are kept by the directory; where it can't be opened, as on Windows, the system keeps them by itself. */
async function syncDirectory(path) {
  const directory = await open(path, "r").catch(() => undefined);
  await directory?.sync().catch(() => {});
  await directory?.close();
}

/** Modules and assets. */
function filesOf({ scripts, assetFiles }) {
  const modules = [...scripts.values()].flatMap(({ versions }) => versions.flatMap(({ modules }) => modules));
  return [...modules, ...assetFiles.values()];
}

function objectsOf(store) {
  return [...store.buckets.values()].flatMap(({ objects }) => [...objects.values()]);
}

/** The same state, with other bytes in its modules and assets. */
function withContents(state, convert) {
  const file = (one) => ({ ...one, content: convert(one.content) });
  const version = (one) => ({ ...one, modules: one.modules.map(file) });
  const scripts = [...state.scripts].map(([name, script]) => [
    name,
    { ...script, versions: script.versions.map(version) },
  ]);
  const assetFiles = new Map([...state.assetFiles].map(([hash, one]) => [hash, file(one)]));
  return { ...state, scripts: new Map(scripts), assetFiles };
}

function absent(error) {
  if (error.code === "ENOENT") return null;
  throw error;
}
