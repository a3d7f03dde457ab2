// Made from schema/answers.schema.json, which the engine's types make: `npm run docs`.

/**
 * What happens to a resource.
 */
export type Action = "create" | "update" | "replace" | "delete" | "adopt" | "no-op";
/**
 * `kind:key`, or `kind:zone/ID/key` and `kind:account/ID/key` where the short form is not unique.
 *
 * Keys: script name; lower-case A-label host; route pattern as shown; KV title; name of a queue or a database; for a
 * consumer the name of its queue; for schedules the name of their Worker; for a class of Durable Objects its Worker and its
 * name, with a slash between them.
 */
export type Address = string;
/**
 * Kind of a resource, by the word that starts its address. New ones may come.
 */
export type ResourceKind =
  | "script"
  | "record"
  | "route"
  | "kv"
  | "queue"
  | "bucket"
  | "d1"
  | "consumer"
  | "domain"
  | "schedules"
  | "class"
  | "workflow";
/**
 * Why a change is made, or why something stays as it is. New words may come.
 */
export type Why =
  | "not-found"
  | "unchanged"
  | "found-by-name"
  | "code-or-configuration"
  | "content-differs"
  | "unfinished"
  | "secret-missing"
  | "secret-left"
  | "secrets-changed"
  | "secrets-given-differ"
  | "secrets-unchecked"
  | "settings-changed"
  | "classes-migrated"
  | "inventory-changed"
  | "queues-changed"
  | "domains-changed"
  | "schedules-changed"
  | "marks-outdated"
  | "differs"
  | "not-proxied"
  | "renamed-from"
  | "renamed-to"
  | "changed-outside"
  | "not-marked"
  | "other-identity"
  | "other-worker"
  | "no-worker"
  | "pulled"
  | "given-up"
  | "original-system"
  | "routing-off"
  | "left-manifest"
  | "rolled-back"
  | "promoted"
  | "rolled-out"
  | "rollout-under-way"
  | "not-versioned"
  | "destroyed"
  | "not-in-manifest"
  | "still-open"
  | "kept-without-prune"
  | "earlier-name-kept"
  | "holds-data"
  | "leads-here"
  | "calls-here";
/**
 * The option that lets a run have what is not ours.
 */
export type Permit = "adopt" | "take";
/**
 * How much a finding matters.
 */
export type Severity = "error" | "warning" | "note";
/**
 * Stable code of a finding or a failure; `explain(code)` tells more. New ones may come.
 */
