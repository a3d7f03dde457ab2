import assert from "node:assert/strict";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { test } from "node:test";
import { credentialsFrom } from "../../js/cli/environment.js";
import { findLocal, localCredentials, removeLocal, runsIn, writeLocal } from "../../js/cli/local-state.js";
import { readSecrets, secretsFrom } from "../../js/cli/secrets.js";
import { startCli } from "./deploying.js";
import { directoryWith } from "./harness.js";

test("a token wins over a key, an empty variable is unset", () => {
  const key = { CLOUDFLARE_API_KEY: "k", CLOUDFLARE_EMAIL: "e@example.com" };
  assert.deepEqual(credentialsFrom({ ...key, CLOUDFLARE_API_TOKEN: "t" }), { apiToken: "t" });
  assert.deepEqual(credentialsFrom({ ...key, CLOUDFLARE_API_TOKEN: "" }), { apiKey: "k", email: "e@example.com" });
  assert.deepEqual(credentialsFrom({}), {});
});

test("each name has its fall-back", () => {
  const { baseUrl, accountId, fingerprintKey } = credentialsFrom({
    CLOUDFLARE_BASE_URL: "https://b",
    CLOUDFLARE_ACCOUNT_ID: "a",
    CFWORKER_FINGERPRINT_KEY: "f",
  });
  assert.deepEqual([baseUrl, accountId, fingerprintKey], ["https://b", "a", "f"]);
  assert.equal(credentialsFrom({ CLOUDFLARE_BASE_URL: "b", CLOUDFLARE_API_BASE_URL: "a" }).baseUrl, "a");
});

test("R2 keys win over AWS keys as a pair, an endpoint may stand alone", () => {
  const aws = {
    AWS_ACCESS_KEY_ID: "ai",
    AWS_SECRET_ACCESS_KEY: "as",
    AWS_SESSION_TOKEN: "at",
    AWS_ENDPOINT_URL_S3: "https://s3",
  };
  assert.deepEqual(credentialsFrom(aws).r2, {
    accessKeyId: "ai",
    secretAccessKey: "as",
    sessionToken: "at",
    endpoint: "https://s3",
  });
  const both = { ...aws, R2_ACCESS_KEY_ID: "ri", R2_SECRET_ACCESS_KEY: "rs", R2_ENDPOINT: "https://r2" };
  assert.deepEqual(credentialsFrom(both).r2, { accessKeyId: "ri", secretAccessKey: "rs", endpoint: "https://r2" });
  assert.deepEqual(credentialsFrom({ ...aws, R2_ACCESS_KEY_ID: "ri" }).r2, {
    accessKeyId: "ri",
    endpoint: "https://s3",
  });
  assert.deepEqual(credentialsFrom({ R2_ENDPOINT: "https://r2" }).r2, { endpoint: "https://r2" });
});

test("half of a pair of credentials is told", async () => {
  const manifest = `apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata: {name: plain}
spec:
  account_id: ${"0".repeat(32)}
  worker_name: plain
  script_bundle: {bucket: bundles, path: plain/v1.js}
`;
  const directory = await directoryWith({ "worker.yaml": manifest });
  for (const env of [{ CLOUDFLARE_API_KEY: "canary-free" }, { CLOUDFLARE_EMAIL: "e@example.com" }]) {
    const { exit, stderr } = await startCli(directory, ["plan", "worker.yaml"], { env }).ended;
    assert.equal(exit, 4, stderr);
    assert.match(stderr, /error\[CFD0403\]/);
  }
});

test("this tool's own credentials are never candidates for a secret", () => {
  const env = {
    CLOUDFLARE_API_TOKEN: "t",
    R2_X: "1",
    AWS_Y: "2",
    CFWORKER_Z: "3",
    API_KEY: "k",
    MAIN__DB_URL: "u",
    EMPTY: "",
  };
  // A pipeline's secret that does not exist arrives as an empty text.
  assert.deepEqual(secretsFrom(env), { API_KEY: "k", MAIN__DB_URL: "u" });
  assert.deepEqual(secretsFrom(env, ["AWS_Y"]), { AWS_Y: "2", API_KEY: "k", MAIN__DB_URL: "u" });
});

