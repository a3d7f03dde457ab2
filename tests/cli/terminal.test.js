/** What a person sees and types, on a real tty; and that nobody else ever gets an escape sequence. */

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { BIN, createSite, startCli } from "./deploying.js";
import { hasTty, openTerminal } from "./terminal.js";

const LATENCY_MS = 400;
const ESC = "\u001b";
const COLOUR = new RegExp(`${ESC}\\[[\\d;]+m`);
const WORKER = ["worker.yaml", "--local"];
const skip = (await hasTty()) ? false : "needs `script` of util-linux";

async function createFilledSite() {
  const site = await createSite({ warmUp: true });
  await site.cli("publish", "index.js", "r2://bundles/hello/", "--manifest", "worker.yaml", "--local");
  await writeFile(join(site.directory, "bad.yaml"), "kind: CloudflareWorker\nmetadata: {nam: x}\nspec: {}\n");
  return site;
}

describe("on a terminal", { skip, concurrency: false }, () => {
  let site;
  before(async () => {
    site = await createFilledSite();
  });
  after(() => site.close());
  beforeEach(() => {
    site.cloudflare.setLatency(0);
    site.cloudflare.requests.clear();
  });
  const writes = () => site.cloudflare.requests.all().filter(({ method }) => !["GET", "HEAD"].includes(method));

  test("a plan keeps to 80 columns, and reads the same without colours", async () => {
    const { exit, screen, bytes } = await openTerminal(site, ["plan", ...WORKER]).ended();
    assert.equal(exit, 0);
    assert.doesNotMatch(screen, /↩/, "a line was broken");
    assert.ok(bytes.includes(`${ESC}[32m+ create`));
    const { stdout } = await site.cli("plan", ...WORKER);
    assert.equal(screen, stdout.trimEnd());
    const plain = await openTerminal(site, ["plan", ...WORKER], { env: { NO_COLOR: "1" } }).ended();
    assert.ok(!plain.bytes.includes(ESC));
    assert.equal(plain.screen, screen);
  });

  test("Ctrl-C at the question: nothing is sent, exit 130", async () => {
    const terminal = openTerminal(site, WORKER);
    await terminal.shows(/Apply 3 changes\? \[y\/N\]$/);
    terminal.type("\u0003");
    const { exit, screen } = await terminal.ended();
    assert.equal(exit, 130);
    assert.match(screen, /error\[CFD0608\]: interrupted\n\nNothing was changed\.$/);
    assert.doesNotMatch(screen, /stopping|answer was no/);
    assert.deepEqual(writes(), []);
  });

  test("every other answer than yes is no", async () => {
    for (const keys of ["\r", "n\r", "maybe\r", "\u0004"]) {
      const terminal = openTerminal(site, WORKER);
      await terminal.shows(/\[y\/N\]$/);
      terminal.type(keys);
      const { exit, screen } = await terminal.ended();
      assert.equal(exit, 1, JSON.stringify(keys));
      assert.match(screen, /not applied: the answer was no/);
    }
    assert.deepEqual(writes(), []);
  });

  test("Ctrl-C in the middle: the request in flight ends, what is done is told, exit 130", async () => {
    site.cloudflare.setLatency(LATENCY_MS);
    const terminal = openTerminal(site, WORKER);
    await terminal.shows(/\[y\/N\]$/);
    terminal.type("y\r");
    await terminal.shows(/\.\.\. {3}record/);
    terminal.type("\u0003");
    const { exit, screen, seen } = await terminal.ended();
    assert.equal(exit, 130);
    assert.ok(seen.some((shown) => /stopping after the request in flight/.test(shown)));
    assert.match(
      screen,
      /interrupted\n\n {2}done {10}script:hello\n {16}record:hello\.example\.com\n\n {2}not finished {2}route:hello\.example\.com\/\*\n\nNothing needs cleaning up: run the same command again\.$/,
    );
    assert.doesNotMatch(screen, /\.\.\. /, "what ran is still drawn");
    assert.deepEqual(
      writes().map(({ method, path }) => `${method} ${path.split("/").at(-1)}`),
      ["PUT hello", "POST dns_records"],
    );
  });

  test("the next run goes on; while it runs the line is drawn again, within a narrow terminal's width", async () => {
    site.cloudflare.setLatency(LATENCY_MS);
    const terminal = openTerminal(site, [...WORKER, "--yes"], { columns: 40 });
    const { exit, screen, seen, bytes } = await terminal.ended();
    assert.equal(exit, 0);
    assert.ok(bytes.includes(`${ESC}[1A`), "nothing was drawn again");
    const running = seen.flatMap((shown) => shown.split("\n").filter((line) => line.includes("...   ")));
    assert.ok(running.length > 0 && running.every((line) => /^ {2}\.\.\. {3}route/.test(line)), running.join("\n"));
    assert.ok(
      seen.every((shown) => shown.split("...   route").length <= 2),
      "an older drawing was left behind",
    );
    assert.doesNotMatch(screen, /\.\.\. {3}/);
    assert.match(screen, /1 to create/);
    assert.doesNotMatch(screen, /Undo/, "a destroy would remove more than this run made");
  });

  test("--yes on a terminal doesn't ask; NO_COLOR leaves no colour in the progress either", async () => {
    const change = ["--set", "spec.env.variables.GREETING=Moin"];
    const { exit, screen, bytes } = await openTerminal(site, [...WORKER, "--yes", ...change], {
      env: { NO_COLOR: "1" },
    }).ended();
    assert.equal(exit, 0);
    assert.match(screen, /"Hello" -> "Moin"[\s\S]*\n\n {2}ok {4}script {3}hello updated +\d+\.\d s\nDone in/);
    assert.doesNotMatch(bytes, COLOUR);
  });

  test("mistakes in a manifest are shown at their place, in colour", async () => {
    const { exit, screen, bytes } = await openTerminal(site, ["validate", "bad.yaml"]).ended();
    assert.equal(exit, 65);
    assert.match(bytes, COLOUR);
    assert.match(screen, /^2 \| metadata: \{nam: x\}\n {2}\| {12}\^\^\^$/m);
    const { stderr } = await site.cli("validate", "bad.yaml");
    assert.equal(screen, stderr.trimEnd());
  });

  test("a terminal that can't move its cursor, and CI, get plain lines and no question", async () => {
    for (const env of [
      { TERM: "dumb", NO_COLOR: "1" },
      { CI: "true", NO_COLOR: "1" },
    ]) {
      const terminal = openTerminal(site, ["apply", ...WORKER, "--yes"], { env });
      const { exit, bytes } = await terminal.ended();
      assert.equal(exit, 0);
      assert.ok(!bytes.includes(ESC), JSON.stringify(env));
    }
  });
});

