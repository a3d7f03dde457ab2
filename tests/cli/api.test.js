import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import vm from "node:vm";
import { createApi, DeployError } from "../../js/index.js";
import { fakeEngine, planOf, resultOf } from "./fake-engine.js";

const sourcesIn = (engine, index = 0) => JSON.parse(engine.calls[index].args[0]);

test("a manifest is text, an object, a named source, or a list of them", async () => {
  const engine = fakeEngine({ validate: { ok: { ok: true, diagnostics: [], manifests: [] } } });
  const { validate } = createApi(engine);
  await validate("kind: CloudflareWorker");
  await validate({ kind: "CloudflareWorker", spec: { skipped: undefined, list: [1, null, "é\u2028"] } });
  await validate(["a: 1", { b: 2 }, { name: "c.yaml", text: "c: 3" }]);
  assert.deepEqual(sourcesIn(engine), [{ name: "manifest", text: "kind: CloudflareWorker" }]);
  const [{ name, text }] = sourcesIn(engine, 1);
  assert.equal(name, "manifest");
  assert.deepEqual(JSON.parse(text), { kind: "CloudflareWorker", spec: { list: [1, null, "é\u2028"] } });
  assert.doesNotMatch(text, /\u2028/);
  assert.deepEqual(
    sourcesIn(engine, 2).map((source) => source.name),
    ["manifest[0]", "manifest[1]", "c.yaml"],
  );
});

test("objects of another realm and without a prototype are plain", async () => {
  const engine = fakeEngine({ validate: { ok: { ok: true, diagnostics: [] } } });
  const { validate } = createApi(engine);
  await validate(vm.runInNewContext("({ kind: 'CloudflareWorker', list: [{}] })"));
  await validate(Object.assign(Object.create(null), { kind: "x" }));
  assert.deepEqual(JSON.parse(sourcesIn(engine)[0].text), { kind: "CloudflareWorker", list: [{}] });
});

test("what is no plain data is a TypeError that names the place", async () => {
  const { validate } = createApi(fakeEngine({}));
  const cycle = { spec: {} };
  cycle.spec.self = cycle;
  let deep = {};
  for (let level = 0; level < 10_000; level += 1) deep = { deep };
  const getter = {
    get kind() {
      throw new Error("ran");
    },
  };
  const cases = [
    [cycle, /`manifest\.spec\.self` leads back to itself/],
    [deep, /nested deeper/],
    [getter, /`manifest\.kind` is a getter/],
    [JSON.parse('{"a":{"__proto__":{"x":1}}}'), /`manifest\.a\.__proto__` is not a key/],
    [{ spec: { run() {} } }, /`manifest\.spec\.run` is a function/],
    [{ spec: [new Date()] }, /`manifest\.spec\[0\]` is a Date/],
    [{ a: Number.NaN }, /NaN/],
    [{ a: 1n }, /bigint/],
    [null, /is null/],
    [undefined, /is undefined/],
    [[], /list of manifests is empty/],
    [[["nested"]], /`manifest\[0\]` is a list/],
  ];
  for (const [manifest, message] of cases) await assert.rejects(validate(manifest), { name: "TypeError", message });
});

test("a getter never runs, and inherited properties never count", async () => {
  const engine = fakeEngine({ validate: { ok: { ok: true, diagnostics: [] } } });
  Object.prototype.polluted = "yes";
  try {
    await createApi(engine).validate({ kind: "x" });
  } finally {
    delete Object.prototype.polluted;
  }
  assert.deepEqual(Object.keys(JSON.parse(sourcesIn(engine)[0].text)), ["kind"]);
});

test("validate never throws for a bad manifest, also when the engine calls it an error", async () => {
  const diagnostics = [{ severity: "error", code: "CFD0101", message: "the file is not YAML" }];
  const engine = fakeEngine({ validate: { error: { code: "CFD0101", exitCode: 65, message: "x", diagnostics } } });
  assert.deepEqual(await createApi(engine).validate("["), { ok: false, diagnostics, manifests: [] });
});

test("an engine's error becomes a DeployError with all its facts", async () => {
  const error = { code: "CFD0501", exitCode: 3, message: "lost", help: "again", diagnostics: [], done: ["script:a"] };
  const engine = fakeEngine({
    apply: { error: { ...error, notDone: ["route:b"], unknown: ["record:c"], cause: "reset" } },
  });
  await assert.rejects(createApi(engine).apply("a: 1", { apiToken: "t" }), (thrown) => {
    assert.ok(thrown instanceof DeployError && thrown instanceof Error);
    const { code, exitCode, message, help, done, notDone, unknown, cause } = thrown;
    assert.deepEqual(
      { code, exitCode, message, help, done, notDone, unknown, cause },
      {
        code: "CFD0501",
        exitCode: 3,
        message: "lost",
        help: "again",
        done: ["script:a"],
        notDone: ["route:b"],
        unknown: ["record:c"],
        cause: "reset",
      },
    );
    return true;
  });
});

