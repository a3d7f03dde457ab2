/** `plan`, saved plans and `validate`. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { renderPlanMermaid } from "../../js/render/picture/mermaid.js";
import { renderPlanSvg } from "../../js/render/picture/svg.js";
import { planOf } from "./fake-engine.js";
import { applying, inDirectory, MANIFEST, optionsOf, SIGNED_IN } from "./faked-run.js";

test("plan: text on stdout, findings on stderr, exit codes", async () => {
  const warning = { severity: "warning", code: "CFD0150", message: "an oddity" };
  const clean = await inDirectory(["plan", "worker.yaml", "--out", "plan.json"], {
    plan: { ok: planOf({ diagnostics: [warning] }) },
  });
  assert.deepEqual([clean.exit, clean.stderr], [0, "warning[CFD0150]: an oddity\n"]);
  assert.match(clean.stdout, /^Plan b3f1c09ab3f1c09a$/m);
  assert.equal(JSON.parse(await readFile(join(clean.cwd, "plan.json"))).fingerprint, "b3f1c09ab3f1c09a");
  const detailed = ["plan", "worker.yaml", "--detailed-exitcode"];
  assert.equal((await inDirectory(detailed, { plan: { ok: planOf() } })).exit, 2);
  assert.equal((await inDirectory(detailed, { plan: { ok: planOf({ exitCode: 5 }) } })).exit, 5);
  assert.equal((await inDirectory(detailed, { plan: { ok: planOf({ summary: {} }) } })).exit, 0);
});

test("plan --svg and --mermaid print the picture alone, in no colour, and keep exit codes and the saved plan", async () => {
  const warning = { severity: "warning", code: "CFD0150", message: "an oddity" };
  const answers = { plan: { ok: planOf({ diagnostics: [warning] }) } };
  const env = { ...SIGNED_IN, FORCE_COLOR: "1" };
  const argv = ["plan", "worker.yaml", "--detailed-exitcode", "--out", "plan.json"];
  const svg = await inDirectory([...argv, "--svg"], answers, { env });
  assert.equal(svg.exit, 2);
  assert.equal(svg.stdout, await renderPlanSvg(planOf()));
  assert.match(svg.stderr, /an oddity/);
  assert.equal(JSON.parse(await readFile(join(svg.cwd, "plan.json"))).fingerprint, "b3f1c09ab3f1c09a");
  const mermaid = await inDirectory([...argv, "--mermaid"], answers, { env });
  assert.deepEqual([mermaid.exit, mermaid.stdout], [2, renderPlanMermaid(planOf())]);
});

test("two things for standard output are refused before anything is sent", async () => {
  for (const [one, other] of [
    ["--svg", "--mermaid"],
    ["--json", "--svg"],
    ["--json", "--mermaid"],
  ]) {
    const { exit, engine } = await inDirectory(["plan", "worker.yaml", one, other], { plan: { ok: planOf() } });
    assert.deepEqual([exit, engine.calls], [64, []], `${one} ${other}`);
  }
});

test("a plan with conflicts ends with the one command that solves them, as a shell reads it", async () => {
  const planned = planOf({ exitCode: 5, resolve: { take: ["script:hello"], adopt: ["route:hello.example.com/*"] } });
  const files = { "b c.yaml": MANIFEST };
  const argv = ["plan", "worker.yaml", "b c.yaml", "--set", "spec.dns.enabled=true"];
  const { exit, stderr } = await inDirectory(argv, { plan: { ok: planned } }, { files });
  assert.equal(exit, 5);
  assert.match(
    stderr,
    /^Go on: cfworker-deploy apply worker\.yaml 'b c\.yaml' --adopt route\\:hello\.example\.com\/\\\* --take script:hello --set spec\.dns\.enabled=true$/m,
  );
});

test("a plan is offline only with `--offline`: without it the engine is asked with what credentials there are", async () => {
  const answers = { plan: { ok: planOf({ offline: true }) } };
  const { engine } = await inDirectory(["plan", "worker.yaml", "--offline"], answers);
  assert.equal(engine.calls[0].args[1], null);
  const asked = await inDirectory(["plan", "worker.yaml"], answers, { env: { R2_ACCESS_KEY_ID: "x" } });
  assert.equal(asked.engine.calls[0].args[1].r2.accessKeyId, "x");
});

test("a saved plan: expected by its fingerprint, and what moved is listed", async () => {
  const files = { "plan.json": JSON.stringify(planOf()) };
  const argv = ["apply", "worker.yaml", "--plan", "plan.json"];
  const fits = await inDirectory(argv, { apply: applying() }, { files });
  assert.equal(optionsOf(fits.engine, "apply").expect, "b3f1c09ab3f1c09a");
  const refused = {
    error: {
      code: "CFD0505",
      exitCode: 5,
      message: "the plan moved",
      diagnostics: [],
      done: [],
      notDone: [],
      unknown: [],
    },
  };
  const changes = [{ address: "script:hello", kind: "script", action: "update", reason: "", needs: [], fields: [] }];
  const moved = await inDirectory(
    argv,
    { apply: refused, plan: { ok: planOf({ fingerprint: "0", changes }) } },
    { files },
  );
  assert.equal(moved.exit, 5);
  assert.match(moved.stderr, /moved since the plan was saved: script:hello/);
  assert.equal((await inDirectory(["apply", "worker.yaml", "--plan", "worker.yaml"], {}, { files })).exit, 64);
});

test("validate: findings and exit 65, nothing sent", async () => {
  const diagnostics = [
    { severity: "error", code: "CFD0102", message: "unknown key", file: "worker.yaml", line: 1, column: 1 },
  ];
  const answers = { validate: { ok: { ok: false, diagnostics, manifests: [] } } };
  const text = await inDirectory(["validate", "worker.yaml"], answers);
  assert.deepEqual([text.exit, text.stdout], [65, ""]);
  assert.equal(text.stderr, "error[CFD0102]: unknown key\n\n1 error. Nothing was sent to Cloudflare.\n");
  const { exit, events } = await inDirectory(["validate", "worker.yaml", "--json"], answers);
  assert.equal(exit, 65);
  assert.deepEqual(events[1], { type: "diagnostic", ...diagnostics[0] });
  assert.equal(events.at(-1).type, "result");
});

test("what left the manifest counts for drift --detailed-exitcode, and not for plan", async () => {
  const summary = { create: 0, update: 0, replace: 0, delete: 0, adopt: 0, noop: 1, reads: 4, writes: 0 };
  const orphans = [{ address: "route:old/*", why: "kept-without-prune", reason: "kept" }];
  const planned = { plan: { ok: planOf({ changes: [], summary, orphans }) } };
  const env = { CLOUDFLARE_API_TOKEN: "canary-token" };
  assert.equal((await inDirectory(["drift", "worker.yaml", "--detailed-exitcode"], planned, { env })).exit, 2);
  assert.equal((await inDirectory(["drift", "worker.yaml"], planned, { env })).exit, 0);
  assert.equal((await inDirectory(["plan", "worker.yaml", "--detailed-exitcode"], planned, { env })).exit, 0);
});
