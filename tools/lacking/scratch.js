/** A copy of the sources to apply patches to: whatever stands in the work tree stays as it is. */
import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT, TARGET } from "../paths.js";
import { run } from "../run.js";

const HOME = join(TARGET, "lacking");
const SOURCES = join(HOME, "sources");
const BUILT = join(HOME, "target");

// The copy lies in a folder that git ignores: git must not take it for a part of the work tree.
const ALONE = { GIT_CEILING_DIRECTORIES: HOME };

// What a patch leaves unused is no news. Between patches, only what they change is built again.
const BUILD = {
  CARGO_TARGET_DIR: BUILT,
  RUSTFLAGS: [process.env.RUSTFLAGS, "-Awarnings"].filter(Boolean).join(" "),
};
const CARGO = ["build", "--locked", "--quiet", "--profile", "lacking", "--package", "simulation"];

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

/** Builds the simulation from the copy, under a name that the next build leaves alone: how it is called. */
export async function buildAs(name) {
  await run("cargo", CARGO, { cwd: SOURCES, env: BUILD });
  const suffix = process.platform === "win32" ? ".exe" : "";
  const program = join(HOME, `${name}${suffix}`);
  copyFileSync(join(BUILT, "lacking", `simulation${suffix}`), program);
  return program;
}

/** Builds it without the check that a patch takes away. */
export async function buildWithout({ file }) {
  // As it was when the sources were copied, whatever is edited meanwhile.
  const patch = join(SOURCES, file);
  await run("git", ["apply", patch], { cwd: SOURCES, env: ALONE });
  try {
    return await buildAs("lacking");
  } finally {
    await run("git", ["apply", "--reverse", patch], { cwd: SOURCES, env: ALONE });
  }
}

/** The first case from one place up to another that fails: `{ place, suite, seed, broken }`, or null. */
export async function firstFailure(program, from, to) {
  return JSON.parse(await run(program, [`--first-failure=${from}..${to}`]));
}
