/** The engine itself is downloaded by a page: that is a part of the call, within its time and its signal. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createDownload } from "../../js/download.js";
import { createEngine } from "../../js/engine.js";
import { createApi } from "../../js/index.js";
import { fakeEngine } from "./fake-engine.js";

/** An engine whose file never comes, and the signals of its downloads. */
function hanging() {
  const signals = [];
  const module = (signal) => {
    signals.push(signal);
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  };
  return { signals, api: createApi(createEngine({ module, createGlue: () => ({}) })) };
}

const MANIFEST = "a: 1";
const CREDS = { apiToken: "t" };

describe("a download of the engine that hangs", () => {
  const calls = {
    plan: (api, options) => api.plan(MANIFEST, CREDS, options),
    validate: (api, options) => api.validate(MANIFEST, options),
    bundleTargets: (api, options) => api.bundleTargets(MANIFEST, options),
    importManifests: (api, options) => api.importManifests(MANIFEST, options),
    publish: (api, options) => api.publish(new Uint8Array(), { bucket: "b", key: "k" }, CREDS, options),
  };
  for (const [name, call] of Object.entries(calls)) {
    test(`${name}: timeoutMs ends it, and says what held it up`, async () => {
      const { api, signals } = hanging();
      await assert.rejects(call(api, { timeoutMs: 20 }), (error) => {
        assert.deepEqual([error.name, error.code, error.exitCode], ["DeployError", "CFD0609", 1]);
        assert.match(error.message, /^gave up after \d+\.\d s; the engine was still being loaded$/);
        return true;
      });
      assert.ok(signals[0].aborted);
    });

    test(`${name}: the signal ends it with 130, before and while it waits`, async () => {
      const { api, signals } = hanging();
      const stop = new AbortController();
      const waiting = call(api, { signal: stop.signal });
      setTimeout(() => stop.abort(), 10);
      await assert.rejects(waiting, { code: "CFD0608", exitCode: 130 });
      await assert.rejects(call(api, { signal: stop.signal }), { code: "CFD0608", exitCode: 130 });
      assert.ok(signals.every(({ aborted }) => aborted));
    });
  }

  test("is not ended while another call waits for it, and begins anew afterwards", async () => {
    const { api, signals } = hanging();
    const stop = new AbortController();
    const other = calls.plan(api, { signal: stop.signal });
    await assert.rejects(calls.plan(api, { timeoutMs: 20 }), { code: "CFD0609" });
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [false],
    );
    stop.abort();
    await assert.rejects(other, { exitCode: 130 });
    await assert.rejects(calls.plan(api, { timeoutMs: 20 }), { code: "CFD0609" });
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true, true],
    );
  });

  test("does not keep back what is wrong with the call itself", async () => {
    const { api } = hanging();
    await assert.rejects(api.plan(MANIFEST, { apiTokn: "t" }), { exitCode: 64, message: /`apiTokn` is no credential/ });
  });
});

test("a download that fails is told as one, and tried again by the next call", async () => {
  let asked = 0;
  const load = createDownload(async () => {
    asked += 1;
    if (asked === 1) throw new Error("404");
    return "compiled";
  });
  const api = createApi({ ready: load, call: async () => ({ ok: {} }) });
  await assert.rejects(api.plan(MANIFEST, CREDS), { code: "CFD0602", message: "the engine can't be loaded: 404" });
  assert.deepEqual(await api.plan(MANIFEST, CREDS), {});
  await api.plan(MANIFEST, CREDS);
  assert.equal(asked, 2);
});

test("what the download took is a part of the run's time", async () => {
  const engine = fakeEngine({ plan: { ok: {} } });
  const ready = () => new Promise((resolve) => setTimeout(resolve, 30));
  await createApi({ ...engine, ready }).plan(MANIFEST, CREDS, { timeoutMs: 600_000 });
  const { timeoutMs } = engine.calls.at(-1).args[2];
  assert.ok(timeoutMs < 600_000 && timeoutMs > 0, `${timeoutMs}`);
});

test("a signal that is aborted already does not keep an engine away that is there: the run tells it", async () => {
  const load = createDownload(() => "compiled");
  assert.equal(await load(AbortSignal.abort()), "compiled");
});
