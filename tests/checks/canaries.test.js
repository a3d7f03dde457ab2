/** The canary gate finds what is planted, in each encoding and wherever it is cut, and lets through what is clean. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { runGated } from "../../tools/gate/run.js";
import { Gate } from "../../tools/gate/scan.js";
import { assertClean, CANARIES, ENCODINGS } from "../canaries/index.js";
import { watched } from "../canaries/watch.js";

/** Not one of the run's own canaries: this run must not fail for it. */
const SECRET = 'plant/Q3+z=8 "ä" &%k7#>>>???~~~';

/** Each encoding as some program would write it, not as the gate does. */
const PLANTED = {
  raw: (value) => value,
  "escaped in JSON": (value) => JSON.stringify({ a: [value] }),
  hex: (value) => [...new TextEncoder().encode(value)].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
  base64: (value) => btoa(String.fromCharCode(...new TextEncoder().encode(`user:${value}!`))),
  base64url: (value) => Buffer.from(`ab${value}cd`).toString("base64url"),
  "URL-encoded": (value) => `https://a.example/?${new URLSearchParams({ q: value })}`,
};

function leaksOf(...chunks) {
  const gate = new Gate({ planted: SECRET });
  for (const chunk of chunks) gate.look("stdout", Buffer.from(chunk));
  return gate.leaks;
}

describe("a leak is found", () => {
  test("in every encoding that there is", () => assert.deepEqual(Object.keys(PLANTED), Object.keys(ENCODINGS)));

  for (const [encoding, plant] of Object.entries(PLANTED)) {
    test(`${encoding}, with other text around it`, () => {
      const leaks = leaksOf(`before\n${plant(SECRET)}\nafter\n`);
      assert.equal(leaks.length, 1, leaks.join());
      assert.match(leaks[0], /^planted leaked to stdout \(.+\), behind:\nbefore\n/);
      assert.ok(leaks[0].includes(`(${encoding})`), leaks[0]);
    });

    test(`${encoding}, cut in two at any place`, () => {
      const bytes = Buffer.from(`x ${plant(SECRET)} y`);
      for (let cut = 0; cut <= bytes.length; cut += 1) {
        assert.equal(leaksOf(bytes.subarray(0, cut), bytes.subarray(cut)).length, 1, `cut at ${cut}`);
      }
    });

    test(`${encoding}, byte by byte`, () => {
      const bytes = Buffer.from(plant(SECRET));
      assert.equal(leaksOf(...[...bytes].map((byte) => Buffer.of(byte))).length, 1);
    });
  }

  test("at each place of a line that is written as base64", () => {
    for (let before = 0; before < 7; before += 1) {
      for (let after = 0; after < 4; after += 1) {
        const text = "x".repeat(before) + SECRET + "y".repeat(after);
        assert.equal(leaksOf(Buffer.from(text).toString("base64")).length, 1, `${before}, ${after}`);
      }
    }
  });

  test("in either stream, and not where half of it stands in the other", () => {
    const gate = new Gate({ planted: SECRET });
    const [start, end] = [SECRET.slice(0, 9), SECRET.slice(9)];
    gate.look("stdout", Buffer.from(start));
    gate.look("stderr", Buffer.from(end));
    assert.deepEqual(gate.leaks, []);
    gate.look("stderr", Buffer.from(SECRET));
    assert.match(gate.leaks[0], /to stderr/);
  });

  test("of a secret that became known afterwards", () => {
    const gate = new Gate({ planted: SECRET });
    gate.look("stdout", Buffer.from("a late-Token-5Xw9 passed"));
    assert.deepEqual(gate.leaks, []);
    gate.lookAgain({ late: "late-Token-5Xw9" });
    assert.match(gate.leaks[0], /^late leaked to stdout \(raw\)/);
  });
});

test("clean output passes, whatever it looks like", () => {
  const texts = [SECRET.slice(1), SECRET.slice(0, -1), Buffer.from(SECRET.slice(2)).toString("hex"), "plant", ""];
  assert.deepEqual(leaksOf(...texts.map((text) => `${text}\n`)), []);
});

