/**
 * The layer lines of `src/`: which module may know which (ARCHITECTURE.md has the map), and which crate belongs to
 * which place. A line that a finding crosses is a design question: move the code, don't widen the table.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { ROOT } from "../paths.js";
import { findings } from "./findings.js";

const BASE = ["address", "diagnostic", "dns_name", "error", "secret"];

const MAY_KNOW = {
  address: [],
  diagnostic: ["address"],
  dns_name: [],
  error: ["address", "diagnostic"],
  mask: ["address", "diagnostic", "secret"],
  secret: [],
  model: BASE,
  archive: [...BASE],
  assets: [...BASE, "model"],
  bundle: [...BASE, "model", "archive"],
  http: [...BASE, "model"],
  cloudflare: [...BASE, "model", "bundle", "http"],
  r2: [...BASE, "model", "http"],
  binding: [...BASE, "model", "cloudflare"],
  setting: [...BASE, "model", "binding"],
  resource: [...BASE, "model", "assets", "bundle", "cloudflare", "r2", "http", "binding", "setting"],
  manifest: [...BASE, "model", "binding", "resource"],
  wrangler: [...BASE, "manifest"],
  refresh: [...BASE, "cloudflare", "http"],
  plan: [...BASE, "model", "resource"],
  kinds: [
    ...BASE,
    "model",
    "assets",
    "bundle",
    "binding",
    "setting",
    "resource",
    "plan",
    "cloudflare",
    "http",
    "manifest",
    "wrangler",
    "refresh",
  ],
  apply: [...BASE, "model", "bundle", "cloudflare", "r2", "http", "binding", "setting", "resource", "refresh", "plan"],
};
// The calls of the package, put together from all the others: only `wasm` is above it.
MAY_KNOW.engine = Object.keys(MAY_KNOW);

/** What to do instead, for the lines that are easily crossed. */
const INSTEAD = {
  "kinds apply": "say what is to be sent; `apply` sends it",
  "manifest kinds": "a manifest is read by the kinds that are passed to `read`",
  "plan binding": "what a resource is made of is its kind's affair: let `kinds` say it in a sketch",
  "plan kinds": "the planner sees sketches alone",
  "apply manifest": "do what the plan says; what else is needed belongs into the plan or the payloads",
  "manifest refresh": "a manifest is read without the account; compare in `plan`",
  "manifest cloudflare": "lower to `resource::state`; `cloudflare` turns that into requests",
  "http cloudflare": "pass what differs between endpoints with the request",
};

