/** `publish` and `apply --bundle`. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { CANARIES } from "../canaries/index.js";
import { fakeEngine } from "./fake-engine.js";
import { applying, inDirectory, MANIFEST, SIGNED_IN, VALID } from "./faked-run.js";
import { directoryWith, run } from "./harness.js";

const publishing = (bundle, target) => ({
  ok: { ...target, sha256: "ab".repeat(32), bytes: bundle.size, etag: "e", existed: false },
});

test("publish: verbatim target, key and sha256 on stdout", async () => {
  const { exit, stdout, engine } = await inDirectory(["publish", "index.js", "r2://bundles/a b/%20?x=1.js"], {
    publish: publishing,
  });
  assert.equal(exit, 0);
  assert.equal(stdout, `r2://bundles/a b/%20?x=1.js\nsha256 ${"ab".repeat(32)}\n`);
  const [bundle, target, creds] = engine.calls[0].args;
  assert.equal(await bundle.text(), "export default {}");
  assert.deepEqual(target, { bucket: "bundles", key: "a b/%20?x=1.js" });
  assert.equal(creds.apiToken, CANARIES.apiToken);
});

test("publish: only for scripts it is said how their format is told", async () => {
  const files = { "plain.js": "1 + 1", "0001.sql": "SELECT 1;" };
  for (const [file, target, says] of [
    ["plain.js", "r2://bundles/app.js", true],
    ["0001.sql", "r2://bundles/migrations/0001.sql", false],
  ]) {
    const { stderr } = await inDirectory(["publish", file, target], { publish: publishing }, { files });
    assert.equal(stderr.includes("script.format: service-worker"), says, stderr);
  }
});

test("publish: targets that can't be are exit 64", async () => {
  for (const url of ["r2://bundles", "r2://bundles/", "s3://a/b", "bundles/a.js", "r2:///a"]) {
    assert.equal((await inDirectory(["publish", "index.js", url], { publish: publishing })).exit, 64, url);
  }
  const full = await inDirectory(["publish", "index.js", "r2://b/a.js", "--version", "v1"], { publish: publishing });
  assert.equal(full.exit, 64);
  const folder = await inDirectory(["publish", "index.js", "r2://b/a/", "--version", "v1"], { publish: publishing });
  assert.deepEqual(folder.engine.calls[0].args[1], { bucket: "b", key: "a/", version: "v1" });
});

/** A plan before the bundle is published: nothing but the object is missing. */
const planning = () => {
  const finding = { severity: "error", code: "CFD0311", message: "the object is not there" };
  return { error: { ...finding, exitCode: 1, diagnostics: [finding] } };
};

const TARGET = {
  document: 0,
  file: "worker.yaml",
  account: "acc",
  bucket: "bundles",
  key: "hello/v1.js",
  path: "spec.script_bundle.path",
  script: "hello",
};

const rewriting = (text, _document, path, value) => {
  assert.equal(path, TARGET.path, "only what stands in the file is written");
  return { ok: text.replace("hello/v1.js", value) };
};

