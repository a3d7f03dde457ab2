/** Deploys Cloudflare Workers from YAML manifests: validate, plan, apply. No files, no environment, no state. */

import type {
  ApplyResult,
  BundleTarget,
  Checkup,
  Diagnostic,
  History,
  Import,
  OutputsResult,
  Plan,
  Published,
  Validation,
} from "./answers.js";
import type {
  Credentials,
  DestroyOptions,
  Manifest,
  Options,
  PromoteOptions,
  PublishTarget,
  RollbackOptions,
  Style,
} from "./arguments.js";
import type { DeployError } from "./errors.js";

/** What the calls answer and tell: `Plan`, `ApplyResult`, `Diagnostic`, `DeployEvent`, and what those are made of. */
export type * from "./answers.js";
/** What the calls take: `Manifest`, `Credentials`, `Options`. */
export type * from "./arguments.js";
export { DeployError } from "./errors.js";
/** A type for each kind of document, such as `WorkerManifest`, and `ManifestDocument` for any of them. */
export type * from "./manifest.js";

/**
 * Reads a manifest and checks it, offline. Never throws for a bad manifest: its findings are in the answer.
 *
 * @throws {TypeError} for an object that is no plain data (a cycle, a getter, a function)
 * @example
 * const { ok, diagnostics } = await validate(await readFile("worker.yaml", "utf8"));
 */
export function validate(manifest: Manifest, options?: Options): Promise<Validation>;

/**
 * Compares a manifest with the live account and says what `apply` would do. Reads only. Without credentials the
 * comparison is with an empty account, and `offline` says so.
 *
 * @throws {DeployError}
 * @example
 * const { summary, fingerprint } = await plan(manifest, { apiToken });
 */
export function plan(manifest: Manifest, creds?: Credentials | null, options?: Options): Promise<Plan>;

/**
 * Makes the account what the manifest says. With `expect`, only if the plan still has that fingerprint.
 *
 * @throws {DeployError}
 * @example
 * const { workers } = await apply(manifest, { apiToken, secrets: { API_KEY: key } });
 */
export function apply(manifest: Manifest, creds: Credentials, options?: Options): Promise<ApplyResult>;

/**
 * Removes what the manifest deployed: route, record, script; stores only with `deleteData`. With `dryRun` it answers
 * the plan and removes nothing.
 *
 * @throws {DeployError}
 * @example
 * await destroy(manifest, { apiToken }, { allowDeletes: true });
 */
export function destroy(
  manifest: Manifest,
  creds: Credentials,
  options: DestroyOptions & { dryRun: true },
): Promise<Plan>;
export function destroy(
  manifest: Manifest,
  creds: Credentials,
  options?: DestroyOptions & { dryRun?: false | undefined },
): Promise<ApplyResult>;

/**
 * Puts an earlier version live again: the one that `to` names by its number or its id, or the one that got all requests
 * before the live one came. Neither bundle nor values are needed. A version brings its own secrets back, which the plan
 * tells. It needs the yes of `allowDeletes`. With `dryRun` it answers the plan and changes nothing.
 *
 * @throws {DeployError}
 * @example
 * await rollback(manifest, { apiToken }, { to: "4", allowDeletes: true });
 */
export function rollback(
  manifest: Manifest,
  creds: Credentials,
  options: RollbackOptions & { dryRun: true },
): Promise<Plan>;
export function rollback(
  manifest: Manifest,
  creds: Credentials,
  options?: RollbackOptions & { dryRun?: false | undefined },
): Promise<ApplyResult>;

/**
 * Gives all requests to the newest version of the Worker that was uploaded. With `dryRun` it answers the plan and changes
 * nothing.
 *
 * @throws {DeployError}
 * @example
 * await promote(manifest, { apiToken });
 */
export function promote(
  manifest: Manifest,
  creds: Credentials,
  options: PromoteOptions & { dryRun: true },
): Promise<Plan>;
export function promote(
  manifest: Manifest,
  creds: Credentials,
  options?: PromoteOptions & { dryRun?: false | undefined },
): Promise<ApplyResult>;

/**
 * Checks whether these credentials can deploy this manifest: token, clock, account, zones, permissions, S3 keys and
 * bundles, by reads only.
 *
 * @throws {DeployError}
 * @example
 * const { ok, missing, link } = await doctor(manifest, { apiToken });
 */
export function doctor(manifest: Manifest, creds: Credentials, options?: Options): Promise<Checkup>;

/**
 * Reads the outputs of what is deployed.
 *
 * @throws {DeployError}
 * @example
 * const { outputs: deployed } = await outputs(manifest, { apiToken });
 */
