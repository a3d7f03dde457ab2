/** A plan as a flowchart of Mermaid, which GitHub, GitLab and others draw: https://mermaid.js.org/syntax/flowchart.html */

import { graphOf } from "./graph.js";

/**
 * What does not stand for itself in a quoted text of Mermaid, and is written as `#CODE;`: a quote would end the text, `%%`
 * begin a comment and `#` a character by its number, `<` and `&` are read as HTML, the rest as Markdown, which makes a
 * list of what begins with a dash or with `1.`.
 */
const NOT_ITSELF = /[^\p{L}\p{N} ./=(),-]|^-|(?<=^\d+)[.)]/gu;

const CLASSES = {
  create: "fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
  update: "fill:#fff8c5,stroke:#9a6700,color:#1f2328",
  delete: "fill:#ffebe9,stroke:#cf222e,color:#1f2328",
  adopt: "fill:#ddf4ff,stroke:#0969da,color:#1f2328",
  same: "fill:#f6f8fa,stroke:#8c959f,color:#1f2328",
  left: "fill:#ffffff,stroke:#8c959f,color:#6e7781,stroke-dasharray:4 3",
  conflict: "stroke:#cf222e,stroke-width:4px",
};

/**
 * @param {unknown} given a plan; what is no plan gives nothing
 * @returns {string}
 */
export function renderPlanMermaid(given) {
  const graph = graphOf(given);
  if (!graph) return "";
  const { title, groups, nodes, edges } = graph;
  const within = (group) => nodes.filter((node) => node.group === group).map(nodeLine);
  const lines = [
    "flowchart LR",
    `  accTitle: ${escaped(title)}`,
    ...groups.flatMap(({ id, label }) => [
      `  subgraph ${id}["${escaped(label)}"]`,
      ...within(id).map((line) => `  ${line}`),
      "  end",
    ]),
    ...within(undefined),
    ...edges.map(({ from, to, later }) => `  ${from} ${later ? "-.->" : "-->"} ${to}`),
    ...Object.entries(CLASSES).map(([name, style]) => `  classDef ${name} ${style}`),
    ...nodes.filter(({ conflict }) => conflict).map(({ id }) => `  class ${id} conflict`),
  ];
  return `${lines.join("\n")}\n`;
}

function nodeLine({ id, head, key, notes, look }) {
  return `  ${id}["${[head, key, ...notes].map(escaped).join("<br/>")}"]:::${look}`;
}

const escaped = (text) => text.replace(NOT_ITSELF, (character) => `#${character.codePointAt(0)};`);
