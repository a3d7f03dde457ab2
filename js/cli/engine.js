/** Loads the engine. Kept apart so that what needs none of it (help, `--version`, bad usage) starts without it. */

import { usageError } from "../errors.js";

/** @returns {Promise<typeof import("../index.js")>} */
export async function loadApi() {
  try {
    return await import("../entrypoints/node.js");
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw usageError("the engine is not built", "in a clone: npm run build, then npm run cli -- ARGS");
  }
}
