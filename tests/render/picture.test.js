/** Pictures of a plan: all of it, once, and no name in it can become more than a name. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { DOMParser, onErrorStopParsing } from "@xmldom/xmldom";
import { renderPlanMermaid } from "../../js/render/picture/mermaid.js";
import { renderPlanSvg } from "../../js/render/picture/svg.js";

const SPECS = new URL("../specs/plan/", import.meta.url);

const change = (address, action, needs = [], more = {}) => {
  const [kind] = address.split(":", 1);
  return { address, kind, action, needs, why: "changed", reason: "it changed", fields: [], ...more };
};
const planOf = (manifests, changes, more = {}) => ({ format: "1.0", fingerprint: "f", manifests, changes, ...more });
const worker = (name) => ({ account: "a", address: `script:${name}`, script: name, label: `acme/prod/${name}` });

/** One Worker with a store, whose record stands in the way. */
const SMALL = planOf(
  [worker("shop"), { account: "a", address: "kv:visits", label: "acme/prod/visits" }],
  [
    change("kv:visits", "no-op", [], { why: "found-by-name", reason: "found by its name" }),
    change("script:shop", "update", ["kv:visits"]),
    change("record:a.example", "adopt", ["script:shop"], { from: "A 192.0.2.1", permit: "adopt" }),
    change("route:a.example/*", "create", ["record:a.example", "script:shop"], { why: "not-found" }),
  ],
  {
    kept: [{ address: "script:shop", path: "secrets.KEY", reason: "set by others" }],
    orphans: [{ address: "route:old.example/*", reason: "kept without --prune" }],
    diagnostics: [{ severity: "error", message: "somebody else made it", address: "record:a.example" }],
  },
);

/** Forty-odd resources: a dozen Workers with record and route, some bound to stores or to each other. */
function large() {
  const names = Array.from({ length: 12 }, (_, number) => `worker-${number}`);
  const stores = ["visits", "sessions", "pages"].map((name) => ({ account: "a", address: `kv:${name}`, label: name }));
  const changes = stores.map(({ address }) => change(address, "create"));
  for (const [index, name] of names.entries()) {
    const needs = [...(index % 3 === 0 ? ["kv:visits"] : []), ...(index % 4 === 1 ? ["kv:sessions"] : [])];
    if (index === 5) needs.push("script:worker-4");
    const host = `${name}.shop.example.com`;
    changes.push(change(`script:${name}`, "update", needs), change(`record:${host}`, "no-op", [`script:${name}`]));
    changes.push(change(`route:${host}/*`, "create", [`record:${host}`, `script:${name}`]));
  }
  return planOf([...stores, ...names.map(worker)], changes);
}

/** What an XML parser finds: it stops at whatever is not well-formed. */
function parsed(svg) {
  const document = new DOMParser({ onError: onErrorStopParsing }).parseFromString(svg, "image/svg+xml");
  const all = Array.from(document.getElementsByTagName("*"));
  const classOf = (node) => node.getAttribute("class") ?? "";
  const textsOf = (node) => Array.from(node.getElementsByTagName("text"), ({ textContent }) => textContent);
  const groupsOf = (name) => all.filter((node) => node.tagName === "g" && classOf(node).split(" ")[0] === name);
  return {
    all,
    nodes: groupsOf("node").map((node) => ({
      address: node.getAttribute("data-address"),
      look: classOf(node),
      texts: textsOf(node),
      box: boxOf(node),
    })),
    documents: groupsOf("document").map((node) => ({ texts: textsOf(node), box: boxOf(node) })),
    edges: all.filter((node) => classOf(node) === "edge"),
  };
}

function boxOf(node) {
  const rect = node.getElementsByTagName("rect")[0];
  const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(rect.getAttribute(name)));
  return { left: x, top: y, right: x + width, bottom: y + height };
}

const overlap = (one, other) =>
  one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
const within = (inner, outer) =>
  inner.left > outer.left && inner.right < outer.right && inner.top > outer.top && inner.bottom < outer.bottom;

function pairs(list) {
  return list.flatMap((one, index) => list.slice(index + 1).map((other) => [one, other]));
}

