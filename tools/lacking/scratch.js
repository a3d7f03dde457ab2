/** A copy of the sources to apply patches to: whatever stands in the work tree stays as it is. */
import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT, TARGET } from "../paths.js";
import { run } from "../run.js";

const HOME = join(TARGET, "lacking");
const SOURCES = join(HOME, "sources");

// The copy lies in a folder that git ignores: git must not take it for a part of the work tree.
const ALONE = { GIT_CEILING_DIRECTORIES: HOME };

// What a patch leaves unused is no news. Between patches, only what they change is built again.
const BUILD = {
  CARGO_TARGET_DIR: join(HOME, "target"),
  RUSTFLAGS: [process.env.RUSTFLAGS, "-Awarnings"].filter(Boolean).join(" "),
};
const CARGO = ["--locked", "--quiet", "--profile", "lacking", "--package", "simulation"];

/**
 * Copies the sources, changed and new ones as well. The times of files are those of the copy, so that cargo never takes
 * what it built with the last patch of an earlier run for theirs.
 */
export async function copySources() {
  removeSources();
  const listed = await run("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: ROOT });
  for (const file of new Set(listed.split("\0").filter(Boolean))) {
    if (!existsSync(join(ROOT, file))) continue;
    mkdirSync(dirname(join(SOURCES, file)), { recursive: true });
    copyFileSync(join(ROOT, file), join(SOURCES, file));
  }
}

export function removeSources() {
  rmSync(SOURCES, { recursive: true, force: true });
}

/** Does some work on the copy without the check that a patch takes away. */
export async function without({ file }, work) {
  await run("git", ["apply", file], { cwd: SOURCES, env: ALONE });
  try {
    return await work();
  } finally {
    await run("git", ["apply", "--reverse", file], { cwd: SOURCES, env: ALONE });
  }
}

/** Builds the simulation from the copy and plays so many cases, until one fails: `{ cases, failed }`. */
export async function firstFailure(cases) {
  const told = await run("cargo", ["run", ...CARGO, "--", `--first-failure=${cases}`], { cwd: SOURCES, env: BUILD });
  return JSON.parse(told);
}
