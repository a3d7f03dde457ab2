/** NAME-to-value files (secrets, variables): dotenv or JSON. */

import { usageError } from "../errors.js";
import { readDotenv } from "./dotenv.js";
import { readText, STDIN } from "./input.js";

/**
 * @param {import("./context.js").Context} context
 * @param {string} path a file, or `-`
 * @returns {Promise<Record<string, string>>}
 * @throws {import("../errors.js").DeployError} 64; never quotes what the file holds
 */
export async function readPairs(context, path) {
  const text = (await readText(context, path)).replace(/^\ufeff/, "");
  return text.trimStart().startsWith("{") ? pairsOfJson(text, path) : readDotenv(text, path);
}

/**
 * All files as one: of two that give a name, the later one counts; standard input counts less than any file.
 *
 * @param {import("./context.js").Context} context
 * @param {string[]} [paths]
 */
export async function readAllPairs(context, paths = []) {
  const ordered = [...paths.filter((path) => path === STDIN), ...paths.filter((path) => path !== STDIN)];
  const pairs = {};
  for (const path of ordered) Object.assign(pairs, await readPairs(context, path));
  return pairs;
}

function pairsOfJson(text, path) {
  const pairs = parseJson(text, path);
  for (const [name, value] of Object.entries(pairs)) {
    if (typeof value !== "string") {
      throw usageError(
        `the value of \`${name}\` in \`${path}\` is no text`,
        'put it in quotes; a group\'s key is "group/key"',
      );
    }
  }
  return pairs;
}

function parseJson(text, path) {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may be a secret.
    throw usageError(`\`${path}\` starts like JSON but is not`);
  }
}