export type Code =
  | "CFD0001"
  | "CFD0003"
  | "CFD0004"
  | "CFD0101"
  | "CFD0102"
  | "CFD0103"
  | "CFD0104"
  | "CFD0105"
  | "CFD0106"
  | "CFD0107"
  | "CFD0108"
  | "CFD0109"
  | "CFD0110"
  | "CFD0111"
  | "CFD0112"
  | "CFD0113"
  | "CFD0114"
  | "CFD0115"
  | "CFD0116"
  | "CFD0117"
  | "CFD0118"
  | "CFD0119"
  | "CFD0120"
  | "CFD0121"
  | "CFD0122"
  | "CFD0123"
  | "CFD0124"
  | "CFD0125"
  | "CFD0126"
  | "CFD0127"
  | "CFD0128"
  | "CFD0129"
  | "CFD0130"
  | "CFD0131"
  | "CFD0132"
  | "CFD0133"
  | "CFD0134"
  | "CFD0135"
  | "CFD0136"
  | "CFD0137"
  | "CFD0138"
  | "CFD0140"
  | "CFD0141"
  | "CFD0142"
  | "CFD0143"
  | "CFD0144"
  | "CFD0155"
  | "CFD0160"
  | "CFD0161"
  | "CFD0162"
  | "CFD0163"
  | "CFD0170"
  | "CFD0201"
  | "CFD0202"
  | "CFD0203"
  | "CFD0204"
  | "CFD0205"
  | "CFD0206"
  | "CFD0207"
  | "CFD0208"
  | "CFD0209"
  | "CFD0210"
  | "CFD0211"
  | "CFD0301"
  | "CFD0302"
  | "CFD0303"
  | "CFD0305"
  | "CFD0306"
  | "CFD0307"
  | "CFD0310"
  | "CFD0311"
  | "CFD0312"
  | "CFD0313"
  | "CFD0314"
  | "CFD0315"
  | "CFD0316"
  | "CFD0317"
  | "CFD0320"
  | "CFD0321"
  | "CFD0322"
  | "CFD0323"
  | "CFD0324"
  | "CFD0325"
  | "CFD0401"
  | "CFD0402"
  | "CFD0403"
  | "CFD0404"
  | "CFD0410"
  | "CFD0411"
  | "CFD0412"
  | "CFD0413"
  | "CFD0414"
  | "CFD0415"
  | "CFD0416"
  | "CFD0501"
  | "CFD0502"
  | "CFD0503"
  | "CFD0504"
  | "CFD0505"
  | "CFD0506"
  | "CFD0507"
  | "CFD0508"
  | "CFD0509"
  | "CFD0510"
  | "CFD0511"
  | "CFD0512"
  | "CFD0513"
  | "CFD0514"
  | "CFD0516"
  | "CFD0517"
  | "CFD0518"
  | "CFD0519"
  | "CFD0520"
  | "CFD0521"
  | "CFD0522"
  | "CFD0523"
  | "CFD0524"
  | "CFD0525"
  | "CFD0526"
  | "CFD0527"
  | "CFD0528"
  | "CFD0530"
  | "CFD0531"
  | "CFD0532"
  | "CFD0533"
  | "CFD0540"
  | "CFD0541"
  | "CFD0542"
  | "CFD0543"
  | "CFD0544"
  | "CFD0545"
  | "CFD0546"
  | "CFD0547"
  | "CFD0548"
  | "CFD0549"
  | "CFD0550"
  | "CFD0551"
  | "CFD0552"
  | "CFD0553"
  | "CFD0554"
  | "CFD0555"
  | "CFD0556"
  | "CFD0560"
  | "CFD0561"
  | "CFD0562"
  | "CFD0563"
  | "CFD0564"
  | "CFD0570"
  | "CFD0580"
  | "CFD0581"
  | "CFD0582"
  | "CFD0583"
  | "CFD0584"
  | "CFD0585"
  | "CFD0586"
  | "CFD0587"
  | "CFD0601"
  | "CFD0602"
  | "CFD0603"
  | "CFD0604"
  | "CFD0605"
  | "CFD0606"
  | "CFD0607"
  | "CFD0608"
  | "CFD0609"
  | "CFD0610"
  | "CFD0611"
  | "CFD0620"
  | "CFD0621"
  | "CFD0622"
  | "CFD0901"
  | "CFD0902";
/**
 * Exit code of the command line; the JavaScript error carries the same number.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 64 | 65 | 130;
/**
 * What an output is.
 */
export type OutputValue = string | number | boolean | null | OutputValue[];
/**
 * The call that takes back.
 */
export type UndoCommand = "apply" | "destroy" | "rollback";
/**
 * How the entry talks to the runtime.
 */
export type BundleFormat = "es-module" | "service-worker";
/**
 * What happens during a run. New types and fields may come; existing ones keep their meaning within 1.x.
 */
export type DeployEvent =
  | (Diagnostic & {
      type: "diagnostic";
    })
  | (PlannedChange & {
      type: "change";
    })
  | (PlanOverview & {
      type: "plan";
    })
  | {
      type: "start";
      /**
       * Of what.
       */
      address: Address;
    }
  | {
      type: "done";
      /**
       * Of what.
       */
      address: Address;
      /**
       * Milliseconds since its start.
       */
      ms: number;
    }
  | {
      type: "uploaded";
      /**
       * Of what.
       */
      address: Address;
    }
  | {
      type: "wait";
      /**
       * What waits.
       */
      address: string;
      /**
       * Why.
       */
      why: string;
      /**
       * How long, in seconds.
       */
      seconds: number;
    }
  | {
      type: "failed";
      /**
       * Of what.
       */
      address: Address;
      /**
       * Why.
       */
      code: Code;
    };

/**
 * What a run did.
 */