test("what is data goes to the engine, what is not goes to its host", async () => {
  const engine = fakeEngine({ plan: { ok: planOf() } });
  const { signal } = new AbortController();
  const fetch = () => {};
  await createApi(engine).plan(
    "a: 1",
    { apiToken: "t", email: undefined },
    { prune: true, expect: undefined, signal, fetch },
  );
  const [, creds, options, host] = engine.calls.at(-1).args;
  assert.deepEqual([creds, options], [{ apiToken: "t" }, { prune: true }]);
  assert.equal(host.signal.aborted, false);
  assert.equal(host.fetch, fetch);
});

test("without credentials a plan is offline", async () => {
  const engine = fakeEngine({ plan: { ok: planOf({ offline: true }) } });
  await createApi(engine).plan("a: 1");
  assert.equal(engine.calls[0].args[1], null);
});

test("a credential that is no text is refused by its name, without a word of it", async () => {
  const { plan } = createApi(fakeEngine({}));
  const refused = async (creds, message) =>
    assert.rejects(plan("a: 1", creds), (error) => {
      assert.deepEqual([error.name, error.exitCode, error.message], ["DeployError", 64, message]);
      assert.doesNotMatch(`${error.stack}${error.help}`, /483920/);
      return true;
    });
  await refused({ apiToken: ["483920"] }, "the credential `apiToken` is no text");
  await refused({ apiToken: "t", r2: { secretAccessKey: 483920 } }, "the credential `r2.secretAccessKey` is no text");
  await refused({ apiToken: "t", secrets: { PIN: 483920 } }, "the credential `secrets.PIN` is no text");
  await refused({ apiToken: "t", secrets: { PIN: null } }, "the credential `secrets.PIN` is no text");
  await refused({ apiToken: "t", secrets: "PIN=483920" }, "`secrets` is no object");
});

test("an unknown key is refused with the nearest known one, in options, credentials and targets", async () => {
  const engine = fakeEngine({
    nearest: (word, known) => known.find((key) => key.toLowerCase() === word.toLowerCase()),
  });
  const { apply, publish } = createApi(engine);
  const refused = (help) => ({ name: "DeployError", exitCode: 64, help });
  await assert.rejects(apply("a: 1", { apiToken: "t" }, { Expect: "x" }), refused("did you mean `expect`?"));
  await assert.rejects(apply("a: 1", { apitoken: "t" }), refused("did you mean `apiToken`?"));
  await assert.rejects(apply("a: 1", { r2: { endPoint: "x" } }), refused("did you mean `endpoint`?"));
  await assert.rejects(publish(new Uint8Array(), { Bucket: "b" }, {}), refused("did you mean `bucket`?"));
  await assert.rejects(apply("a: 1", {}, { zzz: 1 }), (error) => error.help.startsWith("known: "));
  await assert.rejects(apply("a: 1", {}, { onEvent: "x" }), {
    exitCode: 64,
    message: "`onEvent` has to be a function",
  });
  assert.equal(engine.calls.filter(({ name }) => name !== "nearest").length, 0);
});

test("a misspelt option is pointed to none that deletes, takes or replaces", async () => {
  const asked = [];
  const engine = fakeEngine({ nearest: (_word, known) => void asked.push(...known) });
  const { destroy, publish } = createApi(engine);
  await assert.rejects(destroy("a: 1", {}, { alowDeletes: true }), { exitCode: 64 });
  await assert.rejects(publish(new Uint8Array(), { bucket: "b", overwrit: true }, {}), { exitCode: 64 });
  for (const careful of ["allowDeletes", "deleteData", "overwrite", "prune", "adopt", "take"]) {
    assert.ok(!asked.includes(careful), careful);
  }
});

