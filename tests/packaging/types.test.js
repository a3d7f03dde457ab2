/** The types of the installed package, as a strict TypeScript project sees them. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { PROJECT, tool, write } from "./project.js";

const STRICT = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--lib", "es2022,dom"];

function compile(name, text, ...options) {
  const args = [tool("typescript/bin/tsc"), ...STRICT, ...options, write(name, text)];
  return spawnSync(process.execPath, args, { cwd: PROJECT, encoding: "utf8" }).stdout;
}

const USE = `
import { apply, DeployError, destroy, explain, outputs, plan, publish, schema, validate, version } from "cfworker-deploy";

export async function deploy(manifest: string, apiToken: string): Promise<string[]> {
  const { ok, diagnostics } = await validate(manifest);
  if (!ok) return diagnostics.map(({ code, message }) => code + message);
  const controller = new AbortController();
  const planned = await plan(manifest, { apiToken }, { signal: controller.signal });
  try {
    await apply(manifest, { apiToken, secrets: { KEY: "value" } }, { expect: planned.fingerprint, fetch });
    await outputs(manifest, { apiToken });
    await publish(new Uint8Array(), { bucket: "bundles", key: "hello/" }, { apiToken, accountId: "id" });
    await destroy(manifest, { apiToken }, { allowDeletes: true });
  } catch (error) {
    if (error instanceof DeployError) return [error.code, ...error.done, ...error.notDone, ...error.unknown];
  }
  return [await version(), await schema(), String(await explain("CFD0001"))];
}
`;

for (const [module, moduleResolution] of [
  ["nodenext", "nodenext"],
  ["esnext", "bundler"],
]) {
  test(`a program compiles with module resolution ${moduleResolution}`, () => {
    assert.equal(compile("use.ts", USE, "--module", module, "--moduleResolution", moduleResolution), "");
  });
}

test("a CommonJS program compiles", () => {
  const text = `import deploy = require("cfworker-deploy"); export const result: Promise<string> = deploy.version();`;
  assert.equal(compile("use.cts", text, "--module", "nodenext"), "");
});

test("Local Cloudflare has types", () => {
  const text = `import { startLocalCloudflare } from "cfworker-deploy/local";
    const local = await startLocalCloudflare({ zones: ["example.com"] });
    export const url: string = local.apiUrl; await local.close();`;
  assert.equal(compile("local.mts", text, "--module", "nodenext"), "");
});

const NAMES = `
import {
  apply, bundleTargets, DeployError, destroy, doctor, explain, history, importManifests, outputs, pack, plan, promote, publish, renderCheckup,
  renderDiagnostics, renderError, renderHistory, renderPlan, renderPlanMermaid, renderPlanSvg, rollback, schema, setValue,
  validate, version,
} from "cfworker-deploy";
import type {
  Action, ApplyResult, BundleTarget, CallOption, Change, Checkup, Credentials, DeployEvent, DestroyOptions, Diagnostic,
  FieldChange, History, Import, ImportedManifest, Left, Manifest, ManifestDocument, ManifestInfo, NextCommand, Options, Outputs, OutputSet, OutputsResult,
  OutputValue, Plan, PlannedManifest, PromoteOptions, Published, PublishTarget, R2Credentials, RelatedPlace,
  RollbackOptions, Source, Style, Summary,
  Undo, Validation, WayOut, WorkerManifest, WorkerOutputs,
} from "cfworker-deploy";

export const calls = [
  apply, bundleTargets, destroy, doctor, explain, history, importManifests, outputs, pack, plan, promote, publish, renderCheckup, renderDiagnostics,
  renderError, renderHistory, renderPlan, renderPlanMermaid, renderPlanSvg, rollback, schema, setValue, validate, version,
];
export type Taken = [
  Credentials, DestroyOptions, Manifest, ManifestDocument, Options, PromoteOptions, PublishTarget, R2Credentials,
  RollbackOptions, Source, Style,
  WorkerManifest,
];
export type Told = [BundleTarget, FieldChange, History, Import, ImportedManifest, ManifestInfo, NextCommand, Outputs, Published, RelatedPlace, Validation];

export function told({ changes, kept, manifests, resolve, summary, exitCode }: Plan): string[] {
  const action: Action[] = changes.map((change: Change) => change.action);
  const why: string[] = [...changes, ...kept].map((some: Change | Left) => some.why + some.reason + some.address);
  const zones = manifests.flatMap(({ zone, script = "" }: PlannedManifest) => [zone ?? "", script]);
  const { create, noop, writes }: Summary = summary;
  const wayOut: Options = { ...resolve };
  return [...action, ...why, ...zones, String(create + noop + writes + exitCode), ...(wayOut.adopt ?? [])];
}

export function heard(event: DeployEvent): string | undefined {
  switch (event.type) {
    case "diagnostic":
      return event.help;
    case "change":
      return event.fields.map(({ path, old, new: value, secret, later }) => [path, old, value, secret, later]).join();
    case "plan":
      return event.fingerprint + event.destroys + event.manifests.length + event.adopt;
    case "wait":
      return event.why + event.seconds;
    case "done":
      return event.address + event.ms;
    case "failed":
      return event.code;
    case "start":
    case "uploaded":
      return event.address;
  }
}

export function findings(diagnostics: Diagnostic[]): (string | undefined)[] {
  return diagnostics.flatMap(({ code, severity, options = [], next, related = [], line = 0, resolve }) => [
    code, severity, ...options.map((option: CallOption) => option.name + (option.value ?? "")), next?.command,
    ...related.map(({ label, endLine }) => label + endLine), String(line), ...((resolve as WayOut)?.take ?? []),
  ]);
}

export function results(applied: ApplyResult, { outputs }: OutputsResult, { checks }: Checkup): unknown[] {
  const later: Options = { outputs: { ...applied.outputs, "Kind/name": { text: "a", many: ["b", 1, null] } } };
  const given: OutputSet = outputs;
  const value: OutputValue | undefined = given["Kind/name"]?.["text"];
  const urls = Object.values(applied.workers).flatMap((worker: WorkerOutputs) => worker.urls);
  const undo: Undo | undefined = applied.undo;
  const pairs = undo?.set.map(([path, text]) => path + text);
  return [later, value, urls, pairs, applied.exitCode === 6, checks.map(({ name, ok, detail }) => name + ok + detail)];
}

export function failed(code: string, diagnostics: Diagnostic[], help: string | undefined): DeployError {
  const error = new DeployError({ code, message: "a", exitCode: 3, help, diagnostics, done: ["script:a"], sent: true });
  const { name, unknown, notDone, resolve }: DeployError = error;
  return new DeployError({ code: name, message: [...unknown, ...notDone].join(), resolve, cause: error });
}
`;

test("a program with every name of 0.1.0, and their members, compiles", () => {
  const options = ["--module", "nodenext", "--noUncheckedIndexedAccess", "--noPropertyAccessFromIndexSignature"];
  assert.equal(compile("names.ts", NAMES, ...options), "");
});

test("a code, a reason and an action are words that the compiler knows", () => {
  const text = `import type { Diagnostic, Plan } from "cfworker-deploy";
    export function words({ code }: Diagnostic, { changes: [first] }: Plan) {
      return [code === "CFD0502", first?.why === "not-found", first?.action === "no-op", WRONG];
    }`;
  const compared = ['code === "CFD9999"', 'first?.why === "not-fund"', 'first?.action === "noop"'];
  const wrong = compared.map((line) => `\n// @ts-expect-error\n${line}`).join();
  assert.equal(compile("words.ts", text.replace("WRONG", wrong), "--module", "nodenext"), "");
});

test("a misspelt option does not compile", () => {
  const text = `import { plan } from "cfworker-deploy"; void plan("", { apiTokn: "x" });`;
  assert.match(compile("misspelt.ts", text, "--module", "nodenext"), /apiTokn/);
});
