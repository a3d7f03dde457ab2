/** Deploys Cloudflare Workers from YAML manifests: validate, plan, apply. No files, no environment, no state. */

import type { ManifestDocument } from "./manifest.js";

/** A type for each kind of document, such as `WorkerManifest`, and `ManifestDocument` for any of them. */
export type * from "./manifest.js";

/** One text with the name that findings show. */
export interface Source {
  name: string;
  text: string;
}

/**
 * YAML (or JSON) text with one or more documents, a document as a plain object, a named text, or a list of them. What
 * was parsed elsewhere and may be anything is a `ManifestDocument` by assertion: `validate` says whether it is one.
 */
export type Manifest = string | ManifestDocument | Source | readonly (string | ManifestDocument | Source)[];

/** Keys and endpoint of R2's S3 interface. */
export interface R2Credentials {
  accessKeyId?: string | undefined;
  secretAccessKey?: string | undefined;
  /** Of temporary credentials. */
  sessionToken?: string | undefined;
  /** Default `https://<account>.r2.cloudflarestorage.com`; https, or http on this machine. */
  endpoint?: string | undefined;
}

/** What a call may use. Nothing of it is found in a plan, an event or an error. */
export interface Credentials {
  /** API token; preferred. */
  apiToken?: string | undefined;
  /** Global API key, together with `email`. */
  apiKey?: string | undefined;
  email?: string | undefined;
  /** Account where a manifest does not say. */
  accountId?: string | undefined;
  /** Derived from the API token where absent. */
  r2?: R2Credentials | undefined;
  /** API base with `/client/v4`; https, or http on this machine. */
  baseUrl?: string | undefined;
  /** Values of secrets by `NAME` or `group/key`. */
  secrets?: Readonly<Record<string, string>> | undefined;
  /** Key of the digest over the secret set; the API token where absent. */
  fingerprintKey?: string | undefined;
  /** What is secret besides, such as the password of the proxy behind your `fetch`: never sent, never shown. */
  masked?: readonly string[] | undefined;
}

/** Options of every call; what is left out allows nothing and changes nothing. */
export interface Options {
  /** Hears what happens; what it throws, at once or later, is ignored. */
  onEvent?: ((event: DeployEvent) => void) | undefined;
  /** Aborted: no further write, the request in flight ends, then `DeployError` with `exitCode` 130. */
  signal?: AbortSignal | undefined;
  /**
   * Sends the requests, as `fetch(url, init)`: undici, node-fetch and ky work; default the runtime's own. Where it has
   * `takesStreams`, Node hands large bodies over as streams, which takes less memory; node-fetch takes none.
   */
  fetch?: (((url: string, init: RequestInit) => Promise<Response>) & { takesStreams?: boolean }) | undefined;
  /** Account where a manifest does not say; the one of the credentials where they name one. */
  accountId?: string | undefined;
  /** Addresses without a mark that may become ours; `*` = whatever already equals the plan. */
  adopt?: readonly string[] | undefined;
  /** Addresses that may be taken from their owner. */
  take?: readonly string[] | undefined;
  /**
   * Only if the plan still has this fingerprint, or has nothing to do any more. It covers which secrets are set, not
   * their values: whoever plans need not have them.
   */
  expect?: string | undefined;
  /** Delete what is ours and left the manifest. */
  prune?: boolean | undefined;
  /** The yes to what the plan deletes, adopts or takes; without it such a plan is refused. */
  allowDeletes?: boolean | undefined;
  /** A secret without a value is an error, even where the live Worker has one of that name. */
  requireSecrets?: boolean | undefined;
  /** Names of the pipeline and its credentials, such as `NPM_TOKEN`, that `${NAME}` in a manifest may read all the same. */
  allowEnv?: readonly string[] | undefined;
  /** Addresses of stores that `destroy` deletes with all data in them, such as `kv:TITLE`: others stay. */
  deleteData?: readonly string[] | undefined;
  /** Values of `$variables-group/<group>/<key>` by `group/key`. */
  values?: Readonly<Record<string, string>> | undefined;
  /** Files of `migrations`, by `CloudflareD1Database/NAME`: name of the file → its text. The command line reads them. */
  migrations?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
  /** Outputs of other runs, for references. */
  outputs?: OutputSet | undefined;
  /** Today's date (UTC) as `YYYY-MM-DD`: finds compatibility dates in the future early. */
  today?: string | undefined;
  /** Wait until the Worker answers through its hostname. */
  wait?: boolean | undefined;
  /** Milliseconds after which the run stops; default ten minutes. */
  timeoutMs?: number | undefined;
  /** `[path, value]` pairs that overlay every manifest. */
  set?: readonly (readonly [path: string, value: string])[] | undefined;
}