export interface ApplyResult {
  /**
   * The plan that was carried out.
   */
  plan: Plan;
  /**
   * Outputs of all that is there now, as `--outputs FILE` reads them.
   */
  outputs: OutputSet;
  /**
   * By script name; by `account/ID/NAME` where several accounts of the run have one.
   */
  workers: {
    [k: string]: WorkerOutputs;
  };
  /**
   * Addresses whose change took effect.
   */
  done: Address[];
  /**
   * Findings that did not stop the run.
   */
  diagnostics: Diagnostic[];
  /**
   * 6: applied, not visible within `wait`.
   */
  exitCode: 0 | 6;
  /**
   * Version that each upload made, by script name likewise.
   */
  versions: {
    [k: string]: string;
  };
  /**
   * Pages of Cloudflare's dashboard.
   */
  dashboard: string[];
  /**
   * Where a version answers that gets no requests yet, by script name likewise.
   */
  previews?: {
    [k: string]: string;
  };
  /**
   * What takes it back, as far as one command can.
   */
  undo?: Undo;
}
/**
 * What `apply` would do.
 */
export interface Plan {
  /**
   * Version of this format.
   */
  format: "1.0";
  /**
   * Stable over equal changes, values of secrets left out; for `expect`.
   */
  fingerprint: string;
  /**
   * Compared with an empty account.
   */
  offline: boolean;
  /**
   * The manifests it is for.
   */
  manifests: PlannedManifest[];
  /**
   * In the order in which they are made.
   */
  changes: Change[];
  /**
   * Parts of managed resources that the manifest does not name.
   */
  kept: Left[];
  /**
   * Ours, no longer in a manifest: removed only with `prune`.
   */
  orphans: Left[];
  /**
   * Other people's, seen beside ours.
   */
  unmanaged: Left[];
  /**
   * Addresses that the plan deletes, adopts, takes, opens to everybody, puts back to what they were, or whose data it
   * deletes or lets expire: they need `allowDeletes`.
   */
  needsYes: Address[];
  /**
   * Findings; an error among them means 0 writes for the whole run.
   */
  diagnostics: Diagnostic[];
  /**
   * In numbers.
   */
  summary: Summary;
  /**
   * What its findings make of `apply`: 0, 65, 5, 4 or 1.
   */
  exitCode: ExitCode;
  /**
   * Of a `destroy`: everything goes.
   */
  destroys?: boolean;
  /**
   * Those of them in which rules will delete data by age; absent where there are none.
   */
  expires?: Address[];
  /**
   * Those of them that everybody can read then; absent where there are none.
   */
  exposes?: Address[];
  /**
   * Parts of those of them that go with all data in them, such as a class of Durable Objects; absent where there are none.
   */
  loses?: Address[];
  /**
   * Options that would solve all conflicts; absent where none would.
   */
  resolve?: WayOut;
  /**
   * Those of them that go back to what they were before; absent where there are none.
   */
  reverts?: Address[];
}
/**
 * Who a planned manifest is.
 */
export interface PlannedManifest {
  /**
   * What the marks on live resources carry.
   */
  id: string;
  /**
   * `org/env/name`.
   */
  label: string;
  /**
   * Account id.
   */
  account: string;
  /**
   * What it is about: `script:NAME` of a Worker, `kv:TITLE` of a KV namespace.
   */
  address: Address;
  /**
   * Where the code of a Worker comes from: `r2://bucket/key`.
   */
  bundle?: string;
  /**
   * Script name of a Worker.
   */
  script?: string;
  /**
   * Domain name of the zone, when there is one and it could be read; of several, all with commas between them.
   */
  zone?: string;
}
/**
 * One change.
 */
export interface Change {
  /**
   * What it is about, such as `record:api.example.com`.
   */
  address: Address;
  /**
   * Its kind.
   */
  kind: ResourceKind;
  /**
   * What happens.
   */
  action: Action;
  /**
   * Why, as a word that never changes.
   */
  why: Why;
  /**
   * The same for people.
   */
  reason: string;
  /**
   * Addresses that come first.
   */
  needs: Address[];
  /**
   * What differs.
   */
  fields: FieldChange[];
  /**
   * All of it as it was, for `adopt`.
   */
  before?: {
    [k: string]: unknown;
  };
  /**
   * Given where this Worker and others are bound to each other, so that it is written twice: the others that its first
   * write goes without the bindings to.
   */
  firstWithout?: Address[];
  /**
   * The owner that it is taken from.
   */
  from?: string;
  /**
   * Which option an `adopt` needs; nothing where it needs none.
   */
  permit?: Permit;
}
/**
 * One field of a change. Secrets have their names only: what is there stands as `(secret)`.
 */
