/** Where boxes and lines go: https://github.com/dagrejs/dagre, which is loaded for the first picture. */

const SPACING = { rankdir: "LR", nodesep: 20, ranksep: 44, edgesep: 12 };

/** Between parts of a picture that no line connects. */
const GAP = 12;

/** Between a document's edge and its boxes. */
const PADDING = 10;

/** Name of an edge that would close a circle. */
const LATER = "later";

/** Above the boxes of a document: its name. */
export const LABEL_HEIGHT = 22;

/**
 * @typedef {{ x: number, y: number }} Point
 * @typedef {{ x: number, y: number, width: number, height: number }} Box with its left upper corner
 * @typedef {object} Layout
 * @property {number} width
 * @property {number} height
 * @property {Map<string, Box>} boxes of nodes and of the groups that have some, by id
 * @property {{ points: Point[], later: boolean }[]} lines
 */

/**
 * Parts that nothing connects are laid out each by itself, one below the other: lines stay short.
 *
 * @param {import("./graph.js").Graph} graph
 * @param {(node: import("./graph.js").Node) => { width: number, height: number }} sizeOf
 * @returns {Promise<Layout>}
 */
export async function layOut(graph, sizeOf) {
  const dagre = await import("@dagrejs/dagre");
  const boxes = new Map();
  const lines = [];
  let [width, height] = [0, 0];
  const sizes = sameWidth(new Map(graph.nodes.map((node) => [node.id, sizeOf(node)])));
  for (const part of partsOf(graph, dagre)) {
    const placed = place(part, sizes, dagre);
    const down = height - placed.top + (height === 0 ? 0 : GAP);
    for (const [id, box] of placed.boxes) boxes.set(id, { ...box, x: box.x - placed.left, y: box.y + down });
    for (const { points, later } of placed.lines)
      lines.push({ points: points.map(({ x, y }) => ({ x: x - placed.left, y: y + down })), later });
    width = Math.max(width, placed.right - placed.left);
    height = placed.bottom + down;
  }
  return { width, height, boxes, lines };
}

/** What hangs together by lines or by its document, in the order of the plan. */
function partsOf({ groups, nodes, edges }, { graphlib }) {
  const whole = new graphlib.Graph({ directed: false });
  for (const { id, group } of nodes) {
    whole.setNode(id);
    if (group !== undefined) whole.setEdge(id, group);
  }
  for (const { from, to } of edges) whole.setEdge(from, to);
  return graphlib.alg.components(whole).map((members) => {
    const part = new Set(members);
    return {
      groups: groups.filter(({ id }) => part.has(id)),
      nodes: nodes.filter(({ id }) => part.has(id)),
      edges: edges.filter(({ from }) => part.has(from)),
    };
  });
}

/** Boxes of one width leave lines a clear way between the columns. */
function sameWidth(sizes) {
  const width = boundsOf([...sizes.values()].map((size) => ({ x: 0, y: 0, ...size }))).right;
  return new Map([...sizes].map(([id, { height }]) => [id, { width, height }]));
}

function place({ groups, nodes, edges }, sizes, { Graph, layout }) {
  const graph = new Graph({ compound: true, multigraph: true });
  graph.setGraph({ ...SPACING });
  for (const { id } of groups) graph.setNode(id, {});
  for (const { id, group } of nodes) {
    graph.setNode(id, { ...sizes.get(id) });
    if (group !== undefined) graph.setParent(id, group);
  }
  // What comes later would close a circle: it is laid out against its direction.
  for (const { from, to, later } of edges) later ? graph.setEdge(to, from, {}, LATER) : graph.setEdge(from, to, {});
  layout(graph);
  const boxes = new Map(nodes.map(({ id }) => [id, boxOf(graph.node(id))]));
  const pathOf = ({ from, to, later }) =>
    later
      ? pathBetween(boxes.get(to), boxes.get(from), graph.edge(to, from, LATER).points).reverse()
      : pathBetween(boxes.get(from), boxes.get(to), graph.edge(from, to).points);
  for (const { id } of groups) boxes.set(id, documentBox(id, { nodes, edges, boxes, pathOf }));
  const lines = edges.map((edge) => ({ points: pathOf(edge), later: edge.later }));
  const corners = lines.flatMap(({ points }) => points);
  return { boxes, lines, ...boundsOf([...boxes.values()], corners) };
}

/** From the right side of one box to the left side of the other. */
function pathBetween(from, to, points) {
  const start = { x: from.x + from.width, y: from.y + from.height / 2 };
  return [start, ...points.slice(1, -1), { x: to.x, y: to.y + to.height / 2 }];
}

const boxOf = ({ x, y, width, height }) => ({ x: x - width / 2, y: y - height / 2, width, height });

/** Around a document's boxes and the lines between them. */
function documentBox(group, { nodes, edges, boxes, pathOf }) {
  const own = new Set(nodes.filter((node) => node.group === group).map(({ id }) => id));
  const within = edges.filter(({ from, to }) => own.has(from) && own.has(to));
  const { left, top, right, bottom } = boundsOf(
    [...own].map((id) => boxes.get(id)),
    within.flatMap(pathOf),
  );
  const [x, y] = [left - PADDING, top - LABEL_HEIGHT];
  return { x, y, width: right + PADDING - x, height: bottom + PADDING - y };
}

function boundsOf(boxes, points = []) {
  const corners = boxes.flatMap(({ x, y, width, height }) => [
    { x, y },
    { x: x + width, y: y + height },
  ]);
  const bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { x, y } of [...corners, ...points]) {
    bounds.left = Math.min(bounds.left, x);
    bounds.top = Math.min(bounds.top, y);
    bounds.right = Math.max(bounds.right, x);
    bounds.bottom = Math.max(bounds.bottom, y);
  }
  return bounds;
}
