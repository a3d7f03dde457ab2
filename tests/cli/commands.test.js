/** Commands that are printed work when they are pasted, or are not printed. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { commandLine, shellLine } from "../../js/cli/command-line.js";
import { applyInstead, sameAgain, withFlags } from "../../js/cli/go-on.js";
import { undoOf } from "../../js/cli/undo.js";
import { withCommand } from "../../js/cli/views/commands.js";
import { resultOf } from "./fake-engine.js";
import { inDirectory } from "./faked-run.js";
import { directoryWith, run } from "./harness.js";

/** Words as a shell takes them. */
function wordsOf(line) {
  const { stdout, status } = spawnSync("sh", ["-c", `printf '%s\\n' ${line}`], { encoding: "utf8" });
  assert.equal(status, 0, line);
  return stdout.split("\n").slice(0, -1);
}

const HOSTILE = [
  "two words",
  "it's",
  "$(touch x)",
  "`id`",
  "a;b",
  "a&b",
  "a|b",
  "#x",
  "~",
  "*",
  '"q"',
  "\\",
  "!x",
  "--",
];
/** They would be shown as something else, or as nothing. */
const HIDDEN = ["a\nb", "a\u202eb", "a\0b", "\u001b[31m", "\u200b", "\ufffd", "##[x"];

describe("a printed command", () => {
  test("has the very words that were meant, whatever they hold", () => {
    for (const word of HOSTILE) {
      const line = commandLine("apply", [word], { set: [["spec.env.variables.A", word]] });
      assert.deepEqual(wordsOf(line), ["cfworker-deploy", "apply", word, "--set", `spec.env.variables.A=${word}`]);
      assert.deepEqual(wordsOf(shellLine(["curl", word])), ["curl", word]);
    }
  });

  test("is not offered when a word of it can't be shown exactly: no way on, no undo, no command of a finding", () => {
    for (const word of HIDDEN) {
      const resolve = { adopt: [`script:${word}`] };
      assert.equal(
        sameAgain({ resolve }, { command: { name: "apply" }, operands: [["a.yaml"]], flags: {} }),
        undefined,
      );
      assert.equal(applyInstead({ resolve }, { paths: ["a.yaml"], flags: {} }), undefined);
      assert.equal(withFlags({ help: "h", resolve }).help, "h");
      const undo = { command: "destroy", set: [], leaves: [] };
      assert.equal(undoOf({ undo }, { paths: [word], flags: {} }), undefined);
      const next = { command: "publish", operands: [`r2://b/${word}`] };
      assert.deepEqual(withCommand({ help: "publish it", next }, {}), { help: "publish it" });
    }
  });

  test("of a finding goes to Local Cloudflare with --local, where its verb has that flag", () => {
    const finding = { help: "publish it", next: { command: "publish", operands: ["i.js", "r2://b/it's"] } };
    assert.equal(
      withCommand(finding, { local: true }).help,
      `publish it: cfworker-deploy publish i.js "r2://b/it's" --local`,
    );
    assert.equal(withCommand(finding, {}).help, `publish it: cfworker-deploy publish i.js "r2://b/it's"`);
    const schema = { help: "read it", next: { command: "schema", operands: [] } };
    assert.equal(withCommand(schema, { local: true }).help, "read it: cfworker-deploy schema");
  });

  test("is told with the flags of the options that a finding names as data", () => {
    const told = (...options) => withCommand({ help: "do it", options }, {}).help;
    assert.equal(told({ name: "secrets" }), "do it: `--secrets-file FILE`");
    assert.equal(
      told({ name: "secrets" }, { name: "requireSecrets" }),
      "do it: `--secrets-file FILE`, `--require-secrets`",
    );
    assert.equal(told({ name: "allowEnv", value: "MY_A" }), "do it: `--allow-env MY_A`");
    assert.equal(told({ name: "timeoutMs" }), "do it: `--timeout TIME`");
    for (const name of ["values", "outputs", "overwrite", "offline", "local"])
      assert.match(told({ name }), /: `--/, name);
    assert.equal(told({ name: "allowEnv", value: "a\u202eb" }), "do it", "what can't be shown exactly is not told");
    assert.equal(told({ name: "fromTheFuture" }), "do it");
  });

  test("that starts a Local Cloudflare is one that starts it", async () => {
    const cwd = await directoryWith({ "worker.yaml": "kind: CloudflareWorker\n" });
    const { stderr } = await run(["plan", "worker.yaml", "--local"], { cwd });
    assert.match(stderr, /help: start it: cfworker-deploy local\n/);
    const pasted = await run(["local", "--zone", "not a zone"], { cwd });
    assert.match(pasted.stderr, /no name of a zone/, "the words before it were understood");
  });

  test("that asks the Worker quotes the path of its address", async () => {
    const urls = ["https://hello.example.com/a$(id)/b'c&d"];
    const { stdout } = await inDirectory(["worker.yaml"], {
      apply: { ok: resultOf({ workers: { hello: { urls } } }) },
    });
    assert.match(stdout, /a\$\(id\)/);
    const line = shellLine(["curl", "-H", "Host: hello.example.com", "http://127.0.0.1:1/a$(id)/b'c&d"]);
    assert.deepEqual(wordsOf(line), ["curl", "-H", "Host: hello.example.com", "http://127.0.0.1:1/a$(id)/b'c&d"]);
  });
});
