/** How a run ends: the command that undoes it, the one that goes on, the summary for GitHub. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parse } from "shell-quote";
import { applyInstead, sameAgain, withFlags } from "../../js/cli/go-on.js";
import { undoOf } from "../../js/cli/undo.js";
import { fakeEngine, planOf, resultOf } from "./fake-engine.js";
import { directoryWith, run } from "./harness.js";

describe("undo", () => {
  const words = (undo, flags = {}, more = {}) =>
    undoOf({ undo: { set: [], leaves: [], ...undo } }, { paths: ["worker.yaml"], flags, ...more })?.command;

  const bundle = { path: "spec.script.bundle.path", previousKey: "hello/0123456789ab.js", isPinned: false };
  const sha256 = `0123456789ab${"0".repeat(52)}`;

  test("is a destroy of the same manifests where everything was new", () => {
    const undo = { command: "destroy" };
    assert.equal(words(undo, { local: true }), "cfworker-deploy destroy worker.yaml --local");
    assert.equal(words(undo, {}, { paths: ["-"] }), undefined);
    assert.equal(undoOf({}, { paths: ["worker.yaml"], flags: {} }), undefined);
  });

  test("says again what stood before, as a shell reads it", () => {
    const flags = {
      set: [
        ["spec.workers_dev", "false"],
        ["spec.env.variables.TEXT", "new"],
      ],
      values: ["v.json"],
      secretsFile: ["a b.env"],
      yes: true,
    };
    const undo = { command: "apply", bundle: sha256, set: [["spec.env.variables.TEXT", "it's old"]] };
    assert.deepEqual(parse(words(undo, flags, { bundle })), [
      ...["cfworker-deploy", "apply", "worker.yaml", "--secrets-file", "a b.env", "--values", "v.json"],
      ...["--set", "spec.workers_dev=false", "--set", "spec.script.bundle.path=hello/0123456789ab.js"],
      ...["--set", "spec.env.variables.TEXT=it's old"],
    ]);
  });

  test("of a bundle is offered only when the key that the manifest named was the live one", () => {
    const undo = { command: "apply", bundle: sha256 };
    for (const other of [undefined, { ...bundle, previousKey: "hello/v1.js" }, { ...bundle, isPinned: true }]) {
      assert.equal(words(undo, {}, { bundle: other }), undefined);
    }
  });

  test("is not offered where a value can't be shown exactly", () => {
    for (const value of ["\u001b[31m", "a\nb", "a\0b", "\u202eb"]) {
      assert.equal(words({ command: "apply", set: [["spec.env.variables.TEXT", value]] }), undefined);
    }
  });
});

describe("go on", () => {
  const resolve = { adopt: ["script:hello"], take: ["route:a.example.com/*"] };
  const ran = (flags) => ({ command: { name: "apply" }, operands: [["worker.yaml"]], flags });
  const wordsOf = (line) =>
    parse(line)
      .slice(1)
      .map((word) => word.pattern ?? word);

  test("is what ran with the flags that it lacked, none of them twice", () => {
    const flags = { local: true, set: [["spec.env.variables.A", "$x"]], adopt: ["script:hello", ""], timeout: 90_000 };
    assert.deepEqual(
      wordsOf(sameAgain({ resolve: { ...resolve, allowDeletes: true } }, ran({ ...flags, yes: true }))),
      [
        ...["apply", "worker.yaml", "--yes", "--adopt", "script:hello", "--adopt", "--take", "route:a.example.com/*"],
        ...["--set", "spec.env.variables.A=$x", "--timeout", "90000ms", "--local"],
      ],
    );
    assert.equal(sameAgain({}, ran({})), undefined);
  });

  test("after a plan it is an apply, with what the plan depends on", () => {
    const flags = { local: true, out: "plan.json", detailedExitcode: true, prune: true, adopt: [""], json: true };
    assert.deepEqual(
      wordsOf(applyInstead({ resolve, needsYes: ["script:hello"] }, { paths: ["a.yaml", "b c.yaml"], flags })),
      [
        ...["apply", "a.yaml", "b c.yaml", "--yes", "--prune", "--adopt", "--adopt", "script:hello"],
        ...["--take", "route:a.example.com/*", "--local"],
      ],
    );
    assert.equal(applyInstead({ needsYes: ["record:a"] }, { paths: ["a.yaml"], flags }), undefined);
  });

  test("of one finding: its safe way out first, then the flag and what it costs", () => {
    const finding = { help: "choose another pattern", resolve: { take: ["route:a/*"] }, loses: "the route to `b`" };
    assert.equal(
      withFlags(finding).help,
      "choose another pattern; or go on with `--take route\\:a/\\*` (lost then: the route to `b`)",
    );
    assert.deepEqual(withFlags({ help: "wait" }), { help: "wait" });
  });
});

describe("GITHUB_STEP_SUMMARY", () => {
  const VALID = { ok: { ok: true, diagnostics: [], manifests: [{}] } };

  async function summaryOf(argv, answers, env = {}) {
    const cwd = await directoryWith({ "worker.yaml": "kind: CloudflareWorker\n", summary: "before\n" });
    const engine = fakeEngine({ validate: VALID, ...answers });
    const file = join(cwd, "summary");
    const given = { CLOUDFLARE_API_TOKEN: "canary-token", GITHUB_STEP_SUMMARY: file, ...env };
    const ended = await run(argv, { cwd, engine, env: given });
    return { ...ended, text: await readFile(file, "utf8") };
  }

  test("tells an apply: what changed, where it answers, how to undo it", async () => {
    const { exit, text } = await summaryOf(["apply", "worker.yaml"], { apply: { ok: resultOf() } });
    assert.equal(exit, 0);
    assert.equal(
      text,
      `before
### \`cfworker-deploy apply\`: exit code 0

| action | resource | why |
| --- | --- | --- |
| create | \`script:hello\` | not found |

[https://hello.example.com/](<https://hello.example.com/>)

[Dashboard](<https://dash.example.com/hello>)

Undo: \`cfworker-deploy destroy worker.yaml\`

`,
    );
  });

  test("tells a plan, also one without changes", async () => {
    const changes = [{ ...planOf().changes[0], action: "no-op" }];
    const { text } = await summaryOf(["plan", "worker.yaml"], { plan: { ok: planOf({ changes }) } });
    assert.match(text, /Nothing to do: everything is as the manifest says\./);
  });

  test("tells what a run opens, what it lets be deleted by age, and which stores stay", async () => {
    const kept = [
      { address: "kv:shop sessions", why: "holds-data", reason: "holds data" },
      { address: "script:hello", path: "secrets.A", why: "not-in-manifest", reason: "not in manifest" },
    ];
    const besides = { kept, exposes: ["bucket:files"], expires: ["bucket:logs"] };
    const planned = await summaryOf(["plan", "worker.yaml"], { plan: { ok: planOf(besides) } });
    const applied = await summaryOf(["apply", "worker.yaml"], {
      apply: (_sources, _creds, _options, { onEvent }) => {
        onEvent({ type: "plan", ...besides });
        return { ok: resultOf() };
      },
    });
    const told =
      "Opens to everybody: `bucket:files`<br>Lets objects be deleted by age: `bucket:logs`<br>Kept with its data: `kv:shop sessions`\n";
    for (const { text } of [planned, applied]) assert.ok(text.includes(told), text);
  });

  test("tells a failure with what is done and open, and makes no markup of foreign text", async () => {
    const error = {
      code: "CFD0602",
      exitCode: 3,
      message: "no <b>answer</b> | for [a](b)\n# of `x`",
      help: "again",
      diagnostics: [],
      done: ["script:hello"],
      notDone: ["route:a|`b"],
      unknown: [],
    };
    const { exit, text } = await summaryOf(["apply", "worker.yaml"], { apply: { error } });
    assert.equal(exit, 3);
    assert.match(text, /^### `cfworker-deploy apply`: exit code 3$/m);
    assert.ok(text.includes("**CFD0602**: no \\<b\\>answer\\</b\\> \\| for \\[a\\](b)\\\\u{a}\\# of `x`"), text);
    assert.match(text, /^Done: `script:hello`$/m);
    assert.match(text, /^Not finished: `` route:a\|`b ``$/m);
  });

  test("tells why: findings of an apply that ended well but for one thing, of a plan, and of a failure", async () => {
    const unseen = {
      severity: "error",
      code: "CFD0603",
      message: "https://hello.example.com/ answers 522",
      help: "wait",
    };
    const odd = { severity: "warning", code: "CFD0150", message: "an <odd> one", file: "worker.yaml", line: 3 };
    const note = { severity: "note", code: "CFD0151", message: "by the way" };
    const diagnostics = [odd, note, unseen];
    const applied = await summaryOf(["apply", "worker.yaml"], {
      apply: { ok: resultOf({ diagnostics, exitCode: 6 }) },
    });
    assert.equal(applied.exit, 6);
    const list =
      "- warning **CFD0150**: an \\<odd\\> one (`worker.yaml:3`)\n" +
      "- error **CFD0603**: https://hello.example.com/ answers 522; wait\n\n";
    assert.ok(applied.text.includes(`exit code 6\n\n${list}| action`), applied.text);
    const planned = await summaryOf(["plan", "worker.yaml"], { plan: { ok: planOf({ diagnostics, exitCode: 5 }) } });
    assert.ok(planned.text.includes(list), planned.text);
    const error = { code: "CFD0603", message: unseen.message, exitCode: 1, diagnostics };
    const failed = await summaryOf(["apply", "worker.yaml"], { apply: { error } });
    assert.equal(failed.text.match(/answers 522/g).length, 1);
    assert.match(failed.text, /an \\<odd\\> one[^\n]*\n\nNothing was changed\./);
  });

  test("commands that only read a manifest tell nothing; a file that can't be written fails nothing", async () => {
    assert.equal((await summaryOf(["validate", "worker.yaml"], {})).text, "before\n");
    const nowhere = { GITHUB_STEP_SUMMARY: "/nowhere/at/all" };
    const { exit, stderr } = await summaryOf(["apply", "worker.yaml"], { apply: { ok: resultOf() } }, nowhere);
    assert.equal(exit, 0);
    assert.match(stderr, /GITHUB_STEP_SUMMARY could not be written: ENOENT/);
  });
});