export interface DestroyOptions extends Options {
  /** Only plan. */
  dryRun?: boolean | undefined;
}

/** One finding. Lines and columns count from 1, columns in characters. */
export interface Diagnostic {
  severity: "error" | "warning" | "note";
  /** Stable; `explain(code)` tells more. */
  code: string;
  message: string;
  /** The way out. */
  help?: string;
  file?: string;
  line?: number;
  column?: number;
  endLine?: number;
  endColumn?: number;
  /** Further places, as the first of two that must not both be there. */
  related?: RelatedPlace[];
  /** Path of the field that it is about, such as `spec.dns.hostname`. */
  path?: string;
  /** Address of the resource that it is about, such as `route:a.example.com/*`. */
  address?: string;
  /** Permission group whose lack explains it, by Cloudflare's name. */
  permission?: string;
  /** The command that does what `help` says: its verb, and its words as they are. */
  next?: NextCommand;
  /** Options of the call by which `help` is followed. */
  options?: CallOption[];
  /** Options that would let the run go on all the same. */
  resolve?: WayOut;
  /** What those would cost, in words. */
  loses?: string;
}

/** A command of the command line, for whoever prints it to quote. */
export interface NextCommand {
  command: string;
  operands: string[];
}

/**
 * An option of the same call, by its name there, with its value where that is known. `offline` stands for a plan without
 * credentials; `local` is the command line's alone.
 */
export interface CallOption {
  name: string;
  value?: string;
}

/** Options that would let a refused call go on: spread them over those that it was given. */
export interface WayOut {
  adopt?: string[];
  take?: string[];
  allowDeletes?: boolean;
}

/** A further place of a finding, and what is there. */
export interface RelatedPlace {
  file: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  /** A few words, as `first given here`. */
  label: string;
}

/** A document that was read. */
export interface ManifestInfo {
  document: number;
  kind: string;
  id: string;
  org: string;
  env: string;
  name: string;
  account: string;
  /** Of a Worker. */
  script?: string;
  /** Directory that `spec.migrations` names, as it stands there. */
  migrations?: string;
  file: string;
}

export interface Validation {
  /** No finding is an error. */
  ok: boolean;
  diagnostics: Diagnostic[];
  manifests: ManifestInfo[];
}

export type Action = "create" | "update" | "replace" | "delete" | "adopt" | "no-op";

/** One field of a change. Secrets have their names only. */
export interface FieldChange {
  path: string;
  old: unknown;
  new: unknown;
  secret: boolean;
  /** Known after apply. */
  later: boolean;
}

export interface Change {
  /** `kind:key`, such as `record:api.example.com`. */
  address: string;
  kind: string;
  action: Action;
  /** The owner that it is taken from. */
  from?: string;
  /** Which option an `adopt` needs; nothing where it needs none. */
  permit?: "adopt" | "take";
  /** All of it as it was, for `adopt`. */
  before?: Record<string, unknown>;
  /** A word that never changes, such as `not-found`. */
  why: string;
  /** The same for people. */
  reason: string;
  /** Addresses that come first. */
  needs: string[];
  /**
   * Given where this Worker and others are bound to each other, so that it is written twice: the others that its first
   * write goes without the bindings to.
   */
  firstWithout?: string[];
  fields: FieldChange[];
}

