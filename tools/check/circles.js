/**
 * No circle between the files of `src/`: a file stands above all that it names, so each can be read after those that
 * it stands on. Names are followed through `pub use` to the file that defines them; tests inside a file are left out.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { ROOT } from "../paths.js";
import { findings } from "./findings.js";

const SOURCES = process.argv[2] ?? join(ROOT, "src");
const { report, end } = findings("circles");

/** A text, a letter in quotes, or a comment: whichever comes first holds signs that would begin another one. */
const WORDS_ALONE = /r(#+)"[\s\S]*?"\1|"(?:\\[\s\S]|[^"\\])*"|'(?:\\.|[^'\\])'|\/\/.*$/gm;

/** Module path (`plan::order`) → file, code, the modules in it, and what it hands on: name → path. */
const modules = new Map();
for (const name of readdirSync(SOURCES, { recursive: true }).map((each) => each.split(sep).join("/"))) {
  if (!name.endsWith(".rs")) continue;
  const path = name === "lib.rs" ? "" : name.replace(/(?:\/mod)?\.rs$/, "").replaceAll("/", "::");
  const code = shipped(readFileSync(join(SOURCES, name), "utf8"));
  modules.set(path, { file: `src/${name}`, code, uses: uses(code, path) });
}

const edges = new Map();
for (const [path, module] of modules) edges.set(path, namedBy(path, module));
for (const circle of circles([...modules.keys()], edges)) {
  const ties = circle.flatMap((path) =>
    [...edges.get(path)]
      .filter(([to]) => circle.includes(to))
      .map(([to, name]) => `${fileOf(path)} names ${name} of ${fileOf(to)}`),
  );
  report(`a circle of ${circle.length} files:\n    ${ties.join("\n    ")}`);
}
end(`${modules.size} files`);

function fileOf(path) {
  return modules.get(path).file;
}

/** Code without comments, texts, and the tests at its end. */
function shipped(text) {
  return text
    .split(/^#\[cfg\(test\)\]\nmod \w+ \{/m)[0]
    .replaceAll(WORDS_ALONE, (words) => (words.startsWith("//") ? "" : '""'))
    .replaceAll(/\bpub\([^)]*\)/g, "pub");
}

/** What `use` brings into a file: `{name, path, isHandedOn}`, paths from the root of the crate. */
function uses(code, home) {
  return [...code.matchAll(/^\s*(pub(?:\([^)]*\))?\s+)?use\s+([^;]+);/gm)].flatMap(([, handsOn, tree]) =>
    leaves(tree.replaceAll(/\s+/g, " ").trim()).map(({ path, name }) => ({
      name,
      path: absolute(path, home),
      handsOn: Boolean(handsOn),
    })),
  );
}

/** The leaves of a tree of names: `a::{b, c as d}` is `a::b` and `a::c`, called `d`. */
function leaves(tree, prefix = "") {
  const open = tree.indexOf("{");
  if (open < 0) {
    const [path, name] = `${prefix}${tree}`.split(" as ");
    const whole = path.replace(/::self$/, "");
    return [{ path: whole, name: name ?? whole.split("::").at(-1) }];
  }
  const start = prefix + tree.slice(0, open);
  return branches(tree.slice(open + 1, tree.lastIndexOf("}"))).flatMap((branch) => leaves(branch, start));
}

/** Splits at the commas that stand in no braces. */
function branches(text) {
  const parts = [""];
  let depth = 0;
  for (const letter of text) {
    if (letter === "{") depth += 1;
    if (letter === "}") depth -= 1;
    if (letter === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += letter;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** A path as seen from the root of the crate; nothing for those of other crates. */
function absolute(path, home) {
  const names = path.split("::");
  const above = home === "" ? [] : home.split("::");
  if (names[0] === "crate") return names.slice(1).join("::");
  if (names[0] === "self") return [...above, ...names.slice(1)].join("::");
  if (names[0] === "super") {
    const ups = names.findIndex((name) => name !== "super");
    return [...above.slice(0, above.length - ups), ...names.slice(ups)].join("::");
  }
  return modules.has([...above, names[0]].join("::")) || existsBelow(home, names[0])
    ? [...above, ...names].join("::")
    : undefined;
}

function existsBelow(home, name) {
  const folder = join(SOURCES, ...home.split("::"));
  return existsSync(join(folder, `${name}.rs`)) || existsSync(join(folder, name, "mod.rs"));
}

/** The module that defines what a path names, through whoever hands it on. */
function definer(path, seen = new Set()) {
  if (path === undefined || seen.has(path)) return undefined;
  seen.add(path);
  if (modules.has(path)) return path;
  const names = path.split("::");
  for (let length = names.length - 1; length >= 0; length -= 1) {
    const holder = names.slice(0, length).join("::");
    const module = modules.get(holder);
    if (!module) continue;
    const handed = module.uses.find(({ name, handsOn }) => handsOn && name === names[length]);
    return handed ? definer([handed.path, ...names.slice(length + 1)].join("::"), seen) : holder;
  }
  return undefined;
}

/** Other files that a file names: module → one of the names. */
function namedBy(home, { code, uses: brought }) {
  const named = new Map();
  const add = (path, name) => {
    const to = definer(path);
    if (to !== undefined && to !== home && !named.has(to)) named.set(to, name);
  };
  const body = code.replaceAll(/^\s*(?:pub(?:\([^)]*\))?\s+)?use\s+[^;]+;/gm, "");
  for (const { path, name, handsOn } of brought) {
    if (handsOn || path === undefined) continue;
    if (!modules.has(path)) add(path, name);
    // What is named through a module, as `step::Step`, is found by its uses.
    else
      for (const [, member] of body.matchAll(new RegExp(`\\b${name}::(\\w+)`, "g")))
        add(`${path}::${member}`, `${name}::${member}`);
  }
  for (const [whole] of body.matchAll(/\b(?:crate|super|self)::\w+(?:::\w+)*/g)) add(absolute(whole, home), whole);
  for (const [whole, first] of body.matchAll(/(?<![:\w])([a-z_]\w*)::\w+/g)) {
    if (existsBelow(home, first) && modules.has([home, first].filter(Boolean).join("::")))
      add([home, whole].filter(Boolean).join("::"), whole);
  }
  return named;
}

/** Strongly connected sets of more than one (Tarjan). */
function circles(nodes, next) {
  const [index, low, stack, on, found] = [new Map(), new Map(), [], new Set(), []];
  const visit = (node) => {
    index.set(node, index.size);
    low.set(node, index.get(node));
    stack.push(node);
    on.add(node);
    for (const to of next.get(node).keys()) {
      if (!index.has(to)) visit(to);
      if (on.has(to)) low.set(node, Math.min(low.get(node), low.get(to)));
    }
    if (low.get(node) !== index.get(node)) return;
    const circle = stack.splice(stack.indexOf(node));
    for (const member of circle) on.delete(member);
    if (circle.length > 1) found.push(circle);
  };
  for (const node of nodes) if (!index.has(node)) visit(node);
  return found;
}