test("secrets: a file wins over standard input, that over the environment; dotenv and JSON", async () => {
  const cwd = await directoryWith({
    ".env": '\ufeffA=file\n# comment\nQUOTED="two words"\n',
    "s.json": '{"main/db":"json","B":"json"}',
  });
  const context = {
    cwd,
    env: { A: "env", B: "env", C: "env", D: "env" },
    stdin: Readable.from([Buffer.from('{"A":"in","C":"in"}')]),
  };
  const secrets = await readSecrets(context, { secretsFile: ["-", ".env", "s.json"] });
  assert.deepEqual(secrets, { A: "file", B: "json", C: "in", D: "env", QUOTED: "two words", "main/db": "json" });
});

test("a broken secrets file is refused without a word of what it holds", async () => {
  const cwd = await directoryWith({ "bad.json": '{"A": canary-4711}', "number.json": '{"PIN": 4711}', utf16: "" });
  const context = { cwd, env: {} };
  for (const file of ["bad.json", "number.json"]) {
    await assert.rejects(readSecrets(context, { secretsFile: [file] }), ({ exitCode, message, help }) => {
      assert.equal(exitCode, 64);
      assert.doesNotMatch(`${message}${help}`, /4711/);
      return true;
    });
  }
  await assert.rejects(readSecrets(context, { secretsFile: ["absent.env"] }), {
    exitCode: 64,
    message: "cannot read `absent.env`: there is no such file",
  });
});

async function listening() {
  const server = createServer((socket) => socket.destroy());
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

const stateAt = (url) => ({
  api: `${url}/client/v4`,
  s3: url,
  data: url,
  token: "t",
  account: "a",
  zones: [],
  keys: { accessKeyId: "i", secretAccessKey: "s" },
  tokens: [],
  pid: process.pid,
});

test("the nearest local.json upwards is used, private to its owner, and removed by its own process only", async () => {
  const server = await listening();
  const directory = await directoryWith({});
  const path = await writeLocal(directory, stateAt(server.url));
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  await mkdir(join(directory, "a/b"), { recursive: true });
  const found = await findLocal(join(directory, "a/b"));
  const credentials = { apiToken: "t", accountId: "a", baseUrl: `${server.url}/client/v4` };
  assert.deepEqual(localCredentials(found), {
    ...credentials,
    r2: { accessKeyId: "i", secretAccessKey: "s", endpoint: server.url },
  });
  assert.equal(await runsIn(directory), true);
  await removeLocal(path, process.pid + 1);
  assert.match(await readFile(path, "utf8"), /"pid"/);
  await removeLocal(path, process.pid);
  await assert.rejects(readFile(path), { code: "ENOENT" });
  await server.close();
});

test("no local.json, a dead one, one that points elsewhere: exit 64 with the command", async () => {
  const directory = await directoryWith({});
  const help = "start it: cfworker-deploy local";
  await assert.rejects(findLocal(directory), { exitCode: 64, help });
  const server = await listening();
  await writeLocal(directory, stateAt(server.url));
  await server.close();
  await assert.rejects(findLocal(directory), { exitCode: 64, help });
  await writeLocal(directory, { ...stateAt("http://127.0.0.1:1"), pid: 2 ** 22 + 1 });
  await assert.rejects(findLocal(directory), { exitCode: 64, help });
  await writeLocal(directory, stateAt("https://api.cloudflare.example"));
  await assert.rejects(findLocal(directory), { exitCode: 64, message: /is not on this machine/ });
  await writeFile(join(directory, ".cfworker-deploy/local.json"), "{");
  await assert.rejects(findLocal(directory), { exitCode: 64, help });
});
