/** What a crate links, read out of `cargo metadata`. */
import { execFileSync } from "node:child_process";
import { ROOT } from "../paths.js";

/** What is shipped, and where the simulation and the Rust tests run. */
export const WASM = "wasm32-unknown-unknown";
export const NATIVE = hostTriple();

/** `cargo metadata` for one platform. */
export function metadataOf(platform) {
  const args = ["metadata", "--locked", "--format-version", "1", "--filter-platform", platform];
  return JSON.parse(execFileSync("cargo", args, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 28 }));
}

/** The packages that the package `name` links, at any depth: neither those of its tests nor those of build scripts. */
export function linkedBy({ packages, resolve }, name) {
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const root = packages.find((each) => each.name === name).id;
  const seen = new Set([root]);
  for (const id of seen) {
    const linked = nodes.get(id).deps.filter(({ dep_kinds }) => dep_kinds.some(({ kind }) => kind === null));
    for (const { pkg } of linked) seen.add(pkg);
  }
  seen.delete(root);
  return packages.filter(({ id }) => seen.has(id));
}

/** What keeps these crates from being linked once each, in one version on all platforms. */
export function notOnceEach(names, crates) {
  return names.flatMap((name) => {
    const versions = Object.entries(crates).map(([platform, linked]) => {
      const found = linked.filter((crate) => crate.name === name).map(({ version }) => version);
      return { platform, found: found.join(" and ") || "none", once: found.length === 1 };
    });
    const same = new Set(versions.map(({ found }) => found)).size === 1;
    if (same && versions.every(({ once }) => once)) return [];
    const told = versions.map(({ platform, found }) => `${found} for ${platform}`);
    return [`crate ${name} must be linked once, in one version everywhere: ${told.join(", ")}`];
  });
}

function hostTriple() {
  return /^host: (.+)$/m.exec(execFileSync("rustc", ["-vV"], { cwd: ROOT, encoding: "utf8" }))[1];
}
