/** The command line with the real engine against Local Cloudflare: one story, told in order. */

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { assertClean } from "../canaries/index.js";
import { BIN, CANARY, createSite, eventsOf, printed, startCli } from "./deploying.js";

const HOST = "hello.example.com";

/** What every run must hold, whatever it did. */
function assertTidy({ stdout, stderr }) {
  const text = stdout + stderr;
  assert.doesNotMatch(text, /\p{Cc}(?<!\n)/u, "control characters off a terminal");
  assertClean(text, "the output");
  assert.doesNotMatch(text, /Warning:/);
}

describe("a Worker's life", { concurrency: false }, () => {
  let site;
  before(async () => {
    site = await createSite();
  });
  after(() => site.close());

  const run = async (...args) => {
    site.cloudflare.requests.clear();
    const result = await site.cli(...args, "--local");
    assertTidy(result);
    return result;
  };
  const writes = () => site.cloudflare.requests.all().filter(({ method }) => method !== "GET" && method !== "HEAD");

  test("validate finds everything at its place and sends nothing", async () => {
    await writeFile(
      join(site.directory, "bad.yaml"),
      "kind: CloudflareWorker\nmetadata: {nam: x}\nspec: {workers_dev: 7}\n",
    );
    const bad = await run("validate", "bad.yaml");
    assert.equal(bad.exit, 65);
    assert.equal(bad.stdout, "");
    assert.match(bad.stderr, /--> bad\.yaml:2:12[\s\S]*`name`/);
    assert.match(bad.stderr, /--> bad\.yaml:3:21/);
    assert.equal((await run("validate", "worker.yaml")).exit, 0);
    assert.equal(site.cloudflare.requests.all().length, 0);
  });

  test("apply --bundle publishes, writes the path with its comment, deploys; the Worker answers", async () => {
    const { exit, stdout, stderr } = await run("worker.yaml", "--bundle", "index.js");
    assert.equal(exit, 0, stderr);
    assert.equal(stdout, `https://${HOST}/\n`);
    assert.match(stderr, /published: r2:\/\/bundles\/hello\/[0-9a-f]{12}\.js\n/);
    assert.match(stderr, /^hello {2}\(account [0-9a-f]{4}…[0-9a-f]{4}, zone example\.com\)\n/m);
    assert.match(stderr, /\+ create {2}record {2}hello\.example\.com/);
    assert.match(stderr, / {2}ok {4}script {3}hello created +\d+\.\d s\n/);
    assert.match(
      stderr,
      /Done in \d+\.\d s: 3 created\.\nTry: {3}curl -H 'Host: hello\.example\.com' http:\/\/127\.0\.0\.1:\d+\/\nUndo: {2}cfworker-deploy destroy worker\.yaml --local\n$/,
    );
    assert.match(await readFile(join(site.directory, "worker.yaml"), "utf8"), /path: hello\/[0-9a-f]{12}\.js # `apply/);
    const { status, text } = await site.cloudflare.request(HOST, "/");
    assert.equal(status, 200);
    assert.equal(JSON.parse(text).secret, `set, ${CANARY.length} characters`);
  });

  test("--wait asks the Worker through its hostname, on this machine", async () => {
    const { exit, stderr } = await run("apply", "worker.yaml", "--wait");
    assert.equal(exit, 0, stderr);
    const visits = site.cloudflare.requests.all().filter(({ surface }) => surface === "data");
    assert.deepEqual(
      visits.map(({ method, path }) => `${method} ${path}`),
      ["GET /"],
    );
  });

  test("again: nothing to do, no write, no second plan text", async () => {
    const { exit, stdout, stderr } = await run("apply", "worker.yaml");
    assert.equal(exit, 0);
    assert.equal(stdout, `https://${HOST}/\n`);
    assert.equal(stderr.match(/Nothing to do/g).length, 1);
    assert.deepEqual(writes(), []);
  });

  test("another bundle, and the undo that is printed brings the old one back", async () => {
    await writeFile(join(site.directory, "two.js"), "export default { fetch: () => new Response('two') };");
    const { exit, stderr } = await run("apply", "worker.yaml", "--bundle", "two.js");
    assert.equal(exit, 0, stderr);
    assert.equal((await site.cloudflare.request(HOST, "/")).text, "two");
    const [, undo] = /Undo: {2}cfworker-deploy (apply worker\.yaml --set \S+=hello\/[0-9a-f]{12}\.js) --local\n$/.exec(
      stderr,
    );
    assert.equal((await run(...undo.split(" "))).exit, 0);
    assert.match((await site.cloudflare.request(HOST, "/")).text, /visits/);
    assert.equal((await run("apply", "worker.yaml", "--bundle", "index.js")).exit, 0);
  });

  test("another variable, the undo that is printed, and both in GITHUB_STEP_SUMMARY", async () => {
    const summary = join(site.directory, "summary.md");
    const env = { GITHUB_STEP_SUMMARY: summary };
    const greeting = async () => JSON.parse((await site.cloudflare.request(HOST, "/")).text).greeting;
    const changed = ["apply", "worker.yaml", "--local", "--set", "spec.env.variables.GREETING=it's"];
    const { exit, stderr } = await startCli(site.directory, changed, { env }).ended;
    assert.equal(exit, 0, stderr);
    assert.match(await greeting(), /^it's from/);
    const [, undo] = /Undo: {2}cfworker-deploy (.*)\n$/.exec(stderr);
    assert.equal((await startCli(site.directory, undo.split(" "), { env }).ended).exit, 0);
    assert.match(await greeting(), /^Hello from/);
    const text = await readFile(summary, "utf8");
    assert.equal(text.match(/^\| update \| `script:hello` \|/gm).length, 2);
    assertClean({ stdout: text, stderr: "" }, site);
  });

  test("an empty variable of the environment is no secret: the live one is kept", async () => {
    const { exit, stderr } = await startCli(site.directory, ["worker.yaml", "--local"], {
      env: { HELLO_API_KEY: "" },
    }).ended;
    assert.equal(exit, 0, stderr);
    assert.match(stderr, /kept, not checked/);
  });

  test("plan --detailed-exitcode, --out and apply --plan", async () => {
    assert.equal((await run("plan", "worker.yaml", "--detailed-exitcode")).exit, 0);
    const changed = ["worker.yaml", "--set", "spec.env.variables.GREETING=Moin"];
    const { exit, stdout } = await run("plan", ...changed, "--detailed-exitcode", "--out", "plan.json");
    assert.equal(exit, 2);
    assert.match(stdout, /~ update {2}script {2}hello[\s\S]*GREETING {2}"Hello" -> "Moin"/);
    const plan = JSON.parse(await readFile(join(site.directory, "plan.json"), "utf8"));
    assert.deepEqual([plan.format, plan.summary.update], ["1.0", 1]);
    assertClean(await readFile(join(site.directory, "plan.json")), "a saved plan");
    const moved = await run("apply", "worker.yaml", "--set", "spec.env.variables.GREETING=Ahoy", "--plan", "plan.json");
    assert.equal(moved.exit, 5);
    assert.match(moved.stderr, /moved since the plan was saved: script:hello/);
    assert.deepEqual(writes(), []);
    assert.equal((await run("apply", ...changed, "--plan", "plan.json")).exit, 0);
    assert.match((await site.cloudflare.request(HOST, "/")).text, /Moin/);
  });

  test("--json: version first, result last", async () => {
    const applied = await run("apply", "worker.yaml", "--json");
    assert.equal(applied.stderr, "");
    const events = eventsOf(applied);
    assert.deepEqual([events[0].type, events[0].ui, events.at(-1).type], ["version", "1.0", "result"]);
    const { create, update, noop, fingerprint, reads, writes } = events.find(({ type }) => type === "plan");
    assert.deepEqual([create, update, noop, writes], [0, 1, 2, 1]);
    assert.match(fingerprint, /^[0-9a-f]{16}$/);
    assert.ok(reads > 0);
    assert.deepEqual(
      events.filter(({ type }) => type === "start" || type === "done").map(({ type, address }) => `${type} ${address}`),
      ["start script:hello", "done script:hello"],
    );
    assert.deepEqual(events.at(-1).done, ["script:hello"]);
    assert.deepEqual(events.at(-1).outputs["CloudflareWorker/hello"].script_id, "hello");
  });

  test("outputs: lines and JSON", async () => {
    const { exit, stdout } = await run("outputs", "worker.yaml", "--json");
    assert.equal(exit, 0);
    assert.deepEqual(JSON.parse(stdout), {
      "CloudflareWorker/hello": { script_id: "hello", route_urls: [`${HOST}/*`], urls: [`https://${HOST}/`] },
    });
    const lines = await run("outputs", "worker.yaml");
    assert.match(lines.stdout, /^CloudflareWorker\/hello\.route_urls = hello\.example\.com\/\*$/m);
    assert.match(lines.stdout, /^CloudflareWorker\/hello\.script_id = hello$/m);
  });

  test("a stated deletion needs --yes where nobody can answer", async () => {
    const off = ["apply", "worker.yaml", "--set", "spec.dns.enabled=false"];
    const refused = await run(...off);
    assert.equal(refused.exit, 1, refused.stderr);
    assert.match(refused.stderr, /--yes/);
    assert.deepEqual(writes(), []);
    assert.equal((await run(...off, "--yes")).exit, 0);
    assert.equal((await site.cloudflare.request(HOST, "/")).status, 530);
  });

  test("an interruption: no further write, what was done is told, the next run goes on", async () => {
    site.cloudflare.setLatency(400);
    const running = site.start(["apply", "worker.yaml", "--local", "--json"]);
    await printed(running, /"type":"start"/);
    running.child.kill("SIGTERM");
    const { exit, ...output } = await running.ended;
    site.cloudflare.setLatency(0);
    assert.equal(exit, 143);
    const { type, exit: told, done, not_done, unknown } = eventsOf(output).at(-1);
    assert.deepEqual([type, told], ["result", 143]);
    assert.ok(not_done.includes("route:hello.example.com/*"), JSON.stringify({ done, not_done, unknown }));
    assert.equal((await run("apply", "worker.yaml")).exit, 0);
    assert.equal((await site.cloudflare.request(HOST, "/")).status, 200);
  });

  test("destroy needs --yes, then nothing is left", async () => {
    assert.equal((await run("destroy", "worker.yaml")).exit, 1);
    const { exit, stdout, stderr } = await run("destroy", "worker.yaml", "--yes");
    assert.equal(exit, 0, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /3 deleted/);
    assert.equal(site.cloudflare.state.scripts.size, 0);
  });

  test("a missing secret stops before any write where it is required", async () => {
    const { exit, stderr } = await startCli(site.directory, ["worker.yaml", "--local", "--require-secrets"], {
      env: { HELLO_API_KEY: undefined },
    }).ended;
    assert.equal(exit, 65);
    assert.match(stderr, /HELLO_API_KEY/);
    const given = await startCli(site.directory, ["worker.yaml", "--local", "--secrets-file", "-"], {
      env: { HELLO_API_KEY: undefined },
      stdin: JSON.stringify({ HELLO_API_KEY: CANARY }),
    }).ended;
    assert.equal(given.exit, 0, given.stderr);
    assertTidy(given);
  });

  test("the environment's endpoints and credentials count for nothing with --local", async () => {
    const env = {
      CLOUDFLARE_API_TOKEN: "wrong",
      CLOUDFLARE_API_BASE_URL: "http://127.0.0.1:9/x",
      R2_ENDPOINT: "http://127.0.0.1:9",
    };
    assert.equal((await startCli(site.directory, ["plan", "worker.yaml", "--local"], { env }).ended).exit, 0);
  });

  test("without --local the environment names endpoint and token; a wrong token is exit 4", async () => {
    const { apiUrl, s3Url, token, accountId } = site.cloudflare;
    const env = {
      CLOUDFLARE_API_TOKEN: token,
      CLOUDFLARE_API_BASE_URL: apiUrl,
      R2_ENDPOINT: s3Url,
      CLOUDFLARE_ACCOUNT_ID: accountId,
    };
    const right = await startCli(site.directory, ["plan", "worker.yaml", "--detailed-exitcode"], { env }).ended;
    assert.equal(right.exit, 0, right.stderr);
    const wrong = await startCli(site.directory, ["apply", "worker.yaml"], {
      env: { ...env, CLOUDFLARE_API_TOKEN: "x".repeat(40) },
    }).ended;
    assert.equal(wrong.exit, 4, wrong.stderr);
  });
});

test("on a terminal: a plan, one question, live progress, colours", async (context) => {
  const terminal = (text) => ["script", "-qec", text, "/dev/null"];
  const hasTerminal =
    (await startCli(process.cwd(), [], { command: terminal("true") }).ended.catch(() => ({}))).exit === 0;
  if (!hasTerminal) return context.skip("needs `script` of util-linux");
  const site = await createSite({ latencyMs: 300 });
  try {
    await site.cli("publish", "index.js", "r2://bundles/hello/", "--manifest", "worker.yaml", "--local");
    const command = terminal(`${process.execPath} ${BIN} worker.yaml --local`);
    const declined = await answer(site, command, "n\n");
    assert.equal(declined.exit, 1);
    assert.equal(site.cloudflare.state.scripts.size, 0);
    const agreed = await answer(site, command, "y\n");
    assert.equal(agreed.exit, 0, agreed.stdout);
    assert.match(agreed.stdout, /Apply 3 changes\? \[y\/N\]/);
    const escapes = agreed.stdout.split("\u001b[").slice(1);
    assert.ok(
      escapes.some((text) => text.startsWith("32m")),
      "colours",
    );
    assert.match(agreed.stdout, /\.\.\. {3}script/, "what runs is shown");
    assert.ok(
      escapes.some((text) => /^\d+A/.test(text)),
      "and drawn again",
    );
    assert.equal(site.cloudflare.state.scripts.size, 1);
    const interrupted = await answer(
      site,
      terminal(`${process.execPath} ${BIN} destroy worker.yaml --local`),
      "\u0003",
    );
    assert.equal(interrupted.exit, 130);
    assert.equal(site.cloudflare.state.scripts.size, 1);
  } finally {
    await site.close();
  }
});

async function answer(site, command, keys) {
  const running = startCli(site.directory, [], { command, stdin: null, env: { TERM: "xterm" } });
  await printed(running, /\[y\/N\]/);
  running.child.stdin.write(keys);
  const result = await running.ended;
  running.child.stdin.end();
  return result;
}
