/** Steps of `migrations`: the classes of a script after them. */
import { ApiError } from "../envelope.js";
import { isObject } from "./body.js";
import { bindersOfClasses, classesOf, newClass } from "./class-list.js";

const LISTS = ["new_classes", "new_sqlite_classes", "renamed_classes", "deleted_classes", "transferred_classes"];

/** Whether they say anything: some tools always send the lists, all of them empty. */
export function moves(migrations) {
  if (!isObject(migrations)) return false;
  const { steps = [], ...only } = migrations;
  const lists = [only, ...steps].flatMap((step) => Object.values(step).filter(Array.isArray));
  return lists.flat().length > 0 || migrations.new_tag !== undefined;
}

/**
 * @param {{ state: object, scriptName: string, tag?: string }} about the script before
 * @returns {{ classes: import("../state.js").ObjectClass[], tag: string | undefined, checkCode: (names: string[]) => void }}
 * @throws {ApiError} 10079 for another tag, 10074 for what is there or not there, 10061 while something is bound to it
 */
export function migrate(about, migrations) {
  const { old_tag: oldTag, new_tag: newTag, steps, ...only } = migrations;
  if ((oldTag ?? undefined) !== about.tag) {
    const message = `Migration tag precondition failed; current tag is '${about.tag ?? ""}'.`;
    throw new ApiError(412, 10079, message);
  }
  const run = new Migration(about);
  for (const step of readSteps(steps ?? [only])) run.step(step);
  return { classes: run.classes, tag: newTag ?? about.tag, checkCode: (names) => run.checkCode(names) };
}

class Migration {
  classes;
  #about;
  #made = new Set();

  constructor(about) {
    this.#about = about;
    this.classes = classesOf(about.state, about.scriptName);
  }

  step(step) {
    refuseTwice(step);
    for (const name of step.deleted_classes) this.#delete(name);
    for (const { from, to } of step.renamed_classes) this.#rename(from, to);
    for (const transfer of step.transferred_classes) this.#transfer(transfer);
    for (const name of step.new_classes) this.#add(name, false);
    for (const name of step.new_sqlite_classes) this.#add(name, true);
  }

  /** Code must export what steps made, and what is left of it. */
  checkCode(names) {
    const lacking = this.classes.find((known) => this.#made.has(known.class) && !names.includes(known.class));
    if (!lacking) return;
    const message = `Cannot apply new-class migration to class '${lacking.class}' that is not exported by script`;
    throw new ApiError(400, 10070, message);
  }

  #add(name, useSqlite) {
    this.#refuseTaken(name, "new-class");
    this.#made.add(name);
    this.classes = [...this.classes, newClass(this.#about.scriptName, name, useSqlite)];
  }

  #delete(name) {
    const gone = this.#named(name, "delete-class");
    const { state, scriptName } = this.#about;
    const bound = bindersOfClasses(state, scriptName, (className) => className === gone.class)[0];
    if (bound) throw notConfigured(`Worker '${bound.name}' is bound to class '${name}', so it cannot be deleted.`);
    this.classes = this.classes.filter((known) => known !== gone);
  }

  #rename(from, to) {
    const known = this.#named(from, "rename-class");
    this.#refuseTaken(to, "rename-class");
    this.#made.add(to);
    this.classes = this.classes.map((one) => (one === known ? { ...one, class: to } : one));
  }

  #transfer({ from, from_script: script, to }) {
    this.#refuseTaken(to, "transfer-class");
    const known = classesOf(this.#about.state, script).find((one) => one.class === from);
    if (!known)
      throw invalid(`Cannot apply transfer-class migration to class '${from}' of script '${script}': there is none.`);
    this.#made.add(to);
    this.classes = [...this.classes, { ...known, script: this.#about.scriptName, class: to }];
  }

  #named(name, what) {
    const known = this.classes.find((one) => one.class === name);
    if (known) return known;
    throw invalid(`Cannot apply ${what} migration to class '${name}': there is no such class.`);
  }

  #refuseTaken(name, what) {
    if (this.classes.some((known) => known.class === name))
      throw invalid(`Cannot apply ${what} migration to class '${name}' that already exists.`);
  }
}

function readSteps(steps) {
  if (!Array.isArray(steps) || !steps.every(isObject))
    throw new ApiError(400, 10026, "migrations: steps must be a list");
  return steps.map((step) => {
    const lists = Object.fromEntries(LISTS.map((name) => [name, step[name] ?? []]));
    if (!Object.values(lists).every(Array.isArray))
      throw new ApiError(400, 10026, "migrations: classes must stand in lists");
    return lists;
  });
}

function refuseTwice(step) {
  const targets = [
    ...step.new_classes,
    ...step.new_sqlite_classes,
    ...step.deleted_classes,
    ...[...step.renamed_classes, ...step.transferred_classes].map(({ to }) => to),
  ];
  const twice = targets.find((name, index) => targets.indexOf(name) !== index);
  if (twice !== undefined) throw invalid(`Class '${twice}' is the target of two operations of one migration.`);
}

function invalid(message) {
  return new ApiError(400, 10074, message);
}

function notConfigured(message) {
  return new ApiError(400, 10061, message);
}
