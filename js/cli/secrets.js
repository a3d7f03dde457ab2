/** Where the values of a manifest's secrets come from: files, then standard input, then the environment. */

import { readAllPairs } from "./pairs.js";

/**
 * Credentials of this tool: they don't even reach the engine as values of secrets. The engine has the whole list of
 * names that no manifest may read.
 */
const NEVER = /^(CLOUDFLARE|R2|AWS|CFWORKER)_/i;

/**
 * @param {import("./context.js").Context} context
 * @param {{ secretsFile?: string[], allowEnv?: string[] }} flags
 * @returns {Promise<Record<string, string>>} by NAME, `GROUP__KEY` or `group/key`
 */
export async function readSecrets(context, { secretsFile, allowEnv }) {
  return { ...secretsFrom(context.env, allowEnv), ...(await readAllPairs(context, secretsFile)) };
}

/**
 * An empty variable counts as unset: pipelines pass a secret that does not exist as an empty text, which must not replace
 * the one that is live. A file may say that a value is empty.
 *
 * @param {Record<string, string | undefined>} env
 * @param {string[]} [allowed] names that a manifest may read all the same
 */
export function secretsFrom(env, allowed = []) {
  const mayBeRead = (name) => allowed.includes(name) || !NEVER.test(name);
  return Object.fromEntries(Object.entries(env).filter(([name, value]) => value && mayBeRead(name)));
}