export interface FieldChange {
  /**
   * Path in the resource, such as `vars.LOG_LEVEL` or `proxied`.
   */
  path: string;
  /**
   * Live value; null when absent.
   */
  old: unknown;
  /**
   * Wanted value; null when it goes away.
   */
  new: unknown;
  /**
   * The values are secret: only the name is told.
   */
  secret: boolean;
  /**
   * The new value is known after the create that makes it.
   */
  later: boolean;
}
/**
 * Something that stays as it is, and why.
 */
export interface Left {
  /**
   * Of what.
   */
  address: Address;
  /**
   * Why, as a word that never changes.
   */
  why: Why;
  /**
   * The same for people.
   */
  reason: string;
  /**
   * Which part of it, when not all.
   */
  path?: string;
}
/**
 * One finding. Lines and columns count from 1, columns in characters.
 */
export interface Diagnostic {
  /**
   * How much it matters.
   */
  severity: Severity;
  /**
   * Stable; `explain(code)` tells more.
   */
  code: Code;
  /**
   * One sentence, lower case, no full stop, user input in backticks.
   */
  message: string;
  /**
   * Address of the resource that it is about, such as `route:a.example.com/*`.
   */
  address?: Address;
  /**
   * Column of the first character.
   */
  column?: number;
  /**
   * Column after the last character.
   */
  endColumn?: number;
  /**
   * Line of the last character.
   */
  endLine?: number;
  /**
   * Name of the source as the caller gave it.
   */
  file?: string;
  /**
   * The way out.
   */
  help?: string;
  /**
   * Line of the first character.
   */
  line?: number;
  /**
   * What those would cost, in words.
   */
  loses?: string;
  /**
   * The command that does what `help` says: its verb, and its words as they are.
   */
  next?: NextCommand;
  /**
   * Options of the call by which `help` is followed.
   */
  options?: CallOption[];
  /**
   * Path of the field that it is about, inside its document, such as `spec.dns.hostname`.
   */
  path?: string;
  /**
   * Permission group whose lack explains it, by Cloudflare's name.
   */
  permission?: string;
  /**
   * Further places, as the first of two that must not both be there.
   */
  related?: RelatedPlace[];
  /**
   * Options that would let the run go on all the same.
   */
  resolve?: WayOut;
}
/**
 * A command of the command line, for whoever prints it to quote.
 */
export interface NextCommand {
  /**
   * Its verb.
   */
  command: string;
  /**
   * Its words after the verb, of whatever origin.
   */
  operands: string[];
}
/**
 * An option of the same call, by its name there, with its value where that is known. `offline` stands for a plan without
 * credentials; `local` is the command line's alone.
 */
export interface CallOption {
  name:
    "secrets" | "values" | "outputs" | "requireSecrets" | "allowEnv" | "overwrite" | "timeoutMs" | "offline" | "local";
  /**
   * A name of the pipeline that a manifest may read, which is its value.
   */
  value?: string;
}
/**
 * A further place that a finding is about, and what is there.
 */
export interface RelatedPlace {
  /**
   * Name of the source as the caller gave it.
   */
  file: string;
  /**
   * Line of the first character.
   */
  line: number;
  /**
   * Column of the first character.
   */
  column: number;
  /**
   * Line of the last character.
   */
  endLine: number;
  /**
   * Column after the last character.
   */
  endColumn: number;
  /**
   * A few words, lower case, as `first given here`.
   */
  label: string;
}
/**
 * Options that would let a refused call go on: spread them over those that it was given.
 */
export interface WayOut {
  /**
   * What nobody marked becomes ours.
   */
  adopt?: Address[];
  /**
   * The yes to what is deleted, adopted or taken.
   */
  allowDeletes?: boolean;
  /**
   * What goes with all data in it.
   */
  deleteData?: Address[];
  /**
   * What somebody else owns becomes ours, or goes.
   */
  take?: Address[];
}
/**
 * How much of what a plan has.
 */
