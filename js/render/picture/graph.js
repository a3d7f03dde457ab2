/** A plan as a graph: what is drawn, before anybody draws it. */

import { plain } from "../paint.js";
import { CHANGE, countsOf, left, MANIFEST, reasonOf, shortAccount, signOf, twiceOf } from "../plan-parts.js";
import { flag, list, object, optional, or, read, text } from "../shape.js";
import { documentsByAddress } from "./documents.js";

/** What a picture needs of a plan; any plan JSON of format 1 will do. */
const shape = object({
  offline: or(flag, false),
  fingerprint: or(text, ""),
  manifests: list(object({ ...MANIFEST, label: optional(text) })),
  changes: list(object({ ...CHANGE, needs: or(list(text), []) })),
  kept: or(list(left), []),
  orphans: or(list(left), []),
  unmanaged: or(list(left), []),
  exposes: or(list(text), []),
  expires: or(list(text), []),
  loses: or(list(text), []),
  diagnostics: or(list(object({ severity: text, message: text, address: optional(text) })), []),
});

/**
 * A resource in the picture. No text of it has a character that a terminal obeys.
 *
 * @typedef {object} Node
 * @property {string} id of letters and digits
 * @property {string} address
 * @property {string} head its sign, its action and its kind
 * @property {string} key the address without its kind
 * @property {string[]} notes why, what of it stays, and what stands against it
 * @property {"create" | "update" | "delete" | "adopt" | "same" | "left"} look
 * @property {boolean} conflict an error stands against it
 * @property {string} [group] id of its document
 *
 * @typedef {object} Graph
 * @property {string} title
 * @property {{ id: string, label: string }[]} groups the documents
 * @property {Node[]} nodes each change once, and each address
 * @property {{ from: string, to: string, later: boolean }[]} edges from what comes first; `later`: it comes before the
 *   second write of the other one, or only the first write of it comes before the other one
 */

/** @returns {Graph | undefined} undefined for what is no plan */
export function graphOf(given) {
  const plan = read(shape, given);
  if (!plan) return undefined;
  const { nodes, at } = nodesOf(plan);
  const document = documentsByAddress(plan);
  for (const [address, there] of at) {
    if (document.has(address)) for (const node of there) node.group = groupId(document.get(address));
  }
  return {
    title: plain(titleOf(plan)),
    groups: plan.manifests.map((manifest, index) => ({ id: groupId(index), label: plain(labelOf(manifest, plan)) })),
    nodes,
    edges: edgesOf(plan.changes, nodes, at),
  };
}

const groupId = (index) => `d${index}`;

/**
 * A node for each change, and for each other address that something is said of; what is said of the address of changes
 * becomes a note. Resources of several accounts may have one address.
 */
function nodesOf(plan) {
  const nodes = [];
  const at = new Map();
  const add = (address, head, kind, look) => {
    const node = { id: `n${nodes.length}`, ...nodeText(address, head, kind), look };
    nodes.push(node);
    at.set(address, [...(at.get(address) ?? []), node]);
    return node;
  };
  const there = (address, head, look) => at.get(address) ?? [add(address, head, kindOf(address), look)];
  for (const change of plan.changes) {
    const node = add(change.address, signOf(change)[0], change.kind, LOOKS[change.action] ?? "same");
    const notes = [reasonOf(change), twiceOf(change)].filter((note) => note !== undefined);
    node.notes.push(...notes.map(plain));
  }
  for (const [word, list] of Object.entries({ kept: plan.kept, orphan: plan.orphans, unmanaged: plan.unmanaged })) {
    for (const { address, path, reason } of list) {
      const words = path === undefined ? reason : `${word} ${path}: ${reason}`;
      for (const node of there(address, word, "left")) node.notes.push(plain(words));
    }
  }
  for (const address of plan.exposes) {
    for (const node of there(address, "", "same")) node.notes.push("opens to everybody");
  }
  for (const address of plan.expires) {
    for (const node of there(address, "", "same")) node.notes.push("objects deleted by age");
  }
  for (const address of plan.loses) {
    for (const node of there(address, "-", "delete")) node.notes.push("with all data in it");
  }
  for (const { address, message } of plan.diagnostics.filter(isAgainstOne)) {
    for (const node of there(address, "! conflict", "same")) {
      node.conflict = true;
      node.notes.push(plain(`! ${message}`));
    }
  }
  return { nodes, at };
}

const LOOKS = { create: "create", update: "update", replace: "update", delete: "delete", adopt: "adopt" };

const isAgainstOne = ({ severity, address }) => severity === "error" && address !== undefined;

const kindOf = (address) => address.split(":", 1)[0];

function nodeText(address, head, kind) {
  const key = address.slice(kind.length + 1);
  return {
    address: plain(address),
    head: plain(`${head} ${kind}`.trim()),
    key: plain(key),
    notes: [],
    conflict: false,
  };
}

function titleOf({ fingerprint, changes, offline }) {
  const counts = countsOf(changes) ?? "no changes";
  return `Plan ${fingerprint}: ${counts}${offline ? " (against an empty account)" : ""}`;
}

/** Without the parts of an identity that are not given; with its account where there are several. */
function labelOf({ label, script, address, account }, { manifests }) {
  const name = (label ?? script ?? address ?? "").replace(/^\/+/, "");
  return manifests.every((other) => other.account === account) ? name : `${name} (account ${shortAccount(account)})`;
}

/** The nodes of changes come first, in their order. */
function edgesOf(changes, nodes, at) {
  const edges = new Map();
  const first = new Map(changes.map(({ address, firstWithout }) => [address, new Set(firstWithout)]));
  for (const [index, { address, action, needs }] of changes.entries()) {
    const to = nodes[index].id;
    for (const need of needs) {
      const later = action === "delete" ? first.get(need)?.has(address) : first.get(address).has(need);
      const needed = (at.get(need) ?? []).filter(({ id }) => id !== to);
      for (const { id: from } of needed) edges.set(`${from} ${to}`, { from, to, later: later === true });
    }
  }
  return [...edges.values()];
}
