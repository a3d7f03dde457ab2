/** The account's classes of Durable Objects: whose each is, and who is bound to it. */
import { newId } from "../state.js";
import { liveVersion } from "../versions.js";

/** @returns {import("../state.js").ObjectClass[]} those of a script */
export const classesOf = (state, scriptName) =>
  [...state.classes.values()].filter(({ script }) => script === scriptName);

/** The class of a script that goes by a name. */
export const classNamed = (state, scriptName, className) =>
  classesOf(state, scriptName).find((known) => known.class === className);

/** @returns {import("../state.js").ObjectClass} one that has no objects yet; it stands in the state once it is put there */
export const newClass = (script, className, useSqlite) => ({
  id: newId(),
  script,
  class: className,
  use_sqlite: useSqlite,
});

/** Other scripts whose live version is bound to a class of this one: to any, or to those that `isMeant` takes. */
export function bindersOfClasses(state, scriptName, isMeant = () => true) {
  const binds = ({ type, script_name: from, class_name: className }) =>
    type === "durable_object_namespace" && from === scriptName && isMeant(className);
  const others = [...state.scripts.values()].filter(({ name }) => name !== scriptName);
  return others.filter((other) => liveVersion(other)?.bindings.some(binds));
}

/** Classes go with all their objects. */
export function removeClasses({ state, runtime }, classes) {
  for (const { id } of classes) state.classes.delete(id);
  runtime.forgetObjects?.(classes.map(({ id }) => id));
}