export function outputs(manifest: Manifest, creds: Credentials, options?: Options): Promise<OutputsResult>;

/**
 * Reads which versions the Workers had, who made them and when, where their code came from, and which get requests.
 *
 * @throws {DeployError}
 * @example
 * const { workers } = await history(manifest, { apiToken });
 * const live = workers.hello.versions.filter(({ percent }) => percent > 0);
 */
export function history(manifest: Manifest, creds: Credentials, options?: Options): Promise<History>;

/**
 * Puts a bundle into R2. An object that is there is never replaced unless `overwrite` says so. A `Blob`, such as one of
 * Node's `openAsBlob`, is read piece by piece, which takes less memory.
 *
 * @throws {DeployError}
 * @example
 * const { key } = await publish(bytes, { bucket: "bundles", key: "hello/" }, { apiToken, accountId });
 */
export function publish(
  bundle: Uint8Array | Blob,
  target: PublishTarget,
  creds: Credentials,
  options?: Options,
): Promise<Published>;

/**
 * Packs the files of a directory, by relative path, into a tar for {@link publish}: modules of a Worker, or static assets.
 * The same files give the same bytes.
 *
 * @throws {DeployError}
 * @example
 * const tar = await pack({ "index.js": code, "add.wasm": wasm });
 */
export function pack(files: Record<string, Uint8Array>): Promise<Uint8Array>;

/**
 * Where each document's bundle lies, and the path of the scalar that says so.
 *
 * @throws {DeployError}
 * @example
 * const [{ bucket, key, document, path }] = await bundleTargets(text);
 */
export function bundleTargets(manifest: Manifest, options?: Options): Promise<BundleTarget[]>;

/**
 * Writes configurations of wrangler's as manifests: one of each environment, or of the one that `environment` names.
 * What has no equivalent is a warning, and a comment in its manifest.
 *
 * @throws {DeployError} for options of another form; mistakes in a configuration are findings of the answer
 * @example
 * const { manifests } = await importManifests({ name: "wrangler.jsonc", text });
 */
export function importManifests(configuration: Manifest, options?: Options): Promise<Import>;

/**
 * Rewrites one scalar of a YAML text; comments and layout stay.
 *
 * @throws {DeployError}
 * @example
 * const next = await setValue(text, document, path, "hello/v2.js");
 */
export function setValue(text: string, document: number, path: string, value: string): Promise<string>;

/**
 * The JSON Schema (draft-07) of manifests, as text.
 *
 * @example
 * await writeFile("worker.schema.json", await schema());
 */
export function schema(): Promise<string>;

/**
 * What a code means and what to do about it.
 *
 * @example
 * console.log(await explain("CFD0101"));
 */
export function explain(code: string): Promise<string | undefined>;

/**
 * The version of the engine.
 *
 * @example
 * console.log(await version());
 */
export function version(): Promise<string>;

/**
 * A check-up as text for people.
 *
 * @example
 * console.log(await renderCheckup(await doctor(manifest, { apiToken })));
 */
export function renderCheckup(checkup: Checkup, style?: Style): Promise<string>;

/**
 * The versions of Workers as text for people.
 *
 * @example
 * console.log(await renderHistory(await history(manifest, { apiToken })));
 */
export function renderHistory(history: History, style?: Style): Promise<string>;

/**
 * A plan as text for people.
 *
 * @example
 * console.log(await renderPlan(await plan(manifest), { color: false, width: 80 }));
 */
export function renderPlan(plan: Plan, style?: Style): Promise<string>;

/**
 * A plan as a flowchart of Mermaid: a box for each resource, arrows from what comes first, documents as groups.
 *
 * @example
 * const comment = "```mermaid\n" + (await renderPlanMermaid(await plan(manifest))) + "```\n";
 */
export function renderPlanMermaid(plan: Plan): Promise<string>;

/**
 * The same as SVG that stands alone, light or dark as its reader likes. It loads `@dagrejs/dagre`: a page without a
 * bundler needs an entry for that in its import map.
 *
 * @example
 * await writeFile("plan.svg", await renderPlanSvg(await plan(manifest)));
 */
export function renderPlanSvg(plan: Plan): Promise<string>;

/**
 * Findings as text for people, with the lines they are about.
 *
 * @example
 * console.log(await renderDiagnostics(manifest, diagnostics));
 */
export function renderDiagnostics(
  manifest: Manifest,
  diagnostics: readonly Diagnostic[],
  style?: Style,
): Promise<string>;

/**
 * A failure as text for people: what happened, what was done, the way out.
 *
 * @example
 * console.error(await renderError(manifest, error));
 */
export function renderError(manifest: Manifest, error: DeployError, style?: Style): Promise<string>;
