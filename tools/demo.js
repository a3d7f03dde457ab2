/**
 * `npm run demo`: builds the package, starts Local Cloudflare, deploys examples/hello to it and shows that it answers;
 * runs it again (nothing to do), switches its hostname off, destroys it. Ends with nothing left running.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { CANARIES, noteSecret, noteUse } from "../tests/canaries/index.js";
import { buildPackage } from "./build/index.js";
import { PACKAGE, ROOT } from "./paths.js";
import { main, stage } from "./stage.js";

const CLI = join(PACKAGE, "js", "cli", "main.js");
const HOST = "hello.example.com";
/** The manifest refers to it by its title: somebody has to have made it. */
const NAMESPACE = "hello-visits";
const SECRETS = { HELLO_API_KEY: CANARIES.secret };

await main("demo", async () => {
  await buildPackage();
  const folder = mkdtempSync(join(tmpdir(), "cfworker-deploy-demo-"));
  try {
    await withLocalCloudflare(folder, () => show(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return `${HOST} was deployed, answered, was not touched by a second run, and is gone again; all`;
});

async function show(folder) {
  const manifest = join(folder, "worker.yaml");
  copyFileSync(join(ROOT, "examples", "hello", "worker.yaml"), manifest);
  copyFileSync(join(ROOT, "examples", "hello", "index.js"), join(folder, "index.js"));
  noteSecret("the demo's token", localState(folder).token);
  noteSecret("the demo's S3 key", localState(folder).keys.secretAccessKey);
  const cli = (...args) => runCli(folder, args);
  const step = async (...args) => {
    await cli(...args);
  };

  await stage("publish", () =>
    step("publish", "index.js", "r2://bundles/hello/", "--manifest", "worker.yaml", "--local"),
  );
  await stage("apply", () => step("apply", "worker.yaml", "--local"));
  await stage("the Worker answers", () => expectAnswer(folder, 200));
  noteUse("secret", 1);
  await stage("apply again", async () => {
    const output = await cli("apply", "worker.yaml", "--local");
    if (!output.includes("Nothing to do")) throw new Error("the second apply found something to do");
    return "0 writes";
  });
  await stage("switch the hostname off", async () => {
    writeFileSync(manifest, readFileSync(manifest, "utf8").replace("enabled: true", "enabled: false"));
    await cli("apply", "worker.yaml", "--local", "--yes");
  });
  await stage("the host is gone", () => expectAnswer(folder, 530));
  await stage("destroy", () => step("destroy", "worker.yaml", "--local", "--yes"));
}

/** Runs the command line as a user would, shows what it prints, and resolves to it. */
async function runCli(cwd, args) {
  process.stdout.write(`\n$ cfworker-deploy ${args.join(" ")}\n`);
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: { ...process.env, ...SECRETS },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
      process.stdout.write(text);
    });
  }
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`\`cfworker-deploy ${args.join(" ")}\` ended with ${code}`);
  return output;
}

/** Starts `cfworker-deploy local`, runs `work`, stops it as Ctrl-C would. */
async function withLocalCloudflare(cwd, work) {
  const child = spawn(process.execPath, [CLI, "local", "--kv", NAMESPACE], {
    cwd,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  try {
    await stage("Local Cloudflare", () =>
      Promise.race([ready(child), ended.then(() => Promise.reject(new Error("it did not start")))]),
    );
    await work();
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

async function ready(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    process.stdout.write(`${line}\n`);
    if (line.includes("sites")) break;
  }
  child.stdout.resume();
}

function localState(folder) {
  return JSON.parse(readFileSync(join(folder, ".cfworker-deploy", "local.json"), "utf8"));
}

/** Asks the Worker through its hostname. Node's fetch sends no Host header of ours, so node:http does. */
async function expectAnswer(folder, status) {
  const { data } = localState(folder);
  process.stdout.write(`\n$ curl -H 'Host: ${HOST}' ${data}/\n`);
  const sent = request(data, { headers: { host: HOST } }).end();
  const [answer] = await once(sent, "response");
  let text = "";
  for await (const chunk of answer) text += chunk;
  process.stdout.write(`${text.trim()}\n`);
  if (answer.statusCode !== status) throw new Error(`${HOST} answered ${answer.statusCode} instead of ${status}`);
  return `status ${answer.statusCode}`;
}