export interface Summary {
  create: number;
  update: number;
  replace: number;
  delete: number;
  adopt: number;
  noop: number;
  /**
   * Requests that were sent to read.
   */
  reads: number;
  /**
   * Requests that `apply` will send to write.
   */
  writes: number;
}
/**
 * Outputs of a run by `Kind/name`. Where several documents of the run have one kind and name, what tells them apart
 * stands before it: `Kind/account/ID/name` in several accounts, `Kind/org/env/name` in one, or
 * `Kind/account/ID/org/env/name`. They are read back so.
 */
export interface OutputSet {
  [k: string]: Outputs;
}
/**
 * Outputs of one resource by their names, such as `script_id`, `route_urls`, `urls`.
 */
export interface Outputs {
  [k: string]: OutputValue;
}
/**
 * Outputs of one Worker, by the names of the original system plus `urls`.
 */
export interface WorkerOutputs {
  /**
   * The script name.
   */
  script_id: string;
  /**
   * Route patterns, sorted.
   */
  route_urls: string[];
  /**
   * Addresses to open, sorted; workers.dev last.
   */
  urls: string[];
}
/**
 * What takes an apply back.
 */
export interface Undo {
  /**
   * Which call it is.
   */
  command: UndoCommand;
  /**
   * Pairs of path and value for the option `set`, in the order of the changes.
   */
  set: [string, string][];
  /**
   * What stays: what was adopted or taken and does not come back so, with what it was; and stores that were made.
   */
  leaves: LeftByUndo[];
  /**
   * SHA-256 of the bundle that was live, which the manifest has to name again.
   */
  bundle?: string;
  /**
   * The version that `rollback` goes back to.
   */
  to?: string;
}
/**
 * Something that the command does not put back.
 */
export interface LeftByUndo {
  /**
   * Of what.
   */
  address: Address;
  /**
   * What it was.
   */
  was: unknown;
  /**
   * Which part of it, when not all.
   */
  path?: string;
}
/**
 * How code is built, by whoever has the files that it is built of.
 */
export interface Build {
  /**
   * For the shell, where the manifest lies.
   */
  command: string;
  /**
   * What it makes, from where the manifest lies.
   */
  output: string;
}
/**
 * Where a document's bundle lies.
 */
export interface BundleTarget {
  /**
   * Index of the document inside its file.
   */
  document: number;
  /**
   * The file.
   */
  file: string;
  /**
   * Account id.
   */
  account: string;
  /**
   * Script name.
   */
  script: string;
  /**
   * Bucket name.
   */
  bucket: string;
  /**
   * Object key.
   */
  key: string;
  /**
   * Path of the scalar that holds the key.
   */
  path: string;
  /**
   * How it is built, where the manifest states that.
   */
  build?: Build;
  /**
   * How the code is written, where the manifest states it.
   */
  format?: BundleFormat;
  /**
   * `eu` or `fedramp`.
   */
  jurisdiction?: string;
  /**
   * Path of the scalar that pins the bytes, where one stands in the file.
   */
  pin?: string;
}
/**
 * One check of `doctor`.
 */
export interface Check {
  /**
   * What was looked at.
   */
  name: string;
  /**
   * It is as it should be.
   */
  ok: boolean;
  /**
   * What was seen.
   */
  detail: string;
  /**
   * Code of what is wrong.
   */
  code?: Code;
  /**
   * The way out.
   */
  help?: string;
  /**
   * The command that does what `help` says.
   */
  next?: NextCommand;
  /**
   * Options of the call by which `help` is followed.
   */
  options?: CallOption[];
  /**
   * Permission group that is missing.
   */
  permission?: string;
}
/**
 * What `doctor` found.
 */