export interface Summary {
  create: number;
  update: number;
  replace: number;
  delete: number;
  adopt: number;
  noop: number;
  /** Requests that were sent to read. */
  reads: number;
  /** Requests that `apply` will send to write. */
  writes: number;
}

/** Something that stays as it is, and why. */
export interface Left {
  address: string;
  path?: string;
  /** A word that never changes, such as `leads-here`. */
  why: string;
  /** The same for people. */
  reason: string;
}

/** Who a planned manifest is. */
export interface PlannedManifest {
  /** What the marks on live resources carry. */
  id: string;
  /** `org/env/name`. */
  label: string;
  account: string;
  /** What it is about: `script:NAME` of a Worker, `kv:TITLE` of a KV namespace. */
  address: string;
  /** Of a Worker. */
  script?: string;
  /** Domain name of the zone, when there is one and it could be read; of several, all with commas between them. */
  zone?: string;
  /** Where the code of a Worker comes from: `r2://bucket/key`. */
  bundle?: string;
}

/** What `apply` would do. */
export interface Plan {
  format: "1.0";
  /** Compared with an empty account. */
  offline: boolean;
  /** Of a `destroy`. */
  destroys?: boolean;
  /** Stable over equal changes, values of secrets left out; for `expect`. */
  fingerprint: string;
  manifests: PlannedManifest[];
  changes: Change[];
  kept: Left[];
  orphans: Left[];
  unmanaged: Left[];
  diagnostics: Diagnostic[];
  summary: Summary;
  /** Options that would solve all conflicts; absent where none would. */
  resolve?: WayOut;
  /** Addresses that the plan deletes, adopts, takes or opens to everybody: they need `allowDeletes`. */
  needsYes: string[];
  /** Those of them that everybody can read then; absent where there are none. */
  exposes?: string[];
  /** Those of them in which rules will delete data by age; absent where there are none. */
  expires?: string[];
  /** What its findings make of `apply`: 0, 65, 5, 4 or 1. */
  exitCode: number;
}

export type OutputValue = string | number | boolean | null | OutputValue[];

/** Outputs of one resource, such as `script_id`, `route_urls`, `urls`. */
export type Outputs = Record<string, OutputValue>;

/** Outputs of one Worker. */
export interface WorkerOutputs {
  /** The script name. */
  script_id: string;
  /** Route patterns, sorted. */
  route_urls: string[];
  /** Addresses to open, sorted; workers.dev last. */
  urls: string[];
}

/** By `Kind/name`; by `Kind/account/ID/name` where several accounts of the run have one of that name. */
export type OutputSet = Record<string, Outputs>;

export interface ApplyResult {
  plan: Plan;
  outputs: OutputSet;
  /** By script name; by `account/ID/NAME` where several accounts of the run have one. */
  workers: Record<string, WorkerOutputs>;
  /** Addresses whose change took effect. */
  done: string[];
  diagnostics: Diagnostic[];
  /** 6: applied, not visible within `wait`. */
  exitCode: 0 | 6;
  /** Version that each upload made, by script name likewise. */
  versions: Record<string, string>;
  /** What takes it back, as far as one command can. */
  undo?: Undo;
  /** Pages of Cloudflare's dashboard. */
  dashboard: string[];
}

/** What takes an apply back. */
export interface Undo {
  command: "apply" | "destroy";
  /** Pairs of the option `set`. */
  set: [path: string, value: string][];
  /** SHA-256 of the bundle that was live, which the manifest has to name again. */
  bundle?: string;
  /** What was adopted or taken and does not come back so. */
  leaves: { address: string; path?: string; was: unknown }[];
}

export interface OutputsResult {
  outputs: OutputSet;
  /** By script name; by `account/ID/NAME` where several accounts of the run have one. */
  workers: Record<string, WorkerOutputs>;
}

