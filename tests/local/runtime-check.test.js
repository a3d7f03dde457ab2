/** What a version is told before it is accepted: whether it starts, and what it handles. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createRuntime } from "../../js/local/runtime/index.js";
import { createState } from "../../js/local/state.js";
import { esm, serviceWorker, text, version, WASM } from "./loaded-version.js";

let runtime;
before(() => {
  runtime = createRuntime({ state: createState() });
});
after(() => runtime.close());

describe("check", () => {
  const accepted = {
    "a module Worker": [version([esm("export default { fetch() {}, scheduled() {} }")]), ["fetch", "scheduled"]],
    "a class with an inherited handler": [
      version([esm("class A { fetch() {} } export default class extends A { queue() {} }")]),
      ["fetch", "queue"],
    ],
    "only a Durable Object class": [version([esm("export class Room { fetch() {} }")]), []],
    "a cron Worker without fetch": [version([esm("export default { scheduled() {} }")]), ["scheduled"]],
    "service-worker syntax": [
      version([serviceWorker("addEventListener('fetch', () => {}); self.addEventListener('scheduled', () => {})")]),
      ["fetch", "scheduled"],
    ],
    "several modules": [
      version([
        esm(
          "import text from './t.txt'; import data from './d.bin'; import wasm from './m.wasm'; import { f } from './lib/a.js'; if (text !== 'hi' || data.byteLength !== 2 || !(wasm instanceof WebAssembly.Module)) throw new Error('bad'); export default { fetch: f }",
        ),
        text("t.txt", "hi"),
        { name: "d.bin", type: "data", contentType: "application/octet-stream", content: Buffer.from([0, 255]) },
        { name: "m.wasm", type: "wasm", contentType: "application/wasm", content: WASM },
        esm("export function f() {}", "lib/a.js"),
      ]),
      ["fetch"],
    ],
    nodejs_compat: [
      version([esm("import { Buffer } from 'node:buffer'; Buffer.from('x'); export default { fetch() {} }")], {
        compatibilityFlags: ["nodejs_compat"],
      }),
      ["fetch"],
    ],
    "bindings read while starting": [
      version(
        [
          esm(
            "import { env } from 'cloudflare:workers'; if (env.A !== 'a') throw new Error('no A'); export default { fetch() {} }",
          ),
        ],
        {
          bindings: [{ type: "secret_text", name: "A", text: "a" }],
        },
      ),
      ["fetch"],
    ],
  };
  for (const [what, [one, handlers]] of Object.entries(accepted)) {
    test(`${what} starts`, async () => {
      const verdict = await runtime.check(one);
      assert.deepEqual(
        { ok: verdict.ok, handlers: verdict.handlers, messages: verdict.messages },
        { ok: true, handlers, messages: [] },
        verdict.message,
      );
      assert.ok(verdict.startupTimeMs >= 1);
    });
  }

  const refused = {
    "a syntax error": [
      version([esm("export default {\n  fetch( {return }\n")]),
      10021,
      /SyntaxError[\s\S]*index\.js:2/,
    ],
    "an exception at start": [
      version([esm("\nthrow new TypeError('boom')")]),
      10021,
      /TypeError: boom\n +at index\.js:2:7/,
    ],
    "a missing import": [
      version([esm("import './none.js'; export default { fetch() {} }")]),
      10021,
      /No such module "none\.js"/,
    ],
    "a missing main module": [version([esm("")], { mainModule: "other.js" }), 10021, /No such module: other\.js/],
    "an unknown flag": [
      version([esm("export default { fetch() {} }")], { compatibilityFlags: ["no_such_flag"] }),
      10021,
      /no_such_flag/,
    ],
    "I/O in global scope": [
      version([esm("await fetch('http://127.0.0.1/'); export default { fetch() {} }")]),
      10021,
      /global scope/,
    ],
    "node modules without the flag": [
      version([esm("import 'node:fs'; export default { fetch() {} }")]),
      10021,
      /node:fs/,
    ],
    "a bad service-worker script": [version([serviceWorker("let x = ;")]), 10021, /SyntaxError[\s\S]*w\.js:1:8/],
    "no handlers": [version([esm("export const a = 1")]), 10068, /no registered event handlers/],
    "an empty service-worker script": [version([serviceWorker("let a = 1")]), 10068, /no registered event handlers/],
  };
  for (const [what, [one, code, message]] of Object.entries(refused)) {
    test(`${what} is refused with ${code}`, async () => {
      const verdict = await runtime.check(one);
      assert.deepEqual([verdict.ok, verdict.code], [false, code], JSON.stringify(verdict));
      assert.match(verdict.message, message);
    });
  }

  test("a Python Worker is accepted, and it is said that it does not run here", async () => {
    const python = { name: "w.py", type: "python", contentType: "text/x-python", content: Buffer.from("") };
    const { ok, handlers, messages } = await runtime.check(version([python]));
    assert.deepEqual([ok, handlers, messages.length], [true, ["fetch"], 1]);
    assert.match(messages[0], /does not run Python Workers/);
  });

  test("a script that never ends is given up, and the next one starts", async () => {
    const endless = runtime.check(version([esm("for (;;);")]));
    const beside = runtime.check(version([esm("export default { fetch: () => 0 }")]));
    const verdict = await endless;
    assert.equal((await beside).ok, true);
    assert.deepEqual([verdict.ok, verdict.code], [false, 10021]);
    assert.match(verdict.message, /CPU time/);
    assert.equal((await runtime.check(version([esm("export default { fetch: () => 1 }")]))).ok, true);
  });

  test("so is a service-worker script that never ends", async () => {
    const verdict = await runtime.check(version([serviceWorker("for (;;);")]));
    assert.match(verdict.message, /CPU time/);
  });

  test("a compatibility date newer than workerd is said", async () => {
    const { ok, messages } = await runtime.check(
      version([esm("export default { fetch() {} }")], { compatibilityDate: "2026-11-01" }),
    );
    assert.equal(ok, true);
    assert.match(messages[0], /^compatibility date 2026-11-01 is newer than the local workerd, which runs it at 2026-/);
  });

  test("a type without a local runtime is taken, and what that means is said", async () => {
    const bindings = [{ type: "ai", name: "AI" }];
    const { ok, messages } = await runtime.check(version([esm("export default { fetch() {} }")], { bindings }));
    assert.equal(ok, true);
    assert.match(messages[0], /^binding `AI` of type ai has no local runtime/);
  });

  test("a script that keeps a binding while it starts is started with all of them", async () => {
    const source = `import { env } from "cloudflare:workers";
    const bucket = env.BUCKET.get.bind(env.BUCKET);
    const model = env.AI;
    export default { fetch() {} }`;
    const bindings = [
      { type: "r2_bucket", name: "BUCKET", bucket_name: "b" },
      { type: "ai", name: "AI" },
    ];
    const { ok, message } = await runtime.check(version([esm(source)], { bindings }));
    assert.equal(ok, true, message);
  });

  test("a script that imports cloudflare:email starts, and its handlers are told", async () => {
    const source =
      "import { EmailMessage } from 'cloudflare:email'; if (!EmailMessage) throw new Error('none'); export default { email() {}, fetch() {} }; export class Room {}";
    const { ok, handlers, namedHandlers } = await runtime.check(version([esm(source)]));
    assert.deepEqual([ok, handlers, namedHandlers], [true, ["fetch", "email"], [{ name: "Room", handlers: [] }]]);
    const broken = await runtime.check(
      version([esm("import { EmailMessage } from 'cloudflare:email';\nthrow new Error('boom')")]),
    );
    assert.match(broken.message, /boom[\s\S]*index\.js:2/);
  });
});
