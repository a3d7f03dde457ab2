/**
 * What can't succeed from here, however often it is sent: told as what it is, with the way out, after one try; and never
 * called something that "may have taken effect" where nothing was sent.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:https";
import { after, before, describe, test } from "node:test";
import { createSite, manifestOf } from "./site.js";

const pem = (name) => readFileSync(new URL(`../cli/tls/${name}`, import.meta.url));
const writes = ({ method }) => method !== "GET" && method !== "HEAD";

describe("what can't succeed is tried once", () => {
  let site;
  before(async () => {
    site = await createSite();
    await site.bundle("shop");
  });
  after(() => site.close());

  /** A run in which requests of one kind meet something, and the rest of the account answers. */
  async function met(call, isMeant, behaves) {
    const sent = [];
    const waits = [];
    const fetchOf = (url, init) => {
      if (!isMeant(init)) return fetch(url, init);
      sent.push(`${init.method} ${new URL(url).pathname}`);
      return behaves(url, init);
    };
    const onEvent = (event) => event.type === "wait" && waits.push(event);
    const error = await site[call](manifestOf(site), { options: { fetch: fetchOf, onEvent } }).then(
      () => assert.fail(`${call} went well`),
      (error) => error,
    );
    assert.equal(new Set(sent).size, sent.length, `one of them was sent again: ${sent}`);
    assert.deepEqual(waits, []);
    return { error, sent };
  }

  /** What was never sent has not taken effect, and what was done before is told. */
  function assertNothingUnknown({ error }, code) {
    assert.equal(error.code, code, error.message);
    assert.deepEqual(error.unknown, []);
    assert.doesNotMatch(`${error.message} ${error.help} ${JSON.stringify(error.diagnostics)}`, /may have taken effect/);
  }

  const THROWN = {
    "a fetch that throws at once": {
      code: "CFD0622",
      behaves: () => {
        throw new TypeError("fetch is not allowed here");
      },
      says: /`fetch` does not work as one: fetch is not allowed here/,
      help: /returns a promise of a `Response`/,
    },
    "a limit of the host": {
      code: "CFD0621",
      behaves: () => Promise.reject(new Error("Too many subrequests by single Worker invocation.")),
      says: /this runtime sends no more requests: Too many subrequests/,
      help: /deploy fewer manifests in one run, or from a host with higher limits/,
    },
  };
  for (const [what, { code, behaves, says, help }] of Object.entries(THROWN)) {
    test(`${what}, for reads: nothing is repeated, and it is one finding`, async () => {
      const { error } = await met("plan", () => true, behaves);
      assert.equal(error.exitCode, 1);
      assertNothingUnknown({ error }, code);
      assert.equal(error.diagnostics.length, 1);
      assert.match(error.message, says);
      assert.match(error.help, help);
    });

    test(`${what}, for the first write: exit 1, as nothing was changed`, async () => {
      const run = await met("apply", writes, behaves);
      assertNothingUnknown(run, code);
      assert.deepEqual([run.error.exitCode, run.error.done, run.sent.length], [1, [], 1]);
      assert.ok(!site.local.state.scripts.has("shop"));
    });

    test(`${what}, for a later write: exit 3 with what is done, and the rest did not happen`, async () => {
      const run = await met("apply", ({ method }) => method === "POST", behaves);
      assertNothingUnknown(run, code);
      assert.deepEqual([run.error.exitCode, run.error.done], [3, ["script:shop"]]);
      assert.deepEqual(run.error.notDone, ["record:shop.example.com", "route:shop.example.com/*"]);
      await site.destroy(manifestOf(site));
    });
  }

  const ODD = { undefined, null: null, "a text": "no", "an object": {}, "a status that is a text": { status: "200" } };
  for (const [what, answer] of Object.entries(ODD)) {
    test(`a fetch that resolves to ${what} is told as one, whether it is asynchronous or not`, async () => {
      for (const behaves of [async () => answer, () => answer]) {
        const { error } = await met("plan", () => true, behaves);
        assertNothingUnknown({ error }, "CFD0622");
        assert.deepEqual([error.exitCode, error.diagnostics.length], [1, 1]);
        assert.match(error.message, /it gave something that is no response/);
      }
    });
  }

  test("a write whose fetch gives no Response did not happen, as far as anybody can tell: nothing is unknown", async () => {
    const run = await met("apply", writes, async () => undefined);
    assertNothingUnknown(run, "CFD0622");
    assert.deepEqual([run.error.exitCode, run.error.done, run.error.notDone[0]], [1, [], "script:shop"]);
  });

  test("a fetch that sends a write and forgets its answer is told as none; the next run finds what it left", async () => {
    const forgetful = async (url, init) => {
      await fetch(url, init);
    };
    const run = await met("apply", ({ method }) => method === "PUT", forgetful);
    assertNothingUnknown(run, "CFD0622");
    assert.ok(site.local.state.scripts.has("shop"));
    await site.apply(manifestOf(site));
    assert.equal(await site.ask("shop.example.com"), "shop");
    await site.destroy(manifestOf(site));
  });

  describe("a server whose TLS is not trusted", () => {
    const servers = {};
    before(async () => {
      servers.unknown = createServer({ key: pem("server.key"), cert: pem("server.pem") }, (_, answer) => answer.end());
      servers.none = createHttpServer((_, answer) => answer.end());
      for (const server of Object.values(servers)) await once(server.listen(0, "127.0.0.1"), "listening");
    });
    after(() => {
      for (const server of Object.values(servers)) {
        server.closeAllConnections();
        server.close();
      }
    });
    const at = (server, path = "/client/v4") => `https://127.0.0.1:${server.address().port}${path}`;

    for (const [name, what] of [
      ["unknown", "a certificate of an unknown authority"],
      ["none", "no TLS at all"],
    ]) {
      test(`${what} is one finding that names NODE_EXTRA_CA_CERTS, and its host is not asked again`, async () => {
        let connections = 0;
        servers[name].on("connection", () => {
          connections += 1;
        });
        const creds = { baseUrl: at(servers[name]), r2: { ...site.credentials.r2, endpoint: at(servers[name], "") } };
        await assert.rejects(site.plan(manifestOf(site), { creds }), (error) => {
          assertNothingUnknown({ error }, "CFD0620");
          assert.deepEqual([error.exitCode, error.diagnostics.length], [1, 1]);
          assert.match(error.help, /NODE_EXTRA_CA_CERTS/);
          return true;
        });
        // A connection for each read of the first round.
        const { sent } = await met(
          "plan",
          () => true,
          () => Promise.reject(new Error("Too many subrequests")),
        );
        assert.ok(connections <= sent.length, `${connections} connections for ${sent.length} reads`);
      });
    }

    test("before the first write it is exit 1: nothing was sent, nothing was changed", async () => {
      const elsewhere = (url, init) => fetch(at(servers.unknown, new URL(url).pathname), init);
      const run = await met("apply", writes, elsewhere);
      assertNothingUnknown(run, "CFD0620");
      assert.deepEqual([run.error.exitCode, run.error.notDone[0]], [1, "script:shop"]);
    });

    test("of R2 alone it is told as R2's", async () => {
      const creds = { r2: { ...site.credentials.r2, endpoint: at(servers.unknown, "") } };
      await assert.rejects(site.plan(manifestOf(site), { creds }), (error) => {
        assertNothingUnknown({ error }, "CFD0620");
        assert.match(error.message, new RegExp(`GET https://127.0.0.1:${servers.unknown.address().port}/bundles`));
        return true;
      });
    });
  });
});
