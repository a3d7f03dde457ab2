/** What the text of a plan and its pictures have in common: which parts they read, and the words for them. */

import { flag, json, list, object, optional, or, text } from "./shape.js";

const field = object({ path: text, old: json, new: json, secret: flag, later: flag });

export const left = object({ address: text, path: optional(text), why: optional(text), reason: text });

/** Members of a change. */
export const CHANGE = {
  address: text,
  kind: text,
  action: text,
  from: optional(text),
  permit: optional(text),
  why: optional(text),
  reason: text,
  firstWithout: or(list(text), []),
  fields: list(field),
};

/** Members of a manifest. */
export const MANIFEST = { account: text, address: optional(text), script: optional(text), zone: optional(text) };

/** A sign that reads without colour, the word, and how it is painted. */
const SIGNS = {
  create: ["+ create", "green"],
  update: ["~ update", "yellow"],
  replace: ["± replace", "red"],
  delete: ["- delete", "red"],
  adopt: ["~ adopt", "yellow"],
  take: ["~ take", "yellow"],
};

/** @returns {[sign: string, paint: "green" | "yellow" | "red" | "dim"]} */
export function signOf({ action, permit }) {
  const word = permit === "take" ? "take" : action;
  return Object.hasOwn(SIGNS, word) ? SIGNS[word] : ["= no-op", "dim"];
}

/** Reasons that say no more than their action. */
const PLAIN_REASONS = { create: "not-found", "no-op": "unchanged", delete: "destroyed" };

/** The reason of a change for people; undefined where its action says it all. */
export function reasonOf({ action, from, why, reason }) {
  if (from !== undefined) return `${reason} (from ${from})`;
  return Object.hasOwn(PLAIN_REASONS, action) && PLAIN_REASONS[action] === why ? undefined : reason;
}

/** That a Worker is written twice because it and others are bound to each other; undefined where it is written once. */
export function twiceOf({ action, firstWithout }) {
  if (firstWithout.length === 0) return undefined;
  const bindings = `its bindings to ${firstWithout.join(", ")}`;
  return action === "delete"
    ? `first deployed without ${bindings}, then deleted`
    : `uploaded twice, first without ${bindings}`;
}

/** How many changes there are of each sort; undefined where there is none. */
export function countsOf(changes) {
  const count = (...actions) => changes.filter(({ action }) => actions.includes(action)).length;
  const [create, update, gone, owned] = [count("create"), count("update", "replace"), count("delete"), count("adopt")];
  if (create + update + gone + owned === 0) return undefined;
  const taken = changes.filter(({ permit }) => permit === "take").length;
  const counts = [`${create} to create`, `${update} to update`, `${gone} to delete`];
  if (owned - taken > 0) counts.push(`${owned - taken} to adopt`);
  if (taken > 0) counts.push(`${taken} to take`);
  return counts.join(", ");
}

/** Enough of an account's id to tell accounts apart. */
export function shortAccount(account) {
  const digits = Array.from(account);
  return digits.length < 28 ? account : `${digits.slice(0, 4).join("")}…${digits.slice(28).join("")}`;
}
