/** What people type works, and what they mistype leads to nothing that deletes. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { COMMANDS } from "../../js/cli/commands/index.js";
import { FLAGS } from "../../js/cli/flags.js";
import { planOf, resultOf } from "./fake-engine.js";
import { applying, inDirectory, MANIFEST } from "./faked-run.js";
import { directoryWith, run } from "./harness.js";

describe("what people type", () => {
  test("no arguments: usage with examples on standard error, exit 64, since a script may have lost its files", async () => {
    const { exit, stdout, stderr } = await run([]);
    assert.deepEqual([exit, stdout], [64, ""]);
    assert.match(stderr, /^Examples:\n {2}cfworker-deploy worker\.yaml/);
    assert.match(stderr, /Usage: cfworker-deploy/);
  });

  test("help is --help, and help VERB is VERB --help, by each of its names", async () => {
    assert.equal((await run(["help"])).stdout, (await run(["--help"])).stdout);
    for (const { name, alias } of COMMANDS) {
      const { exit, stdout } = await run(["help", name]);
      assert.equal(exit, 0);
      assert.equal(stdout, (await run([name, "--help"])).stdout);
      if (alias) assert.equal((await run(["help", alias])).stdout, stdout);
    }
  });

  test("help for a file runs nothing, and help for a misspelt verb names the nearest one", async () => {
    const cwd = await directoryWith({ "worker.yaml": MANIFEST });
    const file = await run(["help", "worker.yaml"], { cwd });
    assert.equal(file.exit, 0);
    assert.match(file.stdout, /Usage: cfworker-deploy/);
    const misspelt = await run(["help", "plna"]);
    assert.equal(misspelt.exit, 64);
    assert.match(misspelt.stderr, /did you mean plan\?/);
  });

  test("version, --version, -v and -V print the version", async () => {
    for (const word of ["version", "--version", "-v", "-V"]) {
      assert.deepEqual(await run([word]), { exit: 0, stdout: "1.2.3\n", stderr: "", events: [] });
    }
  });

  test("deploy is apply and delete is destroy, with the same flags", async () => {
    const applied = await inDirectory(["deploy", "worker.yaml", "-y"], { apply: applying() });
    assert.equal(applied.exit, 0, applied.stderr);
    assert.equal(applied.engine.calls.find(({ name }) => name === "apply").args[2].allowDeletes, true);
    const destroyed = await inDirectory(["delete", "worker.yaml", "--yes"], { destroy: { ok: resultOf() } });
    assert.equal(destroyed.exit, 0, destroyed.stderr);
    assert.deepEqual(
      destroyed.engine.calls.map(({ name }) => name),
      ["destroy"],
    );
  });

  test("worker.yml is worker.yaml where only that is there, and the other way round, and it is said", async () => {
    for (const [named, there] of [
      ["worker.yml", "worker.yaml"],
      ["worker.yaml", "worker.yml"],
    ]) {
      const cwd = await directoryWith({ [there]: MANIFEST });
      const { exit, stderr, engine } = await inDirectory(["plan", named], { plan: { ok: planOf() } }, { cwd });
      assert.equal(exit, 0, stderr);
      assert.match(stderr, new RegExp(`\`${named}\` is not there, so \`${there}\` is read`));
      assert.equal(JSON.parse(engine.calls[0].args[0])[0].name, there);
    }
    const both = await directoryWith({ "worker.yml": "a: 1", "worker.yaml": "b: 2" });
    const { engine, stderr } = await inDirectory(["plan", "worker.yml"], { plan: { ok: planOf() } }, { cwd: both });
    assert.equal(JSON.parse(engine.calls[0].args[0])[0].text, "a: 1");
    assert.doesNotMatch(stderr, /is not there/);
    assert.match((await run(["plan", "none.yml"])).stderr, /`none\.yml`: there is no such file/);
  });
});

test("an empty value is refused for every flag that takes one, so that an unset variable switches no check off", async () => {
  const taking = FLAGS.filter(({ flag }) => flag.includes("<"));
  assert.ok(taking.length > 15);
  for (const { flag, on } of taking) {
    const [name] = flag.split(" ");
    for (const words of [[name, ""], [`${name}=`]]) {
      const { exit, stderr } = await run([on[0], "worker.yaml", ...words]);
      assert.equal(exit, 64, `${words}`);
      assert.match(stderr, /is empty/i, name);
    }
  }
});

describe("what people mistype", () => {
  test("a misspelt verb that deletes is refused without a suggestion", async () => {
    for (const word of ["destory", "destro", "delte", "deletee", "destroyy"]) {
      const { exit, stderr } = await run([word, "worker.yaml"]);
      assert.equal(exit, 64);
      assert.match(stderr, /unknown command/);
      assert.doesNotMatch(stderr, /did you mean (destroy|delete)/, word);
    }
    assert.match((await run(["deplyo", "worker.yaml"])).stderr, /did you mean deploy\?/);
  });

  test("a misspelt flag is pointed to none that deletes, takes, replaces or agrees", async () => {
    const careful = FLAGS.filter((row) => row.careful).map(({ flag, on }) => ({ long: flag.split(" ")[0], on }));
    assert.deepEqual(careful.map(({ long }) => long).sort(), [
      "--adopt",
      "--delete-data",
      "--overwrite",
      "--prune",
      "--take",
      "--yes",
    ]);
    for (const { long, on } of careful) {
      for (const typo of [long.slice(0, -1), `${long}x`]) {
        const { exit, stderr } = await run([on[0], typo, "worker.yaml"]);
        assert.equal(exit, 64);
        for (const other of careful) assert.doesNotMatch(stderr, new RegExp(`mean ${other.long}\\b`), typo);
      }
    }
    assert.match((await run(["plan", "--outt", "x", "worker.yaml"])).stderr, /did you mean --out\?/);
  });
});
