/** Where things are in the work tree and in the cache. */
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");
export const TARGET = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
export const PACKAGE = join(ROOT, "pkg");

const CACHE = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");

/** Built tools, one folder for each name and version, shared by all clones on this machine. */
export const TOOLS = join(CACHE, "cfworker-deploy", "tools");