export interface Checkup {
  /**
   * Nothing failed.
   */
  ok: boolean;
  /**
   * One entry a check, in the order in which they matter.
   */
  checks: Check[];
  /**
   * Permission groups that were refused, by Cloudflare's names.
   */
  missing: string[];
  /**
   * Permission groups that the manifest needs and that no read can prove.
   */
  unproven: string[];
  /**
   * The dashboard's form for a token that has all of them.
   */
  link: string;
  /**
   * Of the command line: 0; 4 when credentials or permissions are what is wrong, else 1.
   */
  exitCode: ExitCode;
}
/**
 * A planned change as events tell it: without `needs`, since those were told before it.
 */
export interface PlannedChange {
  /**
   * What it is about, such as `record:api.example.com`.
   */
  address: Address;
  /**
   * Its kind.
   */
  kind: ResourceKind;
  /**
   * What happens.
   */
  action: Action;
  /**
   * Why, as a word that never changes.
   */
  why: Why;
  /**
   * The same for people.
   */
  reason: string;
  /**
   * What differs.
   */
  fields: FieldChange[];
  /**
   * All of it as it was, for `adopt`.
   */
  before?: {
    [k: string]: unknown;
  };
  /**
   * Given where this Worker and others are bound to each other, so that it is written twice: the others that its first
   * write goes without the bindings to.
   */
  firstWithout?: Address[];
  /**
   * The owner that it is taken from.
   */
  from?: string;
  /**
   * Which option an `adopt` needs; nothing where it needs none.
   */
  permit?: Permit;
}
/**
 * A plan in numbers, with all of it that is neither a change nor a finding.
 */
export interface PlanOverview {
  create: number;
  update: number;
  replace: number;
  delete: number;
  adopt: number;
  noop: number;
  /**
   * Requests that were sent to read.
   */
  reads: number;
  /**
   * Requests that `apply` will send to write.
   */
  writes: number;
  /**
   * Stable over equal changes, values of secrets left out; for `expect`.
   */
  fingerprint: string;
  /**
   * The manifests that it is for.
   */
  manifests: PlannedManifest[];
  /**
   * Parts of managed resources that the manifest does not name.
   */
  kept: Left[];
  /**
   * Ours, no longer in a manifest: removed only with `prune`.
   */
  orphans: Left[];
  /**
   * Other people's, seen beside ours.
   */
  unmanaged: Left[];
  /**
   * Addresses that everybody can read then.
   */
  exposes: Address[];
  /**
   * Addresses in which rules will delete data by age.
   */
  expires: Address[];
  /**
   * Addresses that go back to what they were before.
   */
  reverts: Address[];
  /**
   * What its findings make of `apply`.
   */
  exitCode: ExitCode;
  /**
   * Of a `destroy`.
   */
  destroys: boolean;
  /**
   * Parts of resources that go with all data in them.
   */
  loses?: Address[];
}
/**
 * Why a run failed, what it did and what it did not.
 */
export interface Failure {
  /**
   * Of the cause.
   */
  code: Code;
  /**
   * Of the command line for this failure. 3: something was written and not all is done; running again is safe.
   */
  exitCode: ExitCode;
  /**
   * What we tried and what was said.
   */
  message: string;
  /**
   * All findings, the cause among them.
   */
  diagnostics: Diagnostic[];
  /**
   * Addresses whose change took effect.
   */
  done: Address[];
  /**
   * Addresses whose change did not happen.
   */
  notDone: Address[];
  /**
   * Addresses whose change may have taken effect: the request went out, the answer was lost.
   */
  unknown: Address[];
  /**
   * Whether any request went out.
   */
  sent: boolean;
  /**
   * The next command, or what to change.
   */
  help?: string;
  /**
   * Options that would let the same call go on.
   */
  resolve?: WayOut;
}
/**
 * What happened to the Workers of manifests.
 */
export interface History {
  /**
   * By script name; by `account/ID/NAME` where several accounts of the run have one. A Worker that is not there has none.
   */
  workers: {
    [k: string]: WorkerHistory;
  };
}
/**
 * What happened to a Worker.
 */
export interface WorkerHistory {
  /**
   * Account id.
   */
  account: string;
  /**
   * Script name.
   */
  script: string;
  /**
   * It carries the mark of this manifest.
   */
  ours: boolean;
  /**
   * The newest hundred, newest first; and older ones that get requests.
   */
  versions: HistoryVersion[];
}
/**
 * A version, and what became of it.
 */
