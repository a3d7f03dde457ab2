/** `cfworker-deploy local` as a process: ready lines, its file, a clean end. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readFile, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { requestHost } from "../../js/local/host-request.js";
import { noteSecret } from "../canaries/index.js";
import { PLAIN, printed, sourceOf, startCli } from "./deploying.js";
import { directoryWith } from "./harness.js";

for (const signal of ["SIGINT", "SIGTERM"]) {
  test(`it serves what was asked for, and ${signal} ends it cleanly`, async () => {
    const directory = await directoryWith({});
    const args = [
      "local",
      "--zone",
      "example.org",
      "--zone",
      "example.net",
      "--kv",
      "visits",
      "--token",
      "ci=Zone Read",
      "--latency",
      "5",
    ];
    const running = startCli(directory, args);
    await printed(running, /Deploy to it/);
    const path = join(directory, ".cfworker-deploy/local.json");
    const state = JSON.parse(await readFile(path, "utf8"));
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    for (const { token } of [state, ...state.tokens]) noteSecret("a token of `cfworker-deploy local`", token);
    assert.deepEqual(Object.keys(state), ["api", "s3", "data", "token", "account", "zones", "keys", "tokens", "pid"]);
    assert.deepEqual(
      state.zones.map(({ name }) => name),
      ["example.org", "example.net"],
    );
    assert.equal(state.tokens[0].name, "ci");
    const headers = { authorization: `Bearer ${state.tokens[0].token}` };
    assert.equal((await fetch(`${state.api}/zones`, { headers })).status, 200);
    assert.equal((await fetch(`${state.api}/accounts/${state.account}/workers/scripts`, { headers })).status, 403);

    const namespaces = `${state.api}/accounts/${state.account}/storage/kv/namespaces`;
    const { result } = await (await fetch(namespaces, { headers: { authorization: `Bearer ${state.token}` } })).json();
    assert.deepEqual(
      result.map(({ title }) => title),
      ["visits"],
    );

    const second = await startCli(directory, ["local"]).ended;
    assert.equal(second.exit, 64);
    assert.match(second.stderr, /already runs/);

    running.child.kill(signal);
    const { exit, stderr } = await running.ended;
    assert.deepEqual([exit, stderr], [0, ""]);
    assert.equal(existsSync(path), false);
    assert.ok(!running.text.stdout.includes(state.token), "the token is in the file only");
  });
}

test("`--zone` takes an international name, and a Worker there is deployed, unchanged, answering and removed", async () => {
  const manifest = `${PLAIN}  dns: {enabled: true, hostname: bücher.example}\n`;
  const directory = await directoryWith({ "worker.yaml": manifest, "index.js": sourceOf("Bücher") });
  const running = startCli(directory, ["local", "--zone", "bücher.example"]);
  await printed(running, /Deploy to it/);
  const { token, data } = JSON.parse(await readFile(join(directory, ".cfworker-deploy/local.json"), "utf8"));
  noteSecret("the token of `cfworker-deploy local`", token);
  const cli = (...args) => startCli(directory, [...args, "--local"]).ended;
  const first = await cli("apply", "worker.yaml", "--bundle", "index.js");
  assert.equal(first.exit, 0, first.stderr);
  const [, host] = /-H 'Host: (\S+)'/.exec(first.stdout + first.stderr);
  assert.equal(host, "xn--bcher-kva.example");
  assert.equal((await requestHost(Number(new URL(data).port), host)).text, "Bücher");
  const second = await cli("plan", "worker.yaml", "--detailed-exitcode");
  assert.equal(second.exit, 0, second.stdout);
  const gone = await cli("destroy", "worker.yaml", "--yes");
  assert.equal(gone.exit, 0, gone.stderr);
  running.child.kill("SIGINT");
  assert.equal((await running.ended).exit, 0);
});

test("what it can't do is exit 64", async () => {
  const directory = await directoryWith({});
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const busy = await startCli(directory, ["local", "--port", String(taken.address().port)]).ended;
  taken.close();
  assert.equal(busy.exit, 64, busy.stderr);
  assert.match(busy.stderr, /port \d+ is taken/);
  for (const args of [
    ["--fault", "nonsense"],
    ["--token", "nameless"],
    ["--token", "ci=No Such Group"],
    ["--port", "80a"],
    ["--latency", "-1"],
  ]) {
    const { exit, stderr } = await startCli(directory, ["local", ...args]).ended;
    assert.equal(exit, 64, `${args}: ${stderr}`);
  }
});

test("it keeps its account with --persist", async () => {
  const directory = await directoryWith({});
  await mkdir(join(directory, "kept"));
  const accounts = [];
  for (let run = 0; run < 2; run += 1) {
    const running = startCli(directory, ["local", "--persist", "kept"]);
    await printed(running, /Deploy to it/);
    accounts.push(JSON.parse(await readFile(join(directory, ".cfworker-deploy/local.json"), "utf8")));
    running.child.kill("SIGTERM");
    assert.equal((await running.ended).exit, 0);
  }
  assert.deepEqual([accounts[0].account, accounts[0].token], [accounts[1].account, accounts[1].token]);
});

test("two that keep their account in one directory: the second one is told who has it", async () => {
  const directory = await directoryWith({});
  const elsewhere = await directoryWith({});
  const kept = join(directory, "kept");
  const first = startCli(directory, ["local", "--persist", kept]);
  await printed(first, /Deploy to it/);
  const { exit, stderr } = await startCli(elsewhere, ["local", "--persist", kept]).ended;
  assert.equal(exit, 64, stderr);
  assert.ok(stderr.includes(`process ${first.child.pid} keeps its account in \`${kept}\` already`), stderr);
  first.child.kill("SIGTERM");
  assert.equal((await first.ended).exit, 0);
});

const PROJECT = process.env.PACKAGED_PROJECT;

test("without miniflare it says how to get it, and ends", {
  skip: !PROJECT && "needs an installed package",
}, async () => {
  const bin = join(PROJECT, "node_modules/cfworker-deploy/js/cli/main.js");
  const { exit, stderr } = await startCli(await directoryWith({}), ["local"], { command: [process.execPath, bin] })
    .ended;
  assert.equal(exit, 64);
  assert.match(stderr, /help: npm i -D miniflare@\d/);
});
