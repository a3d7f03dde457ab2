/**
 * The life of a template: planned as it is, imported, deployed, asked beside `wrangler dev`, planned again; then the same
 * project by wrangler, and both uploads beside each other.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requestHost } from "../../../js/local/host-request.js";
import { startLocalCloudflare } from "../../canaries/local.js";
import { cli } from "../cli.js";
import { startDev } from "../dev.js";
import { wrangler } from "../node24.js";
import { importedIn, pathsOf, told } from "./paths.js";
import { copyTo } from "./templates.js";
import { differences, meaningOf, uploadOf } from "./upload.js";

const BUILT = "built.multipart";
const OVERLAY = "spec:\n  script:\n    bundle: {bucket: bundles, path: built/index.js}\n";

/**
 * @param {import("./templates.js").Template} template
 * @returns {Promise<{ name: string, steps: Record<string, string>, asked: number, reason?: string }>} each step with what
 *   came of it; `reason` says why the first one that failed did
 */
export async function live(template) {
  const name = template.name.replaceAll(/[^a-z0-9]+/g, "-");
  const folder = mkdtempSync(join(tmpdir(), "cfworker-deploy-foreign-"));
  const [ours, theirs] = await Promise.all([start(), start()]);
  const result = { name: template.name, steps: {}, asked: 0 };
  try {
    copyTo(template, folder, name);
    await lead({ template, name, folder, ours, theirs, result });
  } catch (error) {
    result.reason = String(error.message ?? error);
  } finally {
    await Promise.all([ours.close(), theirs.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
  return result;
}

async function start() {
  const local = await startLocalCloudflare({ zones: ["example.com"] });
  local.createBucket("bundles");
  return local;
}

async function lead(life) {
  const { template, folder, ours, result } = life;
  const step = async (what, work) => {
    result.steps[what] = "failed";
    result.steps[what] = (await work()) ?? "yes";
  };
  await step("build", () => build(life));
  const configuration = template.configuration;
  const us = (...words) => run(ours, folder, words);
  await step("plan of the configuration", () => us("plan", configuration).then(() => undefined));
  await step("import", () => us("import", configuration).then(() => undefined));
  await step("deploy", () => us("apply", "worker.yaml", "--yes").then(() => undefined));
  life.sent = ours.requests.all();
  await step("plan after it", async () => {
    for (const file of ["worker.yaml", configuration]) await requireEmpty(await us("plan", file, "--json"), file);
  });
  if (!template.isPython) await step("answers", () => compareAnswers(life));
  await step("upload", () => compareUploads(life));
  await step("taken over", () => takeOver(life));
}

async function build({ template, folder, ours, theirs }) {
  await installDependencies(folder);
  const configuration = readFileSync(join(folder, template.configuration), "utf8");
  for (const [, queue] of configuration.matchAll(/"queue": "([^"]+)"/g)) {
    for (const local of [ours, theirs]) await wrangler(local, folder, ["queues", "create", queue]).catch(() => {});
  }
  if (!/"main":/.test(configuration)) return "assets alone";
  await wrangler(ours, folder, ["deploy", "--dry-run", "--outfile", BUILT]);
  writeFileSync(join(folder, "cfworker.yaml"), OVERLAY);
  await run(ours, folder, ["publish", BUILT, "r2://bundles/built/index.js"]);
}

/** The packages that the code of a template imports; what its project only needs for tests and types stays away. */
async function installDependencies(folder) {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return;
  const { dependencies, devDependencies } = JSON.parse(readFileSync(file, "utf8"));
  const imported = importedIn(folder);
  const needed = Object.entries({ ...devDependencies, ...dependencies }).filter(([name]) => imported.has(name));
  if (needed.length === 0) return;
  const project = { private: true, type: "module", dependencies: Object.fromEntries(needed) };
  writeFileSync(file, JSON.stringify(project));
  const words = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  const child = spawn("npm", words, { cwd: folder, stdio: "ignore" });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error("its dependencies could not be installed");
}

async function run(local, folder, words) {
  const { exit, stdout, stderr } = await cli(local, folder, words, { CLOUDFLARE_ACCOUNT_ID: local.accountId });
  if (exit === 0) return stdout;
  const told = (stderr + stdout).split("\n").find((line) => /^error/.test(line));
  throw new Error(told ?? `\`${words[0]}\` ended with ${exit}: ${stderr}${stdout}`);
}

const eventsOf = (stdout) =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

function changesOf(stdout) {
  return eventsOf(stdout).filter(({ type, action }) => type === "change" && action !== "no-op");
}

function requireEmpty(stdout, file) {
  const changes = changesOf(stdout);
  if (changes.length > 0) throw new Error(`the plan of ${file} is not empty: ${JSON.stringify(changes)}`);
}

async function compareAnswers({ name, folder, ours, result }) {
  const host = `${name}.local.workers.dev`;
  const dev = await startDev(folder);
  const differing = [];
  try {
    for (const path of pathsOf(folder)) {
      const own = told(await ours.request(host, path), host);
      const other = told(await requestHost(dev.port, host, path), host);
      result.asked += 1;
      if (own.status !== other.status || own.text !== other.text) differing.push({ path, own, other });
    }
  } finally {
    await dev.close();
  }
  if (differing.length > 0) throw new Error(`answers differ: ${JSON.stringify(differing)}`);
  return `${result.asked} equal`;
}

/** What wrangler deployed is ours to adopt: the fields that would change are told, and then there is nothing left to do. */
async function takeOver({ template, folder, theirs }) {
  const us = (...words) => run(theirs, folder, words);
  if (existsSync(join(folder, BUILT))) await us("publish", BUILT, "r2://bundles/built/index.js");
  const refused = await cli(theirs, folder, ["plan", "worker.yaml", "--json"], {
    CLOUDFLARE_ACCOUNT_ID: theirs.accountId,
  });
  const addresses = new Set(eventsOf(refused.stdout).flatMap(({ resolve }) => resolve?.adopt ?? []));
  const adopt = [...addresses].flatMap((address) => ["--adopt", address]);
  const planned = changesOf(await us("plan", "worker.yaml", "--json", ...adopt));
  const fields = planned.flatMap(({ address, fields }) => fields.map(({ path }) => `${address} ${path}`));
  await us("apply", "worker.yaml", "--yes", ...adopt);
  for (const file of ["worker.yaml", template.configuration]) requireEmpty(await us("plan", file, "--json"), file);
  return fields.length === 0 ? "without a difference" : `differs in ${fields.join(", ")}`;
}

async function compareUploads({ name, folder, sent, theirs }) {
  const own = uploadOf(sent, name);
  await wrangler(theirs, folder, ["deploy"]);
  const other = uploadOf(theirs.requests.all(), name);
  const found = differences(meaningOf(own), meaningOf(other));
  if (found.length > 0) throw new Error(`the uploads differ: ${found.join("; ")}`);
  return "equal";
}