describe("off a terminal", () => {
  let site;
  before(async () => {
    site = await createFilledSite();
  });
  after(() => site.close());

  test("no command prints an escape sequence", async () => {
    const commands = [
      ["plan", ...WORKER],
      ["apply", ...WORKER],
      ["apply", ...WORKER, "--json"],
      ["drift", ...WORKER],
      ["outputs", ...WORKER],
      ["doctor", ...WORKER],
      ["validate", "bad.yaml"],
      ["plan", "nowhere.yaml"],
      ["explain", "CFD0101"],
      ["schema"],
      ["--help"],
      ["apply", "--help"],
      ["aply"],
      ["destroy", ...WORKER, "--yes"],
    ];
    for (const args of commands) {
      const { stdout, stderr } = await site.cli(...args);
      assert.ok(stdout + stderr, args.join(" "));
      assert.doesNotMatch(stdout + stderr, /\p{Cc}(?<!\n)/u, args.join(" "));
    }
  });

  test("FORCE_COLOR colours a pipe, NO_COLOR wins over it", async () => {
    const run = (env) => startCli(site.directory, ["plan", ...WORKER], { env }).ended;
    const forced = await run({ FORCE_COLOR: "1" });
    assert.ok(forced.stdout.includes(ESC));
    const plain = await run({ FORCE_COLOR: "1", NO_COLOR: "1" });
    assert.ok(!plain.stdout.includes(ESC));
    assert.equal(stripVTControlCharacters(forced.stdout), plain.stdout);
  });

  test("a reader that closes the pipe early doesn't stop a deployment", async () => {
    const command = ["sh", "-c", '"$@" 2>&1 | head -n 1', "sh"];
    const { stdout } = await site.start([], { command: [...command, process.execPath, BIN, "apply", ...WORKER] }).ended;
    assert.match(stdout, /^hello {2}\(account [^\n]*\n$/);
    assert.equal((await site.cli("plan", ...WORKER, "--detailed-exitcode")).exit, 0);
  });
});