/** The lines of a flowchart by what they are; anything else is a defect. */
function readMermaid(text) {
  const rows = {
    node: /^ +(n\d+)\["((?:[^"#%<>&`;:]|#\d+;|<br\/>)*)"\]:::(\w+)$/u,
    group: /^ {2}subgraph (d\d+)\["((?:[^"#%<>&`;:]|#\d+;)*)"\]$/u,
    edge: /^ {2}(n\d+) -(?:-|\.-)> (n\d+)$/,
    title: /^ {2}accTitle: (?:[^"#%<>&`;:]|#\d+;)*$/u,
    other: /^(?:flowchart LR| {2}end| {2}classDef \w+ [\w:#,. -]+| {2}class n\d+ conflict)$/,
  };
  const read = { node: [], group: [], edge: [], title: [], other: [] };
  for (const line of text.trimEnd().split("\n")) {
    const [name] = Object.keys(rows).filter((row) => rows[row].test(line));
    assert.ok(name, line);
    read[name].push(rows[name].exec(line).slice(1));
  }
  const shown = (words) => words.replace(/#(\d+);/g, (_, code) => String.fromCodePoint(code));
  const nodes = read.node.map(([id, words, look]) => ({ id, look, lines: words.split("<br/>").map(shown) }));
  return { nodes, groups: read.group.map(([, words]) => shown(words)), edges: read.edge };
}

/** Of each change, and each other address that the plan speaks of. */
function addressesOf({ changes, kept = [], orphans = [], unmanaged = [], loses = [], diagnostics = [] }) {
  const against = diagnostics.filter(({ severity, address }) => severity === "error" && address);
  const changed = changes.map(({ address }) => address);
  const told = [kept, orphans, unmanaged, against].flat().map(({ address }) => address);
  const others = [...told, ...loses];
  return [...changed, ...new Set(others.filter((address) => !changed.includes(address)))].sort();
}

test("a small plan as Mermaid", () => {
  assert.equal(
    renderPlanMermaid(SMALL).split("  classDef")[0],
    `flowchart LR
  accTitle: Plan f#58; 1 to create, 1 to update, 0 to delete, 1 to adopt
  subgraph d0["acme/prod/shop"]
    n1["#126; update script<br/>shop<br/>it changed<br/>kept secrets.KEY#58; set by others"]:::update
    n2["#126; adopt record<br/>a.example<br/>it changed (from A 192.0.2.1)<br/>#33; somebody else made it"]:::adopt
    n3["#43; create route<br/>a.example/#42;"]:::create
  end
  subgraph d1["acme/prod/visits"]
    n0["= no-op kv<br/>visits<br/>found by its name"]:::same
  end
  n4["orphan route<br/>old.example/#42;<br/>kept without --prune"]:::left
  n0 --> n1
  n1 --> n2
  n2 --> n3
  n1 --> n3
`,
  );
  assert.match(renderPlanMermaid(SMALL), /\n {2}class n2 conflict\n$/);
});

test("a small plan as SVG: actions, reasons, documents, what stays and what stands against it", async () => {
  const { nodes, documents, edges } = parsed(await renderPlanSvg(SMALL));
  assert.deepEqual(
    nodes.map(({ look, texts }) => [look, ...texts]),
    [
      ["node same", "= no-op kv", "visits", "found by its name"],
      ["node update", "~ update script", "shop", "it changed", "kept secrets.KEY: set by others"],
      [
        "node adopt conflict",
        "~ adopt record",
        "a.example",
        "it changed (from A 192.0.2.1)",
        "! somebody else made it",
      ],
      ["node create", "+ create route", "a.example/*"],
      ["node left", "orphan route", "old.example/*", "kept without --prune"],
    ],
  );
  assert.deepEqual(
    documents.map(({ texts }) => texts),
    [["acme/prod/shop"], ["acme/prod/visits"]],
  );
  assert.equal(edges.length, 4);
  const [shop, visits] = documents.map(({ box }) =>
    nodes.filter((node) => within(node.box, box)).map((one) => one.address),
  );
  assert.deepEqual([shop, visits], [["script:shop", "record:a.example", "route:a.example/*"], ["kv:visits"]]);
});

test("every change of a plan and every other address is in its pictures once", async () => {
  const plans = readdirSync(SPECS).map((name) => JSON.parse(readFileSync(new URL(`${name}/plan.json`, SPECS))).plan);
  assert.ok(plans.length > 100);
  for (const plan of [...plans, SMALL, large()]) {
    const inSvg = parsed(await renderPlanSvg(plan)).nodes;
    const expected = addressesOf(plan);
    assert.deepEqual(inSvg.map(({ address }) => address).sort(), expected);
    const inMermaid = readMermaid(renderPlanMermaid(plan)).nodes;
    const named = inMermaid.map(({ lines: [head, key] }) => `${head.split(" ").at(-1)}:${key}`);
    assert.deepEqual(named.sort(), expected);
  }
});

test("with 40 resources no box lies on another, each in its document's, and lines enter where columns begin", async () => {
  const plan = large();
  const { nodes, documents, edges } = parsed(await renderPlanSvg(plan));
  assert.equal(nodes.length, 39);
  assert.equal(documents.length, plan.manifests.length);
  for (const [one, other] of pairs(nodes)) assert.ok(!overlap(one.box, other.box), `${one.address} ${other.address}`);
  for (const [one, other] of pairs(documents)) assert.ok(!overlap(one.box, other.box), `${one.texts} ${other.texts}`);
  for (const { address, box } of nodes) {
    assert.equal(documents.filter((document) => within(box, document.box)).length, 1, address);
  }
  assert.equal(edges.length, plan.changes.flatMap(({ needs }) => needs).length);
  const starts = new Set(nodes.map(({ box }) => box.left));
  for (const edge of edges) assert.ok(starts.has(Number(/L([-\d.]+) [-\d.]+$/.exec(edge.getAttribute("d"))[1])));
});

/** Two Workers that are bound to each other; the first one is written twice. */
const circle = (action) =>
  planOf(
    [worker("api"), worker("front")],
    [
      change("script:api", action, ["script:front"], { firstWithout: ["script:front"] }),
      change("script:front", action, ["script:api"]),
    ],
  );

test("of Workers that are bound to each other the arrow that a second write brings is dashed", async () => {
  const arrows = (action) => renderPlanMermaid(circle(action)).match(/n\d -.*> n\d/g);
  assert.deepEqual(arrows("create"), ["n1 -.-> n0", "n0 --> n1"]);
  // The first one lets go of the second one, which is deleted before it.
  assert.deepEqual(arrows("delete"), ["n1 --> n0", "n0 -.-> n1"]);
  for (const action of ["create", "delete"]) {
    const { nodes, all } = parsed(await renderPlanSvg(circle(action)));
    const classes = all.map((node) => node.getAttribute("class")).filter((name) => name?.startsWith("edge"));
    assert.deepEqual(classes.toSorted(), ["edge", "edge later"]);
    assert.ok(!overlap(nodes[0].box, nodes[1].box));
    assert.ok(nodes[0].texts.join(" ").includes("without its bindings to script:front"));
  }
});

test("a circle that nobody splits is drawn all the same", async () => {
  const plan = circle("create");
  delete plan.changes[0].firstWithout;
  assert.deepEqual(renderPlanMermaid(plan).match(/n\d --> n\d/g), ["n1 --> n0", "n0 --> n1"]);
  const { edges } = parsed(await renderPlanSvg(plan));
  assert.equal(edges.length, 2);
});

const HOSTILE = [
  `"]; n9 --> n0`,
  "`md`",
  `%%{init: {"theme": "dark"}}%%`,
  "end",
  "<script>alert(1)</script>",
  `"/><image href="https://a.example/x"/>`,
  "]]>",
  "<!-- a --> <?b?> &amp; &#60; ##[error]",
  "a\n  n9 --> n0\n%% c",
  "\u001b[31m\u202eabc\u0000\u200b",
  "\ufffe\uffff\ud800",
  "a  b   c",
  "1. list",
  "- list",
  "名前🎉",
  "__proto__",
  "x".repeat(500),
  "word ".repeat(100),
];

const ours = new Set(parsed(await renderPlanSvg(SMALL)).all.map(({ tagName }) => tagName));

for (const name of HOSTILE) {
  test(`a name stays a name: ${JSON.stringify(name).slice(0, 40)}`, async () => {
    const label = { ...worker(name), label: name };
    const reason = { reason: name, from: name };
    const changes = [
      change(`script:${name}`, "update", [], reason),
      change(`route:${name}`, "create", [`script:${name}`], reason),
    ];
    const plan = planOf([label], changes, {
      fingerprint: name,
      orphans: [{ address: name, path: name, reason: name }],
    });
    const svg = await renderPlanSvg(plan);
    const { all, nodes, documents, edges } = parsed(svg);
    for (const { tagName } of all) assert.ok(ours.has(tagName), tagName);
    assert.deepEqual([nodes.length, documents.length, edges.length], [3, 1, 1]);
    const { address, texts } = nodes[0];
    assert.ok(texts.join("").includes(address.slice("script:".length)), address);
    const mermaid = renderPlanMermaid(plan);
    const read = readMermaid(mermaid);
    assert.deepEqual([read.nodes.length, read.groups.length, read.edges.length], [3, 1, 1]);
    const key = read.nodes[0].lines[1].replace(/[\ufffe\uffff]/g, "\ufffd"); // XML has no such characters.
    assert.equal(`script:${key}`, address);
    for (const text of [svg, mermaid]) assert.doesNotMatch(text, /[^\P{Cc}\n]|\p{Cs}|[\u200b\u202e]|##\[/u);
  });
}

test("an SVG loads nothing and runs nothing", async () => {
  const { all } = parsed(await renderPlanSvg(SMALL));
  for (const node of all) {
    assert.ok(!["script", "image", "foreignObject", "use", "a"].includes(node.tagName), node.tagName);
    for (const { name } of Array.from(node.attributes)) assert.doesNotMatch(name, /^on|href/, name);
  }
});

test("a record that two documents share belongs to neither, and documents of several accounts name theirs", async () => {
  const shared = planOf(
    [worker("a"), { ...worker("b"), account: "0123456789abcdef0123456789abcdef" }],
    [
      change("script:a", "create"),
      change("script:b", "create"),
      change("record:h", "create", ["script:a", "script:b"]),
      change("route:h/b", "create", ["script:b"]),
    ],
  );
  const { nodes, documents } = parsed(await renderPlanSvg(shared));
  assert.deepEqual(
    documents.map(({ texts }) => texts[0]),
    ["acme/prod/a (account a)", "acme/prod/b (account 0123…cdef)"],
  );
  const homes = nodes.map(({ address, box }) => [
    address,
    documents.filter((document) => within(box, document.box)).length,
  ]);
  assert.deepEqual(Object.fromEntries(homes), { "script:a": 1, "script:b": 1, "record:h": 0, "route:h/b": 1 });
});

test("a consumer stands with its Worker, also where documents describe its queues", async () => {
  const queue = { account: "a", address: "queue:orders", label: "acme/prod/orders" };
  const changes = [
    change("queue:orders", "create"),
    change("script:shop", "create"),
    change("consumer:orders", "create", ["queue:orders", "script:shop"]),
  ];
  const { nodes, documents } = parsed(await renderPlanSvg(planOf([queue, worker("shop")], changes)));
  const home = documents.find(({ texts }) => texts[0].startsWith("acme/prod/shop"));
  const inside = nodes.filter(({ box }) => within(box, home.box)).map(({ address }) => address);
  assert.deepEqual(inside.sort(), ["consumer:orders", "script:shop"]);
});

test("Workers of one name in two accounts are two boxes, and nobody guesses which document is whose", async () => {
  const manifests = [worker("shop"), { ...worker("shop"), account: "b" }, worker("other")];
  const changes = [change("script:shop", "create"), change("script:shop", "update"), change("script:other", "delete")];
  const { nodes, documents } = parsed(await renderPlanSvg(planOf(manifests, changes)));
  const looks = nodes.map(({ look, box }) => [look, documents.filter((document) => within(box, document.box)).length]);
  assert.deepEqual(Object.fromEntries(looks), { "node create": 0, "node update": 0, "node delete": 1 });
});

test("what is no plan gives nothing, and a plan without changes a picture that says so", async () => {
  for (const value of [undefined, null, 7, "plan", [], {}, { manifests: [], changes: [{}] }]) {
    assert.deepEqual([await renderPlanSvg(value), renderPlanMermaid(value)], ["", ""]);
  }
  const empty = planOf([], []);
  assert.match(await renderPlanSvg(empty), /<title>Plan f: no changes<\/title>/);
  assert.match(renderPlanMermaid(empty), /accTitle: Plan f#58; no changes\n/);
});
