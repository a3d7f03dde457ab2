/** Skips a step whose inputs did not change: the digest of what went in lies beside what came out. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../paths.js";

/** Digest of files and folders (paths relative to the work tree) and of further text, as a tool's version. */
export function digestOf(paths, ...texts) {
  const hash = createHash("sha256");
  for (const path of paths.flatMap(filesUnder).sort()) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(ROOT, path)))
      .update("\0");
  }
  for (const text of texts) hash.update(`${text}\0`);
  return hash.digest("hex").slice(0, 16);
}

/** Runs `work` unless `stamp` says that it was done for this digest and all outputs are there. */
export async function unlessDone({ stamp, digest, outputs }, work) {
  const done = existsSync(stamp) && readFileSync(stamp, "utf8") === digest && outputs.every((path) => existsSync(path));
  if (done) return "up to date";
  const note = await work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
  return note;
}

function filesUnder(path) {
  const full = join(ROOT, path);
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full).flatMap((name) => filesUnder(join(path, name)));
}
