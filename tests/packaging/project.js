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

/** Numbers as a manifest writes them, and their values or the code of the finding: the engine asks each runtime. */
export const NUMBERS = {
  1: 1,
  0.25: 0.25,
  ".5": 0.5,
  "+1.": 1,
  "1e-1": 0.1,
  "0x1": 1,
  "00.5": 0.5,
  1.5: "CFD0106",
  "-1": "CFD0106",
  ".inf": "CFD0106",
  "12345678901234567890123": "CFD0106",
  "1e999": "CFD0103",
  "1.2.3": "CFD0103",
  "1e": "CFD0103",
};

/** The part of a program that is the same in every runtime: what it answers must be, too. */
export const SHARED = `
const HOSTS = ${JSON.stringify(Object.keys(HOSTS))};
const NUMBERS = ${JSON.stringify(Object.keys(NUMBERS))};

/** The plan of a manifest with these lines in its spec, offline; or the error. */
async function planOf(api, lines) {
  const text = \`apiVersion: cloudflare.openmcf.org/v1
kind: CloudflareWorker
metadata: { name: a }
spec:
  account_id: "\${"0".repeat(32)}"
  worker_name: a
  script_bundle: { bucket: code, path: a.js }
  \${lines}\`;
  return await api.plan(text).catch((error) => error);
}

const codesOf = ({ diagnostics }) => diagnostics?.map(({ code }) => code);

async function hostOf(api, name) {
  const dns = { enabled: true, zone_id: "0".repeat(32), hostname: name };
  const plan = await planOf(api, "dns: " + JSON.stringify(dns));
  const record = plan.changes?.find(({ address }) => address.startsWith("record:"));
  return [name, record ? record.address.slice("record:".length) : codesOf(plan)];
}

async function numberOf(api, text) {
  const plan = await planOf(api, "observability: { enabled: true, head_sampling_rate: " + text + " }");
  const field = plan.changes?.[0].fields.find(({ path }) => path === "observability");
  return [text, field ? field.new.head_sampling_rate : codesOf(plan)?.join()];
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
    numbers: await Promise.all(NUMBERS.map((text) => numberOf(api, text))),
    schema: JSON.parse(await api.schema()).$schema,
    explained: [await api.explain("CFD0101"), await api.explain("cfd0101"), (await api.explain("CFD9999")) === undefined],
    bad: { ok: bad.ok, codes: bad.diagnostics.map(({ code, line, column }) => [code, line, column].join(":")) },
    rendered: await api.renderDiagnostics(text, bad.diagnostics),
    picture: await api.renderPlanSvg(await planOf(api, "")),
    unknown: [unknown instanceof api.DeployError, unknown.exitCode],
  };
}
`;
