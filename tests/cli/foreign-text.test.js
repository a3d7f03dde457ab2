/** Whoever sends back what a run sent, in whatever form: no line of the command line and no error of a call shows it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { apply, DeployError, plan } from "../../pkg/js/entrypoints/node.js";
import { assertClean, CANARIES } from "../canaries/index.js";
import { CANARY, createSite, PLAIN, startCli } from "./deploying.js";
import { directoryWith } from "./harness.js";

const { apiToken, s3Secret, otherSecret } = CANARIES;
const ACCOUNT = "0123456789abcdef0123456789abcdef";

/** What is sent back: as it came, encoded as in URLs, and as a browser would send a password. */
const ECHO = [
  `Authorization: Bearer ${apiToken}`,
  encodeURIComponent(CANARY),
  `Basic ${Buffer.from(`user:${apiToken}`).toString("base64")}`,
  s3Secret,
].join(", ");

const PAGES = {
  "a proxy's page": [403, "text/html", `<html><title>Denied: ${ECHO}</title><body>${ECHO}</body></html>`],
  "a page that is cut": [400, "text/plain", `${"x".repeat(70)} Authorization: Bearer ${apiToken}`],
  "a refusal of the API": [400, "application/json", JSON.stringify({ success: false, errors: [{ message: ECHO }] })],
  "an answer of another shape": [200, "application/json", JSON.stringify({ success: true, result: ECHO })],
};

describe("what others say of a credential is masked", () => {
  let directory;
  let server;
  let base;
  let page;
  before(async () => {
    directory = await directoryWith({
      "plain.yaml": `${PLAIN}  env: {secrets: {HELLO_API_KEY: "\${HELLO_API_KEY}"}}\n`,
    });
    server = createServer((_, answer) => answer.writeHead(page[0], { "content-type": page[1] }).end(page[2]));
    await once(server.listen(0, "127.0.0.1"), "listening");
    base = `http://127.0.0.1:${server.address().port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const start = (args, more = {}) =>
    startCli(directory, args, {
      env: {
        CLOUDFLARE_API_TOKEN: apiToken,
        CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
        CLOUDFLARE_API_BASE_URL: `${base}/client/v4`,
        R2_ENDPOINT: base,
        ...more,
      },
    }).ended;

  for (const [what, answer] of Object.entries(PAGES)) {
    test(`${what}: the command line shows it with stars, as text and as JSON`, async () => {
      page = answer;
      for (const args of [["plan"], ["apply", "--json"], ["doctor"], ["destroy", "--yes", "--json"]]) {
        const [command, ...flags] = args;
        const { exit, stdout, stderr } = await start([command, "plain.yaml", ...flags]);
        assert.notEqual(exit, 0, `${args}`);
        assert.match(stdout + stderr, /\*\*\*/, `${args}: ${stdout}${stderr}`);
      }
    });
  }

  test("an address with a password is refused without it", async () => {
    const address = base.replace("//", `//user:${encodeURIComponent(CANARY)}@`);
    for (const variable of ["CLOUDFLARE_API_BASE_URL", "R2_ENDPOINT"]) {
      const { exit, stderr } = await start(["plan", "plain.yaml"], { [variable]: `${address}/client/v4` });
      assert.notEqual(exit, 0);
      assert.match(stderr, /http:\/\/127\.0\.0\.1:\d+\/client\/v4` must not hold a user name or password/);
    }
  });
});

describe("what the caller's own functions throw is masked", () => {
  const creds = {
    apiToken,
    accountId: ACCOUNT,
    baseUrl: "https://api.example/client/v4",
    masked: [otherSecret, CANARY],
  };
  const failing = (fetch) => plan(PLAIN, creds, { fetch, timeoutMs: 400 });
  const told = (error) => {
    assert.ok(error instanceof DeployError);
    const text = `${error.message} ${JSON.stringify(error.diagnostics)} ${error.help}`;
    assertClean(text, "an error of a call");
    assert.match(text, /\*\*\*/);
    return true;
  };
  const said = () => new Error(`no route for ${ECHO}, ${otherSecret}`);

  const FETCHES = {
    "a fetch that throws": () => {
      throw said();
    },
    "a fetch that rejects": () => Promise.reject(said()),
    "an error whose cause says it": () => Promise.reject(new TypeError("failed", { cause: said() })),
    "a body that breaks off": async () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            controller.error(said());
          },
        }),
      ),
    "a body whose chunks throw when they are looked at": async () => ({
      status: 200,
      headers: new Headers(),
      body: (async function* chunks() {
        yield {
          get length() {
            throw said();
          },
        };
      })(),
    }),
  };
  for (const [what, fetch] of Object.entries(FETCHES)) {
    test(what, () => assert.rejects(failing(fetch), told));
  }

  test("events say as little as errors", async () => {
    const events = [];
    const stop = new AbortController();
    const fetch = async () => new Response(ECHO, { status: 503, headers: { "retry-after": "5" } });
    const onEvent = (event) => {
      events.push(event);
      if (event.type === "wait") stop.abort();
    };
    await assert.rejects(plan(PLAIN, creds, { fetch, signal: stop.signal, onEvent }), { exitCode: 130 });
    assertClean(events, "the events of a call");
    assert.match(JSON.stringify(events), /"type":"wait".*\*\*\*/);
  });
});

describe("a refused upload", () => {
  let site;
  before(async () => {
    site = await createSite();
    site.cloudflare.putObject("bundles", "hello/v1.js", "export default { fetch: () => new Response() }");
  });
  after(() => site.close());

  test("that quotes the value of a secret does not show it, in the library and in its events", async () => {
    const { apiUrl, accountId, token, s3, s3Url } = site.cloudflare;
    const manifest = `${PLAIN.replace("plain/v1.js", "hello/v1.js")}  env: {secrets: {KEY: "\${APP_KEY}"}}\n`;
    const creds = { apiToken: token, accountId, baseUrl: apiUrl, secrets: { APP_KEY: CANARY } };
    creds.r2 = { ...s3, endpoint: s3Url };
    async function refusing(url, init) {
      if (init.method !== "PUT") return fetch(url, init);
      const message = `binding KEY of text ${CANARY} (${JSON.stringify(CANARY)}) can't be used`;
      return Response.json({ success: false, errors: [{ code: 10021, message }] }, { status: 400 });
    }
    const events = [];
    await assert.rejects(
      apply(manifest, creds, { fetch: refusing, onEvent: (event) => events.push(event) }),
      (error) => {
        assertClean([error.message, error.diagnostics, error.help, events], "a refused upload");
        assert.match(error.message, /binding KEY of text \*\*\* \("\*\*\*"\) can't be used/);
        return true;
      },
    );
  });
});