test("apply --bundle publishes beside the old bundle, rewrites the path, applies that text", async () => {
  const engineOf = { bundleTargets: { ok: [TARGET] }, plan: planning, publish: publishing, setValue: rewriting };
  const answers = { ...engineOf, apply: applying() };
  const argv = ["worker.yaml", "--bundle", "index.js"];
  const { exit, cwd, engine } = await inDirectory(argv, answers);
  assert.equal(exit, 0);
  const text = await readFile(join(cwd, "worker.yaml"), "utf8");
  assert.match(text, /^kind: CloudflareWorker # keep me\nkey: hello\/[0-9a-f]{12}\.js\n$/);
  assert.equal(JSON.parse(engine.calls.find(({ name }) => name === "apply").args[0])[0].text, text);
  const order = engine.calls.map(({ name }) => name);
  assert.deepEqual(order, ["validate", "bundleTargets", "setValue", "plan", "publish", "apply", "setValue"]);
  const { key, accountId } = engine.calls.find(({ name }) => name === "publish").args[1];
  assert.ok(text.includes(key));
  assert.equal(accountId, "acc");
});

test("a manifest that somebody edits during the run keeps the edit, or is left alone where it names another bundle", async () => {
  let cwd;
  const during = (text) => (sources, creds, options, host) => {
    writeFileSync(join(cwd, "worker.yaml"), text);
    return applying()(sources, creds, options, host);
  };
  const targets = (text) => ({ ok: [{ ...TARGET, key: /key: (\S+)/.exec(JSON.parse(text)[0].text)[1] }] });
  const answers = { bundleTargets: targets, plan: planning, publish: publishing, setValue: rewriting };
  const edit = async (text) => {
    const directory = await directoryWith({ "worker.yaml": MANIFEST, "index.js": "export default {}" });
    cwd = directory;
    const engine = fakeEngine({ validate: VALID, ...answers, apply: during(text) });
    const ended = await run(["worker.yaml", "--bundle", "index.js"], { cwd: directory, engine, env: SIGNED_IN });
    return { ...ended, text: await readFile(join(directory, "worker.yaml"), "utf8") };
  };
  const kept = await edit(`# new\n${MANIFEST}`);
  assert.equal(kept.exit, 0, kept.stderr);
  assert.match(kept.text, /^# new\nkind: CloudflareWorker # keep me\nkey: hello\/[0-9a-f]{12}\.js\n$/);
  const other = MANIFEST.replace("v1", "v7");
  const left = await edit(other);
  assert.equal(left.exit, 3, left.stderr);
  assert.match(left.stderr, /was changed meanwhile and no longer names/);
  assert.equal(left.text, other);
});

test("apply --bundle: several bundles, none, standard input are exit 64 with nothing published", async () => {
  for (const [targets, path] of [
    [[TARGET, TARGET], "worker.yaml"],
    [[], "worker.yaml"],
    [[{ ...TARGET, file: "<stdin>" }], "-"],
  ]) {
    const { exit, engine } = await inDirectory(
      [path, "--bundle", "index.js"],
      { bundleTargets: { ok: targets } },
      { stdin: MANIFEST },
    );
    assert.equal(exit, 64);
    assert.equal(
      engine.calls.some(({ name }) => name === "publish"),
      false,
    );
  }
});

test("a failure after publishing keeps its code; once Cloudflare took the code the file names it", async () => {
  const error = {
    code: "CFD0401",
    exitCode: 4,
    message: "no",
    diagnostics: [],
    notDone: ["script:hello"],
    unknown: [],
  };
  const failing = (exitCode, events) => (_sources, _creds, _options, host) => {
    for (const event of events) host.onEvent(event);
    return { error: { ...error, exitCode, done: [] } };
  };
  const answers = { bundleTargets: { ok: [TARGET] }, plan: planning, publish: publishing, setValue: rewriting };
  const argv = ["worker.yaml", "--bundle", "index.js", "--json"];
  const refused = await inDirectory(argv, { ...answers, apply: failing(4, []) });
  assert.equal(refused.exit, 4);
  assert.equal(refused.events.find(({ type }) => type === "published").existed, false);
  assert.deepEqual(refused.events.at(-1).done, []);
  assert.equal(await readFile(join(refused.cwd, "worker.yaml"), "utf8"), MANIFEST);

  const lost = await inDirectory(argv, { ...answers, apply: failing(3, [{ type: "start", address: "script:hello" }]) });
  assert.equal(await readFile(join(lost.cwd, "worker.yaml"), "utf8"), MANIFEST, "Cloudflare has not taken the code");
  const begun = ["start", "uploaded"].map((type) => ({ type, address: "script:hello" }));
  const { exit, events, cwd } = await inDirectory(argv, { ...answers, apply: failing(3, begun) });
  assert.equal(exit, 3);
  assert.match(events.at(-1).done[0], /^r2:\/\/bundles\/hello\/[0-9a-f]{12}\.js$/);
  assert.match(await readFile(join(cwd, "worker.yaml"), "utf8"), /key: hello\/[0-9a-f]{12}\.js/);
  assert.equal((await stat(join(cwd, "worker.yaml"))).mode & 0o200, 0o200);
});

test("publish --manifest points the manifest at the new key", async () => {
  const answers = {
    bundleTargets: { ok: [TARGET, { ...TARGET, bucket: "other" }] },
    publish: publishing,
    setValue: rewriting,
  };
  const { exit, cwd } = await inDirectory(
    ["publish", "index.js", "r2://bundles/hello/v2.js", "--manifest", "worker.yaml"],
    answers,
  );
  assert.equal(exit, 0);
  assert.match(await readFile(join(cwd, "worker.yaml"), "utf8"), /# keep me\nkey: hello\/v2\.js/);
});