export interface HistoryVersion {
  /**
   * UUID with hyphens.
   */
  id: string;
  /**
   * Counts from 1; null where Cloudflare does not tell it.
   */
  number: number | null;
  /**
   * RFC 3339, or empty.
   */
  createdOn: string;
  /**
   * E-mail address of who made it, or empty.
   */
  author: string;
  /**
   * By which program: `api`, `wrangler`, `dash`, …; or empty.
   */
  source: string;
  /**
   * What made it: `upload`, `version_upload`, `secret`, …; or empty.
   */
  triggeredBy: string;
  /**
   * We uploaded it: it carries our mark.
   */
  ours: boolean;
  /**
   * How many of a hundred requests it gets now.
   */
  percent: number;
  /**
   * When it got requests, newest first, as far back as Cloudflare tells.
   */
  deployments: HistoryDeployment[];
  /**
   * Digest of code and versioned configuration, of a version that we uploaded: equal ones are the same.
   */
  digest?: string;
  /**
   * What its maker said of it, for people: of ours where the code came from.
   */
  message?: string;
}
/**
 * A deployment of a version.
 */
export interface HistoryDeployment {
  /**
   * UUID.
   */
  id: string;
  /**
   * RFC 3339, or empty.
   */
  createdOn: string;
  /**
   * E-mail address of who deployed it, or empty.
   */
  author: string;
  /**
   * By which program, or empty.
   */
  source: string;
  /**
   * How many of a hundred requests it got.
   */
  percent: number;
  /**
   * What was said of it.
   */
  message?: string;
}
/**
 * What an import says.
 */
export interface Import {
  /**
   * No finding is an error: there is a manifest of each environment.
   */
  ok: boolean;
  /**
   * The manifests, by file and environment.
   */
  manifests: ImportedManifest[];
  /**
   * All findings; what was not taken over is a warning, and a comment in its manifest.
   */
  diagnostics: Diagnostic[];
}
/**
 * A manifest that was made of a configuration.
 */
export interface ImportedManifest {
  /**
   * The configuration.
   */
  file: string;
  /**
   * YAML, with comments.
   */
  text: string;
  /**
   * Its environment; absent: the top level.
   */
  environment?: string;
}
/**
 * A document that was read.
 */
export interface ManifestInfo {
  /**
   * Index among all documents of the run.
   */
  document: number;
  /**
   * Its kind.
   */
  kind:
    "CloudflareWorker" | "CloudflareKvNamespace" | "CloudflareR2Bucket" | "CloudflareQueue" | "CloudflareD1Database";
  /**
   * What the marks will carry.
   */
  id: string;
  /**
   * `metadata.org`.
   */
  org: string;
  /**
   * `metadata.env`.
   */
  env: string;
  /**
   * `metadata.name`.
   */
  name: string;
  /**
   * Account id.
   */
  account: string;
  /**
   * Source that it stands in.
   */
  file: string;
  /**
   * Directory that `spec.assets` names, as it stands there.
   */
  assets?: string;
  /**
   * Directory that `spec.migrations` names, as it stands there.
   */
  migrations?: string;
  /**
   * Script name of a Worker.
   */
  script?: string;
}
/**
 * Outputs of what is deployed.
 */
export interface OutputsResult {
  /**
   * Outputs of all that is there, as `--outputs FILE` reads them.
   */
  outputs: OutputSet;
  /**
   * By script name; by `account/ID/NAME` where several accounts of the run have one.
   */
  workers: {
    [k: string]: WorkerOutputs;
  };
}
/**
 * What was published.
 */
export interface Published {
  /**
   * Bucket name.
   */
  bucket: string;
  /**
   * Object key.
   */
  key: string;
  /**
   * 64 lower-case hex digits.
   */
  sha256: string;
  /**
   * Size of the object.
   */
  bytes: number;
  /**
   * The same bytes were there already.
   */
  existed: boolean;
}
/**
 * What validation says.
 */
export interface Validation {
  /**
   * No finding is an error.
   */
  ok: boolean;
  /**
   * All findings, in the order of the files.
   */
  diagnostics: Diagnostic[];
  /**
   * Documents that could be read.
   */
  manifests: ManifestInfo[];
}
