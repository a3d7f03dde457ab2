/** Publishing a bundle, and writing its path into the manifest that names it. */

import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { DeployError, USAGE_CODE, usageError } from "../errors.js";
import { extensionOf, openBundle } from "./bundle-file.js";
import { formatHint } from "./format-hint.js";
import { readText } from "./input.js";
import { isOfWrangler } from "./overlays.js";
import { replaceFile, requireReplaceable } from "./replace-file.js";

const VERSION_DIGITS = 12;
/** What the key of one script ends with. */
const SCRIPT = ".js";
const OBJECT_MISSING = "CFD0311";

/** What there is to say about a run once it has written, or may have. */
const HAS_BEGUN = [3, 130, 143];

/**
 * @typedef {object} PublishedBundle
 * @property {string} address
 * @property {boolean} existed
 * @property {string} [hint] for people, about the format of the code
 * @property {object} published as the engine answers it
 * @property {{ file: string, path: string, previousKey: string, isPinned: boolean }} entry of the manifest
 * @property {(event: object) => void} hear saves as soon as Cloudflare took the code
 * @property {() => Promise<void>} save the file on disk names the bundle from here on; once
 * @property {() => Promise<boolean>} isSaved
 */

/**
 * `apply --bundle FILE`: puts the file, or a directory as a tar, beside the bundle that the manifest names, under its own hash, and points the
 * manifest there. The engine looks for the object to plan, so it is published first; nothing uses it until the plan is
 * carried out, and the file on disk changes only once Cloudflare took the code.
 *
 * @param {import("./process.js").Context} context
 * @param {import("./session.js").Session} session its sources name the new path afterwards
 * @param {string} file
 * @param {{ flag: string, fits: (target: object) => boolean }} asked by which flag, and for which bundle of the manifests
 * @returns {Promise<PublishedBundle>}
 */
export async function publishBundle(context, session, file, { flag, fits }) {
  const { api, creds, options, host } = session;
  const bundle = await openBundle(context, file);
  const target = await bundleTarget(session, flag, fits);
  const manifest = resolve(context.cwd, target.file);
  await requireReplaceable(manifest, target.file);
  const sha256 = await sha256Of(bundle, file);
  const extension = await extensionOf(bundle);
  const hint = extension === SCRIPT ? await formatHint(bundle, target) : undefined;
  const key = `${folderOf(target.key)}${sha256.slice(0, VERSION_DIGITS)}${extension}`;
  const { sources } = session;
  const rewritten = await rewrite(api, sources, target, { key, sha256 });
  const pointed = sources.map((source) => (source.name === target.file ? rewritten.source : source));
  await requireInputs(session, pointed);
  const { bucket, account, jurisdiction } = target;
  const where = { bucket, key, jurisdiction, accountId: account };
  const published = await api.publish(bundle, where, creds, { ...host, timeoutMs: options.timeoutMs });
  session.sources = pointed;
  return {
    published,
    address: `r2://${bucket}/${key}`,
    existed: published.existed,
    hint,
    entry: { file: target.file, path: fieldOf(target.path), previousKey: target.key, isPinned: rewritten.isPinned },
    ...saving(() => pointFile(context, { ...session, sources }, target, { key, sha256 })),
  };
}

/** @throws {DeployError} 64 when the file can't be read any more */
async function sha256Of(bundle, file) {
  const hash = createHash("sha256");
  try {
    for await (const chunk of bundle.stream()) hash.update(chunk);
  } catch {
    throw usageError(`cannot read \`${file}\`: it was changed meanwhile`);
  }
  return hash.digest("hex");
}

/**
 * Nothing is published while an input is missing: a plan looks at all of them, and at this point it may lack the object
 * alone.
 *
 * @throws {DeployError}
 */
