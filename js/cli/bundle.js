/** Publishing a bundle, and writing its path into the manifest that names it. */

import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { DeployError, usageError } from "../errors.js";
import { readBytes } from "./input.js";
import { replaceFile } from "./replace-file.js";

const VERSION_DIGITS = 12;

/**
 * `apply --bundle FILE`: puts the file beside the bundle that the manifest names, under its own hash, and points the
 * manifest there. The file on disk changes in `save`, once it is known that the plan is wanted.
 *
 * @param {import("./process.js").Context} context
 * @param {import("./session.js").Session} session its sources name the new path afterwards
 * @param {string} file
 * @returns {Promise<{ address: string, existed: boolean, save: () => Promise<void> }>}
 */
export async function publishBundle(context, session, file) {
  const { api, creds, options, host } = session;
  const bytes = await readBytes(context, file);
  const target = await bundleTarget(session, "--bundle", () => true);
  const key = `${folderOf(target.key)}${versionOf(bytes)}.js`;
  const rewritten = await rewrite(api, session.sources, target, key);
  const { bucket, account, jurisdiction } = target;
  const where = { bucket, key, jurisdiction, accountId: account };
  const published = await api.publish(bytes, where, creds, { ...host, timeoutMs: options.timeoutMs });
  session.sources = session.sources.map((source) => (source.name === target.file ? rewritten : source));
  return {
    address: `r2://${bucket}/${key}`,
    existed: published.existed,
    save: () => replaceFile(resolve(context.cwd, target.file), rewritten.text),
  };
}

/**
 * The one bundle of these manifests that fits.
 *
 * @param {{ api: object, sources: object[], options: object }} session
 * @param {string} flag that needs it
 * @param {(target: object) => boolean} fits
 * @throws {DeployError} 64 unless there is exactly one, in a file
 */
export async function bundleTarget({ api, sources, options }, flag, fits) {
  const targets = (await api.bundleTargets(sources, options)).filter(fits);
  if (targets.length !== 1) {
    const names = targets.map(({ script }) => `\`${script}\``).join(", ");
    throw usageError(
      `\`${flag}\` needs one document with such a bundle, there are ${targets.length}`,
      names ? `give the manifest of one of ${names}` : "check `script.bundle` of the manifest",
    );
  }
  const [target] = targets;
  if (target.file === "<stdin>") throw usageError(`\`${flag}\` writes into the manifest, which must be a file`);
  return target;
}

/** @returns {Promise<{ name: string, text: string }>} the source with the new path, comments kept */
export async function rewrite(api, sources, { file, document, path }, key) {
  const { name, text } = sources.find((source) => source.name === file);
  return { name, text: await api.setValue(text, document, path, key) };
}

/** A published bundle is a write: whatever fails after it leaves a run that is partly done. */
export function afterPublishing(error, { address, existed }) {
  if (existed || !(error instanceof DeployError)) return error;
  error.done.unshift(address);
  if (![130, 143].includes(error.exitCode)) error.exitCode = 3;
  return error;
}

const folderOf = (key) => key.slice(0, key.lastIndexOf("/") + 1);

const versionOf = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, VERSION_DIGITS);
