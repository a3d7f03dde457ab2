/** Where the values of a manifest's secrets come from: files, then standard input, then the environment. */

import { readAllPairs } from "./pairs.js";

/** Credentials of this tool: a manifest that names one of them must not ship it into its Worker. */
const NEVER = /^(CLOUDFLARE|R2|AWS|CFWORKER)_/i;

/**
 * @param {import("./context.js").Context} context
 * @param {string[]} [files] of `--secrets-file`
 * @returns {Promise<Record<string, string>>} by NAME, `GROUP__KEY` or `group/key`
 */
export async function readSecrets(context, files) {
  return { ...secretsFrom(context.env), ...(await readAllPairs(context, files)) };
}

/**
 * An empty variable counts as unset: pipelines pass a secret that does not exist as an empty text, which must not replace
 * the one that is live. A file may say that a value is empty.
 *
 * @param {Record<string, string | undefined>} env
 */
export function secretsFrom(env) {
  const candidates = Object.entries(env).filter(([name, value]) => value && !NEVER.test(name));
  return Object.fromEntries(candidates);
}
