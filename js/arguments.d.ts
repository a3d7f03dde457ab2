/** What the calls take. */

import type { DeployEvent, OutputSet } from "./answers.js";
import type { ManifestDocument } from "./manifest.js";

/**
 * One text with the name that findings show. By that name a configuration of wrangler's is told: `wrangler.json`, and
 * whatever ends with `.jsonc` or `.toml`.
 */
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
  /**
   * New versions get so many of a hundred requests, 0 to 100 with two decimals at most: with 0 they are uploaded and wait.
   * Called again with another number and an unchanged manifest, the shares move and nothing is uploaded.
   */
  percentage?: number | undefined;
  /**
   * `PATH` or `PATH=STATUS`: `apply` gives new versions 10, 50, then all of a hundred requests, asks each version there after
   * each step, and gives all requests back to the earlier ones where one answers otherwise; `exitCode` is 6 then.
   */
  guard?: string | undefined;
  /** Delete what is ours and left the manifest. */
  prune?: boolean | undefined;
  /** The yes to all that `needsYes` of the plan names; without it such a plan is refused. */
  allowDeletes?: boolean | undefined;
  /** A secret without a value is an error, even where the live Worker has one of that name. */
  requireSecrets?: boolean | undefined;
  /** Download the live modules and compare them with those of the bundle, byte for byte: one more read a Worker. */
  verifyContent?: boolean | undefined;
  /** Names of the pipeline and its credentials, such as `NPM_TOKEN`, that `${NAME}` in a manifest may read all the same. */
  allowEnv?: readonly string[] | undefined;
  /**
   * Addresses of stores that `destroy` deletes with all data in them, such as `kv:TITLE`: others stay. Of classes of Durable
   * Objects that a run deletes, `class:WORKER/CLASS`, or with `script:WORKER` all of a Worker's: without it the run is refused.
   */
  deleteData?: readonly string[] | undefined;
  /** Values of `$variables-group/<group>/<key>` by `group/key`. */
  values?: Readonly<Record<string, string>> | undefined;
  /**
   * Files of `migrations`, by the name of their database as in `OutputSet`, such as `CloudflareD1Database/NAME`: name of
   * the file → its text. The command line reads them.
   */
  migrations?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
  /**
   * Files of static assets, by the name of their Worker as in `OutputSet`, such as `CloudflareWorker/NAME`: path of the
   * file, which starts with `/` → its content; `/_headers` and `/_redirects` say how they are served. The command line
   * reads them.
   */
  assets?: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>> | undefined;
  /** Environment of wrangler's configurations, as its `--env`; their top level where none is named. */
  environment?: string | undefined;
  /**
   * Sources that are laid over a configuration of wrangler's, with what that has no word for: name of the source → name
   * of the configuration. The command line lays `cfworker.yaml` over the configuration beside it.
   */
  overlays?: Readonly<Record<string, string>> | undefined;
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

export interface PromoteOptions extends Options {
  /** Only plan. */
  dryRun?: boolean | undefined;
}

export interface RollbackOptions extends PromoteOptions {
  /** The version: its number, its id, or the first eight or more digits of that. */
  to?: string | undefined;
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

/** How text for people looks. */
export interface Style {
  color: boolean;
  /** In columns. */
  width: number;
}