/** What these must not name: types of resources. `Kind::ALL` is their order. */
const NAME_NO_KIND = /^(?:apply|plan|refresh)\//;
const KINDS = /\bKind::(?!ALL\b)\w+|\bAddress::\w+\(/;
/** The one place that sends a write, and how; whatever goes out as a value never goes out by itself. */
const SENDER = "apply/call.rs";
const SENDS = /\.carry\(/g;
/** The one place that makes rounds of reads, and how. */
const READER = "refresh/rounds.rs";
const READS = /\bapi\.(?:hear|read)\(/;
const SENDS_BY_ITSELF = /\.exchange\(|\bRequest::new\(/;
const SAYS_WHAT_TO_SEND = /^(?:apply|binding|kinds|plan|refresh|resource)\//;

/** Crates that belong to one place each: everything else goes through it. */
const CRATES = [
  {
    crate: /\b(?:wasm_bindgen|wasm_bindgen_futures|serde_wasm_bindgen|js_sys|web_sys)\b/,
    only: ["wasm/", "http/fetch"],
  },
  { crate: /\b(?:blake3|mime_guess)\b/, only: ["assets/"] },
  { crate: /\b(?:tar|flate2)::/, only: ["archive/"] },
  { crate: /\bidna\b/, only: ["dns_name.rs"] },
  { crate: /\bhttpdate\b/, only: ["http/date.rs"] },
  { crate: /\bannotate_snippets\b/, only: ["manifest/drawing.rs"] },
  { crate: /\bgloo_net\b/, only: ["http/fetch"] },
  { crate: /\b(?:serde_yaml|saphyr_parser)\b/, only: ["manifest/"] },
  { crate: /\bjsonc_parser\b/, only: ["wrangler/jsonc.rs"] },
  { crate: /\brusty_s3\b/, only: ["r2/"] },
  { crate: /\bjiff\b/, only: ["r2/", "manifest/date.rs", "kinds/worker/manifest/cron/zone.rs"] },
];

const SOURCES = process.argv[2] ?? join(ROOT, "src");
const { report, end } = findings("layers");
/** The endpoint families of the API: which one a request belongs to is its kind's affair. */
const FAMILIES = familiesIn(SOURCES);
/** The kinds whose documents describe a store, by their folders. */
const STORES = storesIn(SOURCES);
/** Where kinds are listed. */
const LISTS_OF_KINDS = ["kinds/list.rs", "kinds/mod.rs", "kinds/editor_schema.rs"];
const files = readdirSync(SOURCES, { recursive: true }).filter((name) => name.endsWith(".rs"));

for (const file of files.map((name) => name.split(sep).join("/"))) {
  const code = readFileSync(join(SOURCES, file), "utf8").replaceAll(/\/\/.*$/gm, "");
  checkModules(file, code);
  checkCrates(file, code);
  checkKinds(file, code);
  checkFolders(file, code);
  checkSender(file, code);
}
end(`${files.length} files`);

function checkModules(file, code) {
  const home = file.split("/")[0].replace(/\.rs$/, "");
  if (home === "lib" || home === "wasm") return;
  const allowed = MAY_KNOW[home];
  if (!allowed) return report(`src/${file}: \`${home}\` has no row in tools/check/layers.js`);
  for (const known of modulesIn(file, code)) {
    if (known === home || allowed.includes(known) || !(known in MAY_KNOW || known === "wasm")) continue;
    const way = INSTEAD[`${home} ${known}`] ?? `it may know ${allowed.join(", ") || "no other module"}`;
    report(`src/${file}: \`${home}\` must not know \`${known}\`: ${way}`);
  }
}

/** Top-level modules that a file names: `crate::a`, `crate::{a, b::c}`, and `super::…` where that is the crate's root. */
function modulesIn(file, code) {
  const known = new Set();
  const depth = file.replace(/(?:\/mod)?\.rs$/, "").split("/").length;
  for (const match of code.matchAll(/\b(crate::|(?:super::)+)(\{|\w+)/g)) {
    const [whole, prefix, first] = match;
    if (prefix !== "crate::" && prefix.split("::").length - 1 !== depth) continue;
    if (first !== "{") known.add(first);
    else for (const name of namesInGroup(code.slice(match.index + whole.length))) known.add(name);
  }
  return known;
}

/** First names of the entries of `{…}`, of which the text begins after the brace. */
function namesInGroup(text) {
  const names = [];
  let depth = 0;
  let start = true;
  for (const [token] of text.matchAll(/[{}]|,|\w+/g)) {
    if (token === "}" && depth === 0) break;
    if (token === "{") depth += 1;
    else if (token === "}") depth -= 1;
    else if (token === "," && depth === 0) start = true;
    else if (token !== "," && start) {
      names.push(token);
      start = false;
    }
  }
  return names;
}

function checkCrates(file, code) {
  for (const { crate, only } of CRATES) {
    const [name] = crate.exec(code) ?? [];
    if (name && !only.some((place) => file.startsWith(place)))
      report(`src/${file}: \`${name}\` belongs to ${only.join(" and ")}`);
  }
}

function checkKinds(file, code) {
  if (!NAME_NO_KIND.test(file)) return;
  const shipped = shippedIn(code);
  const family = new RegExp(`\\b(?:${FAMILIES.join("|")})::`);
  const [name] = KINDS.exec(shipped) ?? family.exec(shipped) ?? [];
  if (name) report(`src/${file}: \`${name}\` names a kind: let \`kinds\` say it in a sketch`);
}

/** A kind is one folder: what stands outside of it reaches it through the list. */
function checkFolders(file, code) {
  if (LISTS_OF_KINDS.includes(file)) return;
  for (const kind of STORES) {
    if (file.startsWith(`kinds/${kind}`)) continue;
    const names = new RegExp(`\\b(?:kinds|super)::(?:\\{[^}]*\\b)?${kind}\\b`).test(shippedIn(code));
    if (names) report(`src/${file}: \`${kind}\` is one kind of many: ask \`store_of\`, or put it into its folder`);
  }
}

function checkSender(file, code) {
  const shipped = shippedIn(code);
  const [, second] = [...shipped.matchAll(SENDS)];
  if (second || (file !== SENDER && shipped.match(SENDS)))
    report(`src/${file}: a write is sent in one place, \`send\` in src/${SENDER}: give it the \`Call\``);
  if (file !== READER && !file.startsWith("cloudflare/") && READS.test(shipped))
    report(`src/${file}: reads go out in rounds, by \`hear\` in src/${READER}: say the \`Read\``);
  const [own] = (SAYS_WHAT_TO_SEND.test(file) && SENDS_BY_ITSELF.exec(shipped)) || [];
  if (own) report(`src/${file}: \`${own}\` sends past \`cloudflare\`: say a \`Call\` or a \`Read\``);
}

/** Without the tests at the end of a file. */
function shippedIn(code) {
  return code.split("#[cfg(test)]")[0];
}

function familiesIn(sources) {
  const list = join(sources, "cloudflare", "mod.rs");
  const text = existsSync(list) ? readFileSync(list, "utf8") : "";
  const names = [...text.matchAll(/^pub mod (\w+);/gm)].map(([, name]) => name);
  return names.length > 0 ? names : ["\\0"];
}

function storesIn(sources) {
  const list = join(sources, "kinds", "list.rs");
  const text = existsSync(list) ? readFileSync(list, "utf8") : "";
  return [...text.matchAll(/^use super::(\w+)::\w+;/gm)].map(([, name]) => name).filter((name) => name !== "store");
}
