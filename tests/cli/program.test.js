/** Words, files and help: what a call is understood as. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { COMMANDS } from "../../js/cli/commands/index.js";
import { FLAGS } from "../../js/cli/flags.js";
import { applying, inDirectory } from "./faked-run.js";
import { run } from "./harness.js";

test("a misspelt command is exit 64 with the nearest one, a missing file is a missing file", async () => {
  const misspelt = await run(["plna", "worker.yaml"]);
  assert.equal(misspelt.exit, 64);
  assert.match(misspelt.stderr, /unknown command `plna`\n {2}help: did you mean plan\?/);
  for (const path of ["absent.yaml", "./absent", "dir/absent"]) {
    const missing = await run([path]);
    assert.equal(missing.exit, 64);
    assert.match(missing.stderr, /there is no such file/);
  }
});

test("a file without a dot is a manifest when it exists, - is standard input", async () => {
  const file = await inDirectory(["manifest"], { apply: applying() }, { files: { manifest: "a: 1" } });
  assert.deepEqual(JSON.parse(file.engine.calls[0].args[0]), [{ name: "manifest", text: "a: 1" }]);
  const stdin = await inDirectory(["-"], { apply: applying() }, { stdin: "b: 2" });
  assert.deepEqual(JSON.parse(stdin.engine.calls[0].args[0]), [{ name: "<stdin>", text: "b: 2" }]);
  const twice = await inDirectory(["-", "--secrets-file", "-"], {}, { stdin: "b: 2" });
  assert.equal(twice.exit, 64);
});

test("text that is not UTF-8 is exit 65, said by name", async () => {
  const files = { "utf16.yaml": Buffer.from("\ufeffkind: x", "utf16le"), "latin.yaml": Buffer.from([0x6b, 0xe9]) };
  const utf16 = await inDirectory(["utf16.yaml"], {}, { files });
  assert.equal(utf16.exit, 65);
  assert.match(utf16.stderr, /`utf16\.yaml` is UTF-16 text/);
  assert.equal((await inDirectory(["latin.yaml"], {}, { files })).exit, 65);
});

test("schema and explain print data; an unknown code is exit 64", async () => {
  const codes = { CFD0101: { title: "a title", explanation: "What it means." } };
  const texts = { schema: async () => ({ $schema: "a" }), codes: async () => codes };
  const ask = (...argv) => inDirectory(argv, {}, { texts });
  const schema = await ask("schema");
  assert.equal(schema.stdout, '{"$schema":"a"}\n');
  const explained = await ask("explain", "CFD0101");
  assert.equal(explained.stdout, "CFD0101: a title\n\nWhat it means.\n");
  assert.equal((await ask("explain", "cfd0101")).stdout, explained.stdout);
  assert.deepEqual([...schema.engine.calls, ...explained.engine.calls], [], "the engine is not asked");
  const { exit, stderr } = await ask("explain", "CFD9999");
  assert.equal(exit, 64);
  assert.match(stderr, /there is no code `CFD9999`/);
});

test("--local without a Local Cloudflare is exit 64 with the command that starts it", async () => {
  const { exit, stderr } = await inDirectory(["worker.yaml", "--local"], {});
  assert.equal(exit, 64);
  assert.match(stderr, /start it: cfworker-deploy local/);
});

test("help fits a screen, examples come first, and every flag is on a command that exists", async () => {
  const names = COMMANDS.map(({ name }) => name);
  for (const { flag, on, text } of FLAGS) {
    assert.ok(
      on.every((name) => names.includes(name)),
      flag,
    );
    assert.ok(text.length <= 60, `${flag}: ${text}`);
  }
  for (const argv of [["--help"], ...names.map((name) => [name, "--help"])]) {
    const { exit, stdout, stderr } = await run(argv);
    assert.deepEqual([exit, stderr], [0, ""]);
    assert.match(stdout, /^Examples:\n {2}cfworker-deploy/);
    assert.ok(stdout.split("\n").length <= 50, `${argv}: ${stdout.split("\n").length} lines`);
    for (const line of stdout.split("\n")) assert.ok(line.length <= 80, line);
  }
});

test("a manifest named twice is read once", async () => {
  const { engine } = await inDirectory(["worker.yaml", "worker.yaml"], { apply: applying() });
  assert.equal(JSON.parse(engine.calls[0].args[0]).length, 1);
});

test("what nobody expected still ends with a report", async () => {
  const broken = () => {
    throw new Error("boom");
  };
  const { exit, events } = await inDirectory(["worker.yaml", "--json"], { apply: broken });
  assert.equal(exit, 1);
  assert.deepEqual([events[1].code, events.at(-1).type], ["CFD0901", "result"]);
});

test("outputs of what is not deployed says so, beside an output that stays empty", async () => {
  const answers = { outputs: { ok: { outputs: {}, workers: {} } } };
  const { exit, stdout, stderr } = await inDirectory(["outputs", "worker.yaml"], answers);
  assert.deepEqual([exit, stdout], [0, ""]);
  assert.match(stderr, /^Nothing of these manifests is deployed\.$/m);
  assert.deepEqual(JSON.parse((await inDirectory(["outputs", "worker.yaml", "--json"], answers)).stdout), {});
});