/** Where `publish` puts a bundle. */
export interface PublishTarget {
  bucket: string;
  /** Ending in `/`: the version and `.js` are added. */
  key?: string | undefined;
  /** Default: 12 hex digits of the bundle's sha256. */
  version?: string | undefined;
  jurisdiction?: string | undefined;
  accountId?: string | undefined;
  /** Replace the object of this key. */
  overwrite?: boolean | undefined;
}

export interface Published {
  bucket: string;
  key: string;
  /** 64 hex digits. */
  sha256: string;
  bytes: number;
  /** The same bytes were already there. */
  existed: boolean;
}

/** Where a document's bundle lies. */
export interface BundleTarget {
  document: number;
  file: string;
  account: string;
  bucket: string;
  key: string;
  /** Of the scalar that holds the key. */
  path: string;
  /** Of the scalar that pins the bytes, where one stands in the file. */
  pin?: string;
  script: string;
  jurisdiction?: string;
  /** How the code is written, where the manifest states it. */
  format?: "es-module" | "service-worker";
}

/** How text for people looks. */
export interface Style {
  color: boolean;
  /** In columns. */
  width: number;
}

/** What happens during a run. New types and fields may come; existing ones keep their meaning within 1.x. */
export type DeployEvent =
  | ({ type: "diagnostic" } & Diagnostic)
  | ({ type: "change" } & Omit<Change, "needs">)
  | ({ type: "plan" } & Summary &
      Pick<Plan, "fingerprint" | "manifests" | "kept" | "orphans" | "unmanaged" | "exitCode"> & { destroys: boolean })
  | { type: "start"; address: string }
  | { type: "uploaded"; address: string }
  | { type: "done"; address: string; ms: number }
  | { type: "wait"; address: string; why: string; seconds: number }
  | { type: "failed"; address: string; code: string };

/**
 * Why a call failed, what it did and what it did not.
 *
 * @example
 * try {
 *   await apply(manifest, creds);
 * } catch (error) {
 *   if (error instanceof DeployError && error.exitCode === 3) console.log("done so far:", error.done);
 *   throw error;
 * }
 */
export class DeployError extends Error {
  constructor(data: {
    code: string;
    message: string;
    exitCode?: number;
    help?: string | undefined;
    diagnostics?: Diagnostic[];
    done?: string[];
    notDone?: string[];
    unknown?: string[];
    sent?: boolean;
    resolve?: WayOut;
    cause?: unknown;
  });
  readonly name: "DeployError";
  /** Stable; `explain(code)` tells more. */
  code: string;
  /** Of the command line for this failure. 3: something was written and not all is done; running again is safe. */
  exitCode: number;
  /** The way out. */
  help: string | undefined;
  /** All findings, the cause among them. */
  diagnostics: Diagnostic[];
  /** Addresses whose change took effect. */
  done: string[];
  /** Addresses whose change did not happen. */
  notDone: string[];
  /** Whether any request went out. */
  sent: boolean;
  /** Options that would let the same call go on; empty where none would. */
  resolve: WayOut;
  /** Addresses whose change may have taken effect: the answer was lost. */
  unknown: string[];
}

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

/** What `doctor` found. */
export interface Checkup {
  /** Nothing failed. */
  ok: boolean;
  checks: {
    name: string;
    ok: boolean;
    detail: string;
    code?: string;
    help?: string;
    next?: NextCommand;
    permission?: string;
  }[];
  /** Permission groups that were refused, by Cloudflare's names. */
  missing: string[];
  /** Permission groups that the manifest needs and that no read can prove. */
  unproven: string[];
  /** The dashboard's form for a token that has all of them. */
  link: string;
  /** Of the command line: 0; 4 when credentials or permissions are what is wrong, else 1. */
  exitCode: number;
}

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
 * Where each document's bundle lies, and the path of the scalar that says so.
 *
 * @throws {DeployError}
 * @example
 * const [{ bucket, key, document, path }] = await bundleTargets(text);
 */
export function bundleTargets(manifest: Manifest, options?: Options): Promise<BundleTarget[]>;

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
