/** Packs pkg/ as npm would publish it. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { PACKAGE, TARGET } from "./paths.js";
import { run } from "./run.js";

/**
 * Resolves to npm's own account of the tarball: `file` (its path), `size` and `unpackedSize` in bytes, `integrity`,
 * and `files` with a `path` each.
 */
export async function pack() {
  const folder = join(TARGET, "packed");
  mkdirSync(folder, { recursive: true });
  const answer = await run("npm", ["pack", PACKAGE, "--json", "--ignore-scripts", "--pack-destination", folder]);
  const [packed] = JSON.parse(answer);
  return { ...packed, file: join(folder, packed.filename) };
}
