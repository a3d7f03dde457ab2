/** A plan as SVG that stands alone: no script, no font, nothing loaded, light or dark as its reader likes. */

import { graphOf } from "./graph.js";
import { LABEL_HEIGHT, layOut } from "./layout.js";
import { broken, columnsOf, wrapped } from "./lines.js";
import { element, escaped } from "./xml.js";

const FONT_SIZE = 12;
const COLUMN = 7.3;
const LINE = 16;
const PADDING = 8;
const MARGIN = 16;
const TITLE_HEIGHT = 44;
const MOST_COLUMNS = 40;
const MOST_LABEL_COLUMNS = 48;

const STYLE = `
text { font: ${FONT_SIZE}px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328; white-space: pre }
.title, .head { font-weight: bold }
.note { fill: #57606a }
.canvas { fill: #ffffff }
.document rect { fill: #f6f8fa; stroke: #d0d7de }
.document text { fill: #57606a }
.edge { fill: none; stroke: #8c959f; stroke-width: 1.2; stroke-linejoin: round }
.later { stroke-dasharray: 4 3 }
.arrow { fill: #8c959f }
.node rect { fill: #ffffff; stroke: #8c959f; stroke-width: 1.2 }
.create rect { fill: #dafbe1; stroke: #1a7f37 }
.update rect { fill: #fff8c5; stroke: #9a6700 }
.delete rect { fill: #ffebe9; stroke: #cf222e }
.adopt rect { fill: #ddf4ff; stroke: #0969da }
.left rect { stroke-dasharray: 4 3 }
.same, .left { opacity: 0.7 }
.conflict { opacity: 1 }
.conflict rect { stroke: #cf222e; stroke-width: 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .note, .document text { fill: #9ea7b3 }
  .canvas { fill: #0d1117 }
  .document rect { fill: #161b22; stroke: #30363d }
  .node rect { fill: #0d1117; stroke: #6e7681 }
  .create rect { fill: #12261e; stroke: #3fb950 }
  .update rect { fill: #272115; stroke: #d29922 }
  .delete rect { fill: #25171c; stroke: #f85149 }
  .adopt rect { fill: #121d2f; stroke: #58a6ff }
  .conflict rect { stroke: #f85149 }
}
`;

/**
 * @param {unknown} given a plan; what is no plan gives nothing
 * @returns {Promise<string>}
 */
export async function renderPlanSvg(given) {
  const graph = graphOf(given);
  if (!graph) return "";
  const labels = new Map(graph.groups.map(({ id, label }) => [id, shortened(label)]));
  const texts = new Map(graph.nodes.map((node) => [node.id, linesOf(node)]));
  const { width, height, boxes, lines } = await layOut(graph, ({ id, group }) =>
    sizeOf([...texts.get(id).map(({ text }) => text)], labels.get(group) ?? ""),
  );
  const drawn = [
    ...graph.groups.filter(({ id }) => boxes.has(id)).map((group) => documentOf(group, labels, boxes.get(group.id))),
    ...lines.map(edgeOf),
    ...graph.nodes.map((node) => nodeOf(node, texts.get(node.id), boxes.get(node.id))),
  ];
  return canvas(graph.title, { width, height }, drawn);
}

function canvas(title, { width, height }, drawn) {
  const size = {
    width: Math.ceil(Math.max(width, widthOf(title)) + 2 * MARGIN),
    height: Math.ceil(height + TITLE_HEIGHT + MARGIN),
  };
  const attributes = { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${size.width} ${size.height}`, ...size };
  const parts = [
    element("title", {}, [escaped(title)]),
    element("desc", {}, [
      "A box is a resource and what is done to it. An arrow leads from what comes first; a dashed one closes a circle that a second write of a resource brings.",
    ]),
    `<style>${STYLE}</style>`,
    element("defs", {}, [ARROW]),
    element("rect", { class: "canvas", ...size }),
    line(title, { class: "title", x: MARGIN, y: 26 }),
    element("g", { transform: `translate(${MARGIN} ${TITLE_HEIGHT})` }, ["\n", ...drawn.map((each) => `${each}\n`)]),
  ];
  return `${element("svg", { ...attributes, role: "img" }, ["\n", ...parts.map((part) => `${part}\n`)])}\n`;
}

const ARROW = element(
  "marker",
  { id: "arrow", viewBox: "0 0 8 8", refX: 8, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" },
  [element("path", { class: "arrow", d: "M0 0L8 4L0 8z" })],
);

function edgeOf({ points, later }) {
  return element("path", { class: later ? "edge later" : "edge", d: pathOf(points), "marker-end": "url(#arrow)" });
}

/** The text of a box with the class of each line. */
function linesOf({ head, key, notes }) {
  return [
    ...wrapped(head, MOST_COLUMNS).map((text) => ({ text, class: "head" })),
    ...broken(key, MOST_COLUMNS).map((text) => ({ text, class: "key" })),
    ...notes.flatMap((note) => wrapped(note, MOST_COLUMNS).map((text) => ({ text, class: "note" }))),
  ];
}

const widthOf = (text) => columnsOf(text) * COLUMN;

/** A box is never narrower than the name above it, so that names of documents side by side stay apart. */
function sizeOf(lines, label) {
  return {
    width: Math.max(...lines.map(widthOf), widthOf(label)) + 2 * PADDING,
    height: lines.length * LINE + 2 * PADDING,
  };
}

/** The name of a document on one line; the whole of it shows where the pointer rests. */
function shortened(label) {
  const [start] = broken(label, MOST_LABEL_COLUMNS);
  return start === label ? label : `${start}…`;
}

function documentOf({ id, label }, labels, { x, y, width, height }) {
  return element("g", { class: "document" }, [
    element("title", {}, [escaped(label)]),
    element("rect", { ...rounded({ x, y, width, height }), rx: 6 }),
    line(labels.get(id), { x: x + PADDING, y: y + LABEL_HEIGHT - PADDING }),
  ]);
}

function nodeOf({ address, look, conflict }, lines, box) {
  const top = box.y + PADDING + FONT_SIZE;
  return element("g", { class: `node ${look}${conflict ? " conflict" : ""}`, "data-address": address }, [
    element("rect", { ...rounded(box), rx: 4 }),
    ...lines.map(({ text, class: name }, index) =>
      line(text, { class: name, x: box.x + PADDING, y: top + index * LINE }),
    ),
  ]);
}

function line(text, { x, y, ...attributes }) {
  return element("text", { ...attributes, ...rounded({ x, y }), "xml:space": "preserve" }, [escaped(text)]);
}

const pathOf = (points) =>
  points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${round(x)} ${round(y)}`).join("");

const round = (number) => Math.round(number * 10) / 10;

const rounded = (numbers) => Object.fromEntries(Object.entries(numbers).map(([name, number]) => [name, round(number)]));
