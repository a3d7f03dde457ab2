/** How a run ends: the command that undoes it, the one that goes on, the summary for GitHub. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { applyInstead, sameAgain } from "../../js/cli/go-on.js";
import { undoOf } from "../../js/cli/undo.js";
import { fakeEngine, planOf, resultOf } from "./fake-engine.js";
import { directoryWith, run } from "./harness.js";

const update = (...fields) => ({ address: "script:hello", action: "update", reason: "changed", fields });
const variable = (name, old, wanted) => ({ path: `variables.${name}`, old, new: wanted });

describe("undo", () => {
  const undo = (changes, flags = {}, more = {}) =>
    undoOf({ plan: planOf({ changes, manifests: [{}] }) }, { paths: ["worker.yaml"], flags, ...more });

  const bundle = { path: "spec.script.bundle.path", previousKey: "hello/0123456789ab.js", isPinned: false };
  const code = { path: "bundle", old: "sha256 0123456789ab", new: "2" };

  test("of a run that created everything is a destroy", () => {
    const created = [{ address: "script:hello", action: "create", fields: [] }];
    assert.equal(undo(created, { local: true }), "cfworker-deploy destroy worker.yaml --local");
    assert.equal(undo(created, {}, { paths: ["-"] }), undefined);
    assert.equal(undo([...created, { address: "record:a", action: "no-op", fields: [] }]), undefined);
  });

  test("of changed variables and a published bundle says what stood before", () => {
    const set = [
      ["spec.workers_dev", "false"],
      ["spec.env.variables.TEXT", "new"],
    ];
    const flags = { set, values: ["v.json"], secretsFile: ["a b.env"], yes: true };
    const changes = [update(code, variable("TEXT", "it's old", "new"))];
    assert.equal(
      undo(changes, flags, { bundle }),
      "cfworker-deploy apply worker.yaml --set spec.workers_dev=false --set spec.script.bundle.path=hello/0123456789ab.js " +
        "--set 'spec.env.variables.TEXT=it'\\''s old' --values v.json --secrets-file 'a b.env'",
    );
  });

  test("of a bundle is offered only when the key that the manifest named was the live one", () => {
    for (const other of [{ previousKey: "hello/v1.js" }, { isPinned: true }]) {
      assert.equal(undo([update(code)], {}, { bundle: { ...bundle, ...other } }), undefined);
    }
    assert.equal(undo([update({ ...code, old: null })], {}, { bundle }), undefined);
  });

  test("is not offered where a command could not bring all of it back", () => {
    const secret = { path: "secrets.KEY", old: null, new: null, secret: true };
    const others = [
      [update(variable("NEW", null, "x"))],
      [update(variable("GONE", "x", null))],
      [update(variable("TEXT", "$secrets-group/a/b", "x"))],
      [update(variable("TEXT", "a", "b"), secret)],
      [update()],
      [update({ path: "bundle", old: "1", new: "2" })],
      [update(variable("TEXT", "a", "b")), { address: "route:a/*", action: "delete", fields: [] }],
      [{ ...update(variable("TEXT", "a", "b")), action: "adopt" }],
      [{ address: "record:a", action: "update", fields: [variable("TEXT", "a", "b")] }],
    ];
    for (const changes of others) assert.equal(undo(changes), undefined, JSON.stringify(changes));
  });
});

describe("go on", () => {
  const resolve = ["--adopt script:hello", "--take route:a.example.com/*"];

  test("is the same call with the flags, as a shell reads it", () => {
    const argv = ["worker.yaml", "--local", "--set", "spec.env.variables.A=$x"];
    assert.equal(
      sameAgain({ resolve }, argv),
      "Go on: cfworker-deploy worker.yaml --local --set 'spec.env.variables.A=$x' --adopt script:hello " +
        "--take 'route:a.example.com/*'",
    );
    assert.equal(sameAgain({}, argv), undefined);
  });

  test("after a plan it is an apply, with what the plan depends on", () => {
    const flags = { local: true, out: "plan.json", detailedExitcode: true, prune: true, adopt: [""], json: true };
    assert.equal(
      applyInstead({ resolve }, { paths: ["a.yaml", "b.yaml"], flags }),
      "Go on: cfworker-deploy apply a.yaml b.yaml --adopt script:hello --take 'route:a.example.com/*' --adopt --prune --local",
    );
    assert.equal(applyInstead({ resolve: [], needsYes: ["record:a"] }, { paths: ["a.yaml"], flags }), undefined);
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
