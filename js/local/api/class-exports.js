/**
 * The map `exports` of an upload: each class of Durable Objects with its storage, or with what became of it. What it says and
 * what is there are brought together, or nothing is.
 * https://developers.cloudflare.com/durable-objects/reference/durable-objects-migrations/
 */
import { ApiError } from "../envelope.js";
import { isObject } from "./body.js";
import { bindersOfClasses, classesOf, newClass } from "./class-list.js";

const OF_CLASS = "durable-object";
const STORAGES = ["sqlite", "legacy-kv"];

/**
 * @param {{ state: object, scriptName: string, tag?: string }} about the script before
 * @returns {{ classes: import("../state.js").ObjectClass[], tag: string | undefined, checkCode: (names: string[]) => void,
 *   reconciliation: object }}
 */
export function reconcile(about, exports) {
  const run = new Reconciliation(about, readExports(exports));
  return { classes: run.classes, tag: about.tag, checkCode: (names) => run.checkCode(names), reconciliation: run.told };
}

class Reconciliation {
  classes;
  told = {
    created: [],
    updated: [],
    deleted: [],
    renamed: [],
    transferred: [],
    transfer_pending: [],
    warnings: [],
    info: [],
    removable_entries: [],
  };
  #about;
  #entries;
  #failures = [];

  constructor(about, entries) {
    this.#about = about;
    this.#entries = entries;
    this.classes = classesOf(about.state, about.scriptName);
    for (const [name, entry] of entries) this.#leave(name, entry);
    for (const [name, entry] of entries) this.#arrive(name, entry);
    for (const { class: name } of this.classes) this.#refuseUnnamed(name);
  }

  /** All that is wrong, class by class. @throws {ApiError} 100402 */
  checkCode(names) {
    for (const [name, { state = "created" }] of this.#entries) {
      const isThere = names.includes(name);
      if (["created", "expecting-transfer"].includes(state) && !isThere)
        this.#fail(name, "config_export_not_in_code", "the code does not export this class");
      if (state === "deleted" && isThere)
        this.#fail(name, "tombstone_delete_class_still_in_code", "the code still exports this class");
    }
    if (this.#failures.length === 0) return;
    const message = "Durable Object exports reconciliation failed.";
    throw new ApiError(400, 100402, message, { meta: { details: this.#failures } });
  }

  #leave(name, { state = "created", renamed_to: renamedTo, transferred_to: transferredTo }) {
    const known = this.#named(name);
    if (["created", "expecting-transfer"].includes(state)) return;
    if (!known) {
      this.told.removable_entries.push(name);
      return;
    }
    if (state === "renamed") this.#rename(known, renamedTo);
    if (state === "deleted") this.#delete(known);
    if (state === "transferred") this.#hand(known, transferredTo);
  }

  #rename(known, to) {
    if (this.#named(to)) {
      this.#fail(known.class, "tombstone_renamed_to_occupied", `class '${to}' is there already`);
      return;
    }
    this.told.renamed.push({ from: known.class, to });
    this.classes = this.classes.map((one) => (one === known ? { ...one, class: to } : one));
  }

  #delete(known) {
    const { state, scriptName } = this.#about;
    const bound = bindersOfClasses(state, scriptName, (className) => className === known.class).map(({ name }) => name);
    if (bound.length > 0) {
      const more = { referencing_scripts: bound };
      this.#fail(known.class, "tombstone_delete_blocked_by_external_bindings", "other Workers are bound to it", more);
      return;
    }
    this.told.deleted.push(known.class);
    this.classes = this.classes.filter((one) => one !== known);
  }

  /** The class goes once the other script expects it. */
  #hand(known, to) {
    this.told.transfer_pending.push({ class: known.class, to });
  }

  #arrive(name, { state = "created", storage, transfer_from: from }) {
    if (state === "expecting-transfer") this.#receive(name, from);
    if (state !== "created") return;
    const known = this.#named(name);
    if (!known && storage === "legacy-kv") {
      this.#fail(name, "legacy_kv_not_provisioned", "a new class has SQLite storage", { suggestion: "say `sqlite`" });
    } else if (!known) {
      this.told.created.push(name);
      this.classes = [...this.classes, newClass(this.#about.scriptName, name, true)];
    } else if (known.use_sqlite !== (storage === "sqlite")) {
      this.#fail(
        name,
        "storage_type_mismatch",
        `its objects have the storage ${known.use_sqlite ? "sqlite" : "legacy-kv"}`,
      );
    }
  }

  #receive(name, from) {
    if (this.#named(name)) {
      this.told.removable_entries.push(name);
      return;
    }
    const known = classesOf(this.#about.state, from).find((one) => one.class === name);
    const handed = known && this.#about.state.scripts.get(from)?.versions[0]?.exports?.[name];
    if (handed?.state !== "transferred" || handed.transferred_to !== this.#about.scriptName) {
      this.told.transfer_pending.push({ class: name, from });
      return;
    }
    this.told.transferred.push({ class: name, to: this.#about.scriptName, phase: "committed" });
    this.classes = [...this.classes, { ...known, script: this.#about.scriptName }];
  }

  #refuseUnnamed(name) {
    if (!this.#entries.some(([named]) => named === name))
      this.#fail(name, "provisioned_class_missing_from_config", "it has objects and stands in no entry");
  }

  #named(name) {
    return this.classes.find((known) => known.class === name);
  }

  #fail(className, scenario, message, more = {}) {
    this.#failures.push({ class: className, scenario, message, ...more });
  }
}

function readExports(exports) {
  if (!isObject(exports) || !Object.values(exports).every(isObject)) throw invalid("exports must be a map of objects");
  for (const [name, entry] of Object.entries(exports)) refuseBad(name, entry);
  return Object.entries(exports).filter(([, { type }]) => type === OF_CLASS);
}

function refuseBad(
  name,
  { type, state = "created", storage, renamed_to: to, transferred_to: other, transfer_from: from },
) {
  if (type === "worker") return;
  if (type !== OF_CLASS) throw invalid(`exports: '${name}' has the unknown type '${type}'`);
  const isLive = ["created", "expecting-transfer"].includes(state);
  if (isLive && !STORAGES.includes(storage)) throw invalid(`exports: '${name}' must have storage sqlite or legacy-kv`);
  const due = { created: true, deleted: true, renamed: to, transferred: other, "expecting-transfer": from };
  if (!due[state]) throw invalid(`exports: '${name}' has an incomplete or unknown state '${state}'`);
}

function invalid(message) {
  return new ApiError(400, 10021, message);
}