test("an argument of another kind is refused by its name and what it has to be, never called a defect", async () => {
  const engine = fakeEngine({});
  const api = createApi(engine);
  const option = (options) => api.destroy("a: 1", { apiToken: "t" }, options);
  const calls = [
    [() => option({ adopt: "script:a" }), "`adopt` has to be a list of texts"],
    [() => option({ take: [5] }), "`take` has to be a list of texts"],
    [() => option({ deleteData: "x" }), "`deleteData` has to be a list of texts"],
    [() => option({ timeoutMs: "5" }), "`timeoutMs` has to be a number of milliseconds above 0"],
    [() => option({ timeoutMs: Number.NaN }), "`timeoutMs` has to be a number of milliseconds above 0"],
    [() => option({ timeoutMs: -1 }), "`timeoutMs` has to be a number of milliseconds above 0"],
    [() => option({ timeoutMs: 5n }), "`timeoutMs` has to be a number of milliseconds above 0"],
    [() => option({ prune: "yes" }), "`prune` has to be true or false"],
    [() => option({ dryRun: 1 }), "`dryRun` has to be true or false"],
    [() => option({ expect: 5 }), "`expect` has to be a text"],
    [() => option({ today: new Date() }), "`today` has to be a text"],
    [
      () => option({ outputs: { "CloudflareKvNamespace/a": "id" } }),
      "`outputs` has to be an object whose values are objects",
    ],
    [() => option({ values: { a: 5 } }), "`values` has to be an object whose values are texts"],
    [() => option({ values: { a: Symbol("x") } }), "`values` has to be an object whose values are texts"],
    [() => option({ outputs: "x" }), "`outputs` has to be an object whose values are objects"],
    [() => option({ set: "a=b" }), "`set` has to be a list of pairs of texts"],
    [() => option({ set: [["a"]] }), "`set` has to be a list of pairs of texts"],
    [() => option({ signal: true }), "`signal` has to be an AbortSignal"],
    [() => option("x"), "an object is due with options of `destroy`; what was given is of type string"],
    [() => api.plan("a: 1", "token"), "an object is due with credentials; what was given is of type string"],
    [
      () => api.publish(new Uint8Array(1), undefined, {}),
      "an object is due with the place to publish to; what was given is of type undefined",
    ],
    [() => api.publish(new Uint8Array(1), {}, {}), "`bucket` has to be a text"],
    [() => api.publish(new Uint8Array(1), { bucket: "b", overwrite: "no" }, {}), "`overwrite` has to be true or false"],
    [() => api.setValue(5, 0, "a", "b"), "`text` has to be a text"],
    [() => api.setValue("a: 1", 1.5, "a", "b"), "`document` has to be a whole number from 0 on"],
    [() => api.setValue("a: 1", 0, "a"), "`value` has to be a text"],
  ];
  for (const [call, message] of calls) {
    await assert.rejects(call(), { name: "DeployError", code: "CFD0001", exitCode: 64, message });
  }
  assert.deepEqual(engine.calls, []);
});

test("a listener that throws does not reach the engine", async () => {
  const engine = fakeEngine({
    apply(_sources, _creds, _options, host) {
      host.onEvent({ type: "start", address: "script:a" });
      return { ok: resultOf() };
    },
  });
  const onEvent = () => {
    throw new Error("listener");
  };
  assert.equal((await createApi(engine).apply("a: 1", {}, { onEvent })).exitCode, 0);
});

function trapping(events, mayHaveWritten) {
  return fakeEngine({
    apply(_sources, _creds, _options, host) {
      for (const [type, address] of events) host.onEvent({ type, address });
      throw Object.assign(new Error("the engine stopped"), { name: "EngineTrap", mayHaveWritten });
    },
  });
}

test("a trap after a write is exit 3 and says what is unknown", async () => {
  const events = [
    ["start", "script:a"],
    ["done", "script:a"],
    ["start", "record:b"],
  ];
  const failure = { code: "CFD0901", exitCode: 3, done: ["script:a"], unknown: ["record:b"], notDone: [] };
  await assert.rejects(createApi(trapping(events, true)).apply("a: 1", {}), failure);
});

test("a trap before any write is exit 1", async () => {
  const failure = { code: "CFD0901", exitCode: 1, done: [], unknown: [] };
  await assert.rejects(createApi(trapping([], false)).apply("a: 1", {}), failure);
  await assert.rejects(
    createApi(
      fakeEngine({
        version: () => {
          throw Object.assign(new Error(), { name: "EngineTrap" });
        },
      }),
    ).version(),
    { exitCode: 1 },
  );
});

test("an engine that gives no answer is a trap, exit 3 once a change had begun, and never nothing", async () => {
  const silent = (events, answer) =>
    fakeEngine({
      apply(_sources, _creds, _options, host) {
        for (const [type, address] of events) host.onEvent({ type, address });
        return answer;
      },
    });
  const begun = [["start", "script:a"]];
  for (const answer of [undefined, {}, { ok: undefined }]) {
    const partial = { code: "CFD0901", exitCode: 3, done: [], unknown: ["script:a"] };
    await assert.rejects(createApi(silent(begun, answer)).apply("a: 1", {}), partial);
    await assert.rejects(createApi(silent([], answer)).apply("a: 1", {}), { code: "CFD0901", exitCode: 1 });
  }
});

test("publish takes bytes and blobs only", async () => {
  const refusal = { name: "DeployError", exitCode: 64, message: "`bundle` has to be a Uint8Array or a Blob" };
  await assert.rejects(createApi(fakeEngine({})).publish("text", { bucket: "b" }, {}), refusal);
});

test("a signal reaches every listener of the call, and nothing stays on it afterwards", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const heard = [];
  const engine = fakeEngine({
    async apply(_sources, _creds, _options, host) {
      for (let request = 0; request < 20; request += 1) {
        host.signal.addEventListener("abort", () => heard.push(request));
      }
      assert.equal(getEventListeners(signal, "abort").length, 1);
      controller.abort();
      assert.equal(host.signal.aborted, true);
      return { ok: resultOf() };
    },
  });
  await createApi(engine).apply("a: 1", {}, { signal });
  assert.equal(heard.length, 20);
  assert.equal(getEventListeners(signal, "abort").length, 0);
});
