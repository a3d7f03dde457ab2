/** A plan as a graph: what is drawn, before anybody draws it. */

import { plain } from "../paint.js";
import { CHANGE, countsOf, left, MANIFEST, reasonOf, shortAccount, signOf } from "../plan-parts.js";
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
 * @property {Node[]} nodes each address once
 * @property {{ from: string, to: string }[]} edges from what comes first
 */

/** @returns {Graph | undefined} undefined for what is no plan */
export function graphOf(given) {
  const plan = read(shape, given);
  if (!plan) return undefined;
  const nodes = nodesOf(plan);
  const document = documentsByAddress(plan);
  for (const [address, node] of nodes) {
    if (document.has(address)) node.group = groupId(document.get(address));
  }
  return {
    title: plain(titleOf(plan)),
    groups: plan.manifests.map((manifest, index) => ({ id: groupId(index), label: plain(labelOf(manifest, plan)) })),
    nodes: [...nodes.values()],
    edges: edgesOf(plan.changes, nodes),
  };
}

const groupId = (index) => `d${index}`;

/** By address; whatever else is said of an address becomes a note of its node. */
function nodesOf(plan) {
  const nodes = new Map();
  const nodeOf = (address, head, kind, look) => {
    if (!nodes.has(address)) nodes.set(address, { id: `n${nodes.size}`, ...nodeText(address, head, kind), look });
    return nodes.get(address);
  };
  const note = (node, words) => node.notes.push(plain(words));
  for (const change of plan.changes) {
    const [sign] = signOf(change);
    const node = nodeOf(change.address, sign, change.kind, LOOKS[change.action] ?? "same");
    const reason = reasonOf(change);
    if (reason !== undefined) note(node, reason);
  }
  for (const [word, list] of Object.entries({ kept: plan.kept, orphan: plan.orphans, unmanaged: plan.unmanaged })) {
    for (const { address, path, reason } of list) {
      const node = nodeOf(address, word, kindOf(address), "left");
      note(node, path === undefined ? reason : `${word} ${path}: ${reason}`);
    }
  }
  for (const address of plan.exposes) note(nodeOf(address, "", kindOf(address), "same"), "opens to everybody");
  for (const { address, message } of plan.diagnostics.filter(isAgainstOne)) {
    const node = nodeOf(address, "! conflict", kindOf(address), "same");
    node.conflict = true;
    note(node, `! ${message}`);
  }
  return nodes;
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

/** With its account where there are several. */
function labelOf({ label, script, address, account }, { manifests }) {
  const name = label ?? script ?? address ?? "";
  return manifests.every((other) => other.account === account) ? name : `${name} (account ${shortAccount(account)})`;
}

function edgesOf(changes, nodes) {
  const edges = new Map();
  for (const { address, needs } of changes) {
    for (const need of needs.filter((each) => each !== address && nodes.has(each))) {
      const edge = { from: nodes.get(need).id, to: nodes.get(address).id };
      edges.set(`${edge.from} ${edge.to}`, edge);
    }
  }
  return [...edges.values()];
}