test("what a test holds is looked through: text, bytes, objects, results, errors, their causes and events", async () => {
  const value = CANARIES.secret;
  for (const shown of [value, Buffer.from(value), { a: [value] }, Buffer.from(value).toString("hex")]) {
    assert.throws(() => assertClean(shown, "a place"), /the canary secret \(.+\) is in a place/);
  }
  assertClean({ a: value.slice(3) }, "a place");
  await assert.rejects(watched(async () => ({ value }))(), /in a result/);
  const failing = (error) => watched(() => Promise.reject(error))();
  await assert.rejects(failing(new Error(value)), /in an error/);
  await assert.rejects(failing(new Error("a", { cause: new Error(value) })), /in an error/);
  await assert.rejects(failing(Object.assign(new Error("a"), { help: value })), /in an error/);
  await assert.rejects(
    watched(async (_manifest, _creds, { onEvent }) => onEvent({ message: value }))("", {}, {}),
    /in an event|in an error/,
  );
  assert.equal(await watched(async () => 7)(), 7);
});

describe("a run under the gate", () => {
  /** A program that stands for the tests. */
  async function gated(script, least = {}, isQuiet = false) {
    const text = { stdout: "", stderr: "" };
    const into = (name) => ({ write: (chunk) => (text[name] += chunk) });
    const folder = mkdtempSync(join(tmpdir(), "cfworker-deploy-gate-"));
    try {
      const file = join(folder, "program.mjs");
      const canaries = new URL("../canaries/index.js", import.meta.url);
      writeFileSync(file, `import { CANARIES, noteSecret, noteUse } from ${JSON.stringify(canaries)};\n${script}`);
      const to = { stdout: into("stdout"), stderr: into("stderr") };
      return { exit: await runGated({ command: [file], least, isQuiet, to }), ...text };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  test("passes its output on, and its exit code", async () => {
    const { exit, stdout, stderr } = await gated("console.log('one'); console.error('two'); process.exitCode = 7;");
    assert.deepEqual([exit, stdout], [7, "one\n"]);
    assert.match(stderr, /^two\ncanaries: looked for \d+ secrets in \d+ spellings in 8 bytes; used: environment 1\n$/);
  });

  test("says nothing of its own for a program that ends with its own result, unless something is wrong", async () => {
    const fine = await gated("console.error('the result');", {}, true);
    assert.deepEqual(fine, { exit: 0, stdout: "", stderr: "the result\n" });
    const leaking = await gated("console.log(CANARIES.secret);", {}, true);
    assert.equal(leaking.exit, 1);
    assert.match(leaking.stderr, /canaries: looked for/);
  });

  test("has canaries in its environment", async () => {
    const { exit, stdout } = await gated("console.log(process.env.CLOUDFLARE_API_TOKEN === CANARIES.environmentToken)");
    assert.deepEqual([exit, stdout], [0, "true\n"]);
  });

  test("fails for a canary in its output, and names which, how and where", async () => {
    const script = "console.log('a line'); console.error(Buffer.from(CANARIES.secret).toString('base64'));";
    const { exit, stderr } = await gated(script);
    assert.equal(exit, 1);
    assert.match(stderr, /\ncanaries: secret leaked to stderr \(base64\), behind:\n/);
  });

  test("fails for its environment, printed", async () => {
    const { exit, stderr } = await gated("console.log(process.env)");
    assert.equal(exit, 1);
    assert.match(stderr, /environmentToken leaked to stdout \(raw\)/);
  });

  test("fails for a secret that it noted only afterwards", async () => {
    const { exit, stderr } = await gated("console.log('x made-here-77 y'); noteSecret('a token', 'made-here-77');");
    assert.equal(exit, 1);
    assert.match(stderr, /a token, 1 leaked to stdout \(raw\)/);
  });

  test("fails when nothing was there to leak", async () => {
    const { exit, stderr } = await gated("noteUse('secret', 2);", { secret: 2, apiToken: 1, environment: 1 });
    assert.equal(exit, 1);
    assert.match(stderr, /\ncanaries: apiToken was used 0 times, not 1: the run proves nothing of it\n$/);
    assert.equal((await gated("noteUse('secret', 2);", { secret: 2 })).exit, 0);
  });

  test("is what `npm test`, the demo and the fidelity suite are", () => {
    const { scripts } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    for (const [name, file] of [
      ["test", "test"],
      ["demo", "demo"],
      ["test:fidelity", "fidelity"],
    ]) {
      assert.equal(scripts[name], `node tools/gate.js tools/${file}.js`);
    }
  });
});
