/**
 * A project outside the work tree that has installed the packed package as a user would, so that nothing is found by
 * chance in our own node_modules. `npm test` makes it and removes it.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const PROJECT = process.env.PACKAGED_PROJECT;
if (!PROJECT) throw new Error("these tests need an installed package: run `npm test -- packaging`");

export const INSTALLED = join(PROJECT, "node_modules", "cfworker-deploy");

/** Of the work tree: a program that users bring themselves, as a bundler or the TypeScript compiler. */
export const tool = (path) => fileURLToPath(new URL(`../../node_modules/${path}`, import.meta.url));

/** Writes a file into the project and gives its path. */
export function write(name, text) {
  const path = join(PROJECT, name);
  writeFileSync(path, text);
  return path;
}

/** Runs Node in the project; fails with what it printed. */
export function node(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: PROJECT, encoding: "utf8" });
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}

/** Names of hosts and their A-labels, null where there are none: the engine asks each runtime for them. */
export const HOSTS = JSON.parse(readFileSync(new URL("./hosts.json", import.meta.url), "utf8"));

/** The part of a program that is the same in every runtime: what it answers must be, too. */
export const SHARED = `
const HOSTS = ${JSON.stringify(Object.keys(HOSTS))};

async function hostOf(api, name) {
  const spec = { account_id: "0".repeat(32), worker_name: "a", script_bundle: { bucket: "code", path: "a.js" } };
  const dns = { enabled: true, zone_id: "0".repeat(32), hostname: name };
  const manifest = { apiVersion: "cloudflare.openmcf.org/v1", kind: "CloudflareWorker", metadata: { name: "a" } };
  const text = JSON.stringify({ ...manifest, spec: { ...spec, dns } });
  const plan = await api.plan(text).catch((error) => error);
  const record = plan.changes?.find(({ address }) => address.startsWith("record:"));
  return [name, record ? record.address.slice("record:".length) : plan.diagnostics?.map(({ code }) => code)];
}

export async function answers(api) {
  const text = "apiVersion: cloudflare-worker.planton.dev/v1\\nkind: CloudflareWorker\\nmetadata: {nam: x}\\n";
  const bad = await api.validate(text);
  const parallel = await Promise.all([1, 2, 3].map(() => api.version()));
  const unknown = await api.plan("kind: Nothing").catch((error) => error);
  return {
    names: Object.keys(api).sort(),
    version: await api.version(),
    parallel,
    hosts: await Promise.all(HOSTS.map((name) => hostOf(api, name))),
    schema: JSON.parse(await api.schema()).$schema,
    explained: [await api.explain("CFD0101"), await api.explain("cfd0101"), (await api.explain("CFD9999")) === undefined],
    bad: { ok: bad.ok, codes: bad.diagnostics.map(({ code, line, column }) => [code, line, column].join(":")) },
    rendered: await api.renderDiagnostics(text, bad.diagnostics),
    unknown: [unknown instanceof api.DeployError, unknown.exitCode],
  };
}
`;