async function requireInputs({ api, creds, options, host }, sources) {
  await api.plan(sources, creds, { ...options, ...host, onEvent: undefined }).catch((error) => {
    const errors = (error.diagnostics ?? []).filter(({ severity }) => severity === "error");
    const others = errors.filter(({ code }) => code !== OBJECT_MISSING);
    if (errors.length === 0) throw error;
    if (others.length === 0) return;
    const [{ code, message, help }] = others;
    const diagnostics = error.diagnostics.filter((finding) => finding.code !== OBJECT_MISSING);
    throw new DeployError({ ...error, code, message, help, diagnostics });
  });
}

/** The engine is no place to wait for a file, so a failure to write it is kept for whoever asks. */
function saving(replace) {
  let saved;
  const save = () => {
    saved ??= replace();
    saved.catch(() => {});
    return saved;
  };
  return {
    save,
    hear: ({ type }) => void (type === "uploaded" && save()),
    isSaved: async () => {
      const failure = await saved?.catch((error) => error);
      return saved !== undefined && failure === undefined;
    },
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
  if (isOfWrangler(target.file)) {
    const message = `\`${flag}\` writes where the bundle lies, and can't write into \`${target.file}\``;
    throw usageError(message, "say it in a file `cfworker.yaml` beside it, under `spec.script.bundle`");
  }
  return target;
}

/**
 * Points a document at another bundle, comments kept: its path and, only where one stands, the pin.
 *
 * @returns {Promise<{ source: { name: string, text: string }, isPinned: boolean }>}
 */
export async function rewrite(api, sources, { file, document, path, pin }, { key, sha256 }) {
  const { name, text } = sources.find((source) => source.name === file);
  const pointed = await api.setValue(text, document, path, key);
  const isPinned = pin !== undefined;
  return { source: { name, text: isPinned ? await api.setValue(pointed, document, pin, sha256) : pointed }, isPinned };
}

/**
 * Points the file on disk at another bundle. It is read again: what somebody wrote into it since the run began stays.
 *
 * @throws {DeployError} 64 when it no longer names the bundle that this run found there
 */
export async function pointFile(context, { api, sources, options }, target, bundle) {
  const text = await readText(context, target.file);
  const now = sources.map((source) => (source.name === target.file ? { ...source, text } : source));
  const isSame = ({ file, script, key }) => file === target.file && script === target.script && key === target.key;
  const isUntouched = sources.some((source) => source.name === target.file && source.text === text);
  const found = isUntouched ? target : (await api.bundleTargets(now, options)).find(isSame);
  if (!found) {
    const message = `\`${target.file}\` was changed meanwhile and no longer names \`${target.key}\``;
    throw usageError(message, `let it name \`${bundle.key}\``);
  }
  const { source } = await rewrite(api, now, found, bundle);
  await replaceFile(resolve(context.cwd, target.file), source.text);
}

/**
 * A failure keeps its own exit code and way out: the published object is nobody's code yet. It counts as done where the
 * run got further than that.
 *
 * @param {unknown} error
 * @param {PublishedBundle} bundle
 * @param {import("./views/index.js").View} view
 */
export async function afterPublishing(error, { address, existed, entry, isSaved }, view) {
  const kept = existed ? "" : `, and ${address} stays published`;
  if (!(await isSaved())) view.talk(`\`${entry.file}\` was not changed${kept}`);
  if (!existed && error instanceof DeployError && HAS_BEGUN.includes(error.exitCode)) error.done.unshift(address);
  return error;
}

/** Everything is live, and the manifest does not say so. */
export function notSaved({ entry, address }, done, cause) {
  const message = `everything was applied, but \`${entry.file}\` could not be written: ${cause.message}`;
  return new DeployError({ code: USAGE_CODE, exitCode: 3, message, help: `let it name ${address}`, done, cause });
}

/** The field of the manifest: an overlay may have it under an environment. */
const fieldOf = (path) => path.slice(path.lastIndexOf("spec."));
const folderOf = (key) => key.slice(0, key.lastIndexOf("/") + 1);
