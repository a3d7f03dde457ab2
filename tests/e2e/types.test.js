/** What the calls really answer beside js/answers.d.ts: TypeScript takes it as a literal, without a field too many or too few. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadAll } from "js-yaml";
import {
  bundleTargets,
  doctor,
  history,
  importManifests,
  outputs,
  publish,
  validate,
} from "../../pkg/js/entrypoints/node.js";
import { createSite, manifestOf, ZONE } from "./site.js";

const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const STRICT = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--lib", "es2022,dom"];

/** The types of what is told, and of documents. */
const TYPES =
  "ApplyResult, BundleTarget, Checkup, DeployEvent, Diagnostic, Failure, History, Import, ManifestDocument, OutputsResult, Plan, Published, Validation";

/** A plan as the planner makes it, before the call adds what it knows. */
const PLANNED = 'Omit<Plan, "format" | "fingerprint" | "summary" | "exitCode">';

/** What a failure tells, as the engine told it. */
function failureOf({ code, exitCode, message, help, diagnostics, done, notDone, unknown, sent, resolve }) {
  const told = { code, exitCode, message, diagnostics, done, notDone, unknown, sent, resolve };
  return help === undefined ? told : { ...told, help };
}

describe("types", () => {
  let site;
  let folder;
  const values = [];
  const keep = (type, value) => {
    values.push([type, value]);
    return value;
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "types-"));
    site = await createSite();
    await site.bundle("shop");
    const manifest = manifestOf(site, { env: { variables: { TEXT: "a" }, secrets: { KEY: "b" } } });
    keep("Validation", await validate(manifest));
    keep("Validation", await validate(manifestOf(site, { worker_name: 1, nobody: true })));
    keep("Plan", await site.plan(manifest));
    const events = [];
    const onEvent = (event) => events.push(event);
    keep("ApplyResult", await site.apply(manifest, { options: { onEvent } }));
    await site.apply(manifest, { options: { onEvent } });
    keep("OutputsResult", await outputs(manifest, site.credentials));
    keep("History", await history(manifest, site.credentials));
    keep("Checkup", await doctor(manifest, site.credentials));
    keep("BundleTarget[]", await bundleTargets(manifest));
    const text = '{ "name": "shop", "main": "index.js", "keep_vars": true, "env": { "production": {} } }';
    keep("Import", await importManifests({ name: "wrangler.jsonc", text }, { accountId: "0".repeat(32) }));
    const target = { bucket: "bundles", key: "types/", accountId: site.local.accountId };
    keep("Published", await publish(Buffer.from("export default {}"), target, site.credentials));

    // Somebody else's work, a route of theirs, and what left the manifest.
    site.foreign.dashboardDeploy("shop");
    const moved = { ...manifest.spec, dns: { enabled: true, zone_id: site.zone, hostname: `new.${ZONE}` } };
    const conflict = keep("Plan", await site.plan({ ...manifest, spec: moved }));
    assert.equal(conflict.exitCode, 5);
    await assert.rejects(site.apply(manifest, { options: { onEvent } }), (error) => {
      assert.equal(keep("Failure", failureOf(error)).code, "CFD0503");
      return true;
    });
    const { value } = site.local.addToken({ name: "narrow", permissionGroups: ["Zone Read"] });
    await assert.rejects(site.plan(manifest, { creds: { apiToken: value } }), ({ diagnostics }) => {
      assert.ok(keep("Diagnostic[]", diagnostics).some(({ permission }) => permission));
      return true;
    });
    keep("Checkup", await doctor(manifest, { ...site.credentials, apiToken: value }));
    const take = ["script:shop"];
    keep("Plan", await site.destroy(manifest, { options: { take, dryRun: true } }));
    keep("ApplyResult", await site.destroy(manifest, { options: { take, onEvent } }));
    for (const type of ["plan", "change", "start", "done", "diagnostic"]) {
      assert.ok(
        events.some((event) => event.type === type),
        `no event of type ${type} was heard`,
      );
    }
    keep("DeployEvent[]", events);
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await site.close();
  });

  /** What the compiler says to these values as literals of their types. */
  function compiled(list) {
    const text = list.map(([type, value], at) => `export const value${at}: ${type} = ${JSON.stringify(value)};\n`);
    return compiledText(`import type { ${TYPES} } from ${JSON.stringify(path("js/index.js"))};\n${text.join("")}`);
  }

  function compiledText(text) {
    const file = join(folder, "values.ts");
    writeFileSync(file, text);
    const args = [path("node_modules/typescript/bin/tsc"), ...STRICT, "--module", "esnext"];
    const options = { cwd: folder, encoding: "utf8" };
    return spawnSync(process.execPath, [...args, "--moduleResolution", "bundler", file], options).stdout;
  }

  test("every answer and event is what its type says", () => assert.equal(compiled(values), ""));

  test("every manifest and every plan of the planner's specs is one to the compiler, whatever its reasons", () => {
    const specs = path("tests/specs/plan");
    const read = (name, file) => readFileSync(join(specs, name, file), "utf8");
    const documents = readdirSync(specs).flatMap((name) => loadAll(read(name, "manifest.yaml")));
    const plans = readdirSync(specs).map((name) => JSON.parse(read(name, "plan.json")).plan);
    const reasons = new Set(plans.flatMap(({ changes }) => changes.map(({ why }) => why)));
    assert.ok(documents.length > 100 && reasons.size > 20);
    const told = plans.map((plan) => [PLANNED, plan]);
    assert.equal(compiled([...documents.map((document) => ["ManifestDocument", document]), ...told]), "");
  });

  test("a call takes text and documents; a promise, a function, a Map, a Buffer and a misspelt key don't compile", () => {
    const calls = `
import { apply, destroy, plan, validate } from ${JSON.stringify(path("js/index.js"))};
import type { KvNamespaceManifest, Manifest, ManifestDocument, QueueManifest, R2BucketManifest, WorkerManifest } from ${JSON.stringify(path("js/index.js"))};
const apiVersion = "cloudflare.project-planton.org/v1";
const metadata = { name: "shop", org: "acme", env: "prod" };
const worker: WorkerManifest = { apiVersion, kind: "CloudflareWorker", metadata, spec: { worker_name: "shop" } };
const store: KvNamespaceManifest = { apiVersion, kind: "CloudflareKvNamespace", metadata, spec: { namespace_name: "visits" } };
const bucket: R2BucketManifest = { apiVersion, kind: "CloudflareR2Bucket", metadata, spec: { bucket_name: "objects" } };
const queue: QueueManifest = { apiVersion, kind: "CloudflareQueue", metadata, spec: { queue_name: "orders" } };
const documents: ManifestDocument[] = [worker, store, bucket, queue];
const named = { name: "worker.yaml", text: "kind: CloudflareWorker" };
declare const parsed: unknown;
const taken: Manifest[] = ["kind: CloudflareWorker", worker, documents, named, [worker, named, ""], parsed as ManifestDocument];
for (const manifest of taken) void [validate(manifest), plan(manifest, {}), apply(manifest, {}), destroy(manifest, {})];
`;
    const refused = [
      ...["Promise.resolve('')", "() => ''", "new Map()", "new Uint8Array()", "new Date()", "undefined", "{}", "7"],
      ...[
        "{ apiVersion, kind: 'CloudflareWorkers', metadata, spec: {} }",
        "[new Map()]",
        "{ apiVersion, kind: 'CloudflareWorker', metadata, spec: { worker_nam: 'shop' } }",
      ],
    ];
    const lines = refused.flatMap((value) =>
      ["validate(X)", "plan(X, {})", "apply(X, {})", "destroy(X, {})"].map((call) => call.replace("X", value)),
    );
    // A line that compiles after all is an error, too.
    const text = calls + lines.map((line) => `// @ts-expect-error\nvoid ${line};\n`).join("");
    assert.equal(compiledText(text), "");
    assert.match(compiledText(`${text}// @ts-expect-error\nvoid plan(worker, {});\n`), /Unused '@ts-expect-error'/);
  });

  test("a field that no type names, and one that is missing, would be found", () => {
    const [, plan] = values.find(([type]) => type === "Plan");
    const { fingerprint, ...less } = plan;
    const more = { ...plan, manifests: [{ ...plan.manifests[0], extra: 1 }] };
    const [extra, missing, ...others] = compiled([
      ["Plan", more],
      ["Plan", less],
    ]).match(/error .*/g);
    assert.match(extra, /"extra"' does not exist/);
    assert.match(missing, /'fingerprint' is missing/);
    assert.deepEqual(others, []);
  });
});
