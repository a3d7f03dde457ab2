/** Behind a proxy, and behind one that opens TLS: `HTTPS_PROXY`, `NO_PROXY`, `NODE_EXTRA_CA_CERTS`. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { createProxyFetch, proxyPasswords } from "../../js/cli/proxy-fetch.js";
import { CANARIES } from "../canaries/index.js";
import { createSite, PLAIN } from "./deploying.js";
import { fakeEngine, planOf } from "./fake-engine.js";
import { directoryWith, run } from "./harness.js";
import { API, AUTHORITY, S3, startProxy } from "./proxied.js";

/** Nothing listens there. */
const NOWHERE = "http://127.0.0.1:9";

describe("a run behind a proxy", () => {
  let site;
  let proxy;
  let env;
  before(async () => {
    site = await createSite();
    await writeFile(join(site.directory, "plain.yaml"), PLAIN);
    site.cloudflare.putObject("bundles", "plain/v1.js", "export default { fetch: () => new Response() }");
    proxy = await startProxy(site.cloudflare);
    env = {
      HTTPS_PROXY: proxy.url,
      NODE_EXTRA_CA_CERTS: AUTHORITY,
      CLOUDFLARE_API_TOKEN: site.cloudflare.token,
      CLOUDFLARE_ACCOUNT_ID: site.cloudflare.accountId,
      CLOUDFLARE_API_BASE_URL: API,
      R2_ENDPOINT: S3,
    };
  });
  after(async () => {
    proxy.close();
    await site.close();
  });
  beforeEach(() => {
    proxy.tunnels.length = 0;
  });
  const start = (args, more = {}) => site.start(args, { env: { ...env, ...more } }).ended;

  test("deploys through the proxy, API and bundles alike, with the password of its address", async () => {
    const address = proxy.url.replace("//", `//user:${encodeURIComponent(CANARIES.secret)}@`);
    const { exit, stderr } = await start(["plain.yaml"], { HTTPS_PROXY: address });
    assert.equal(exit, 0, stderr);
    assert.ok(site.cloudflare.state.scripts.has("plain"));
    assert.deepEqual([...new Set(proxy.tunnels)].sort(), ["api.proxied.test:443", "s3.proxied.test:443"]);
    const basic = `Basic ${Buffer.from(`user:${CANARIES.secret}`).toString("base64")}`;
    assert.ok(proxy.authorizations.includes(basic));
  });

  test("an address without a scheme is exit 64, and no word of it is printed", async () => {
    const { exit, stderr } = await start(["plan", "plain.yaml"], { HTTPS_PROXY: `user:${CANARIES.secret}@proxy:3128` });
    assert.equal(exit, 64);
    assert.match(stderr, /HTTPS_PROXY is no address of a proxy/);
    assert.match(stderr, /help: write it with its scheme/);
  });

  test("a certificate of an unknown authority is told as one, once, with what to set", async () => {
    const { exit, stderr } = await start(["plan", "plain.yaml"], { NODE_EXTRA_CA_CERTS: undefined });
    assert.equal(exit, 1, stderr);
    assert.equal(stderr.match(/error\[CFD0620\]/g)?.length, 1, stderr);
    assert.equal(stderr.match(/NODE_EXTRA_CA_CERTS/g)?.length, 1, stderr);
    assert.doesNotMatch(stderr, /again in|may have taken effect/);
    assert.ok(proxy.tunnels.length <= 2, "the two reads of the first round, and none again");
  });

  test("--local goes to this machine, whatever proxy is set", async () => {
    const { exit, stderr } = await start(["plan", "plain.yaml", "--local"], {
      HTTPS_PROXY: NOWHERE,
      HTTP_PROXY: NOWHERE,
    });
    assert.equal(exit, 0, stderr);
  });
});

describe("which requests go through", () => {
  test("without a proxy nothing is loaded, and an empty variable is none", async () => {
    assert.equal(await createProxyFetch({}), undefined);
    assert.equal(await createProxyFetch({ HTTPS_PROXY: "", http_proxy: "", NO_PROXY: "*" }), undefined);
  });

  test("what runs on this machine is asked directly, by every name of it", async () => {
    const server = createServer((_, answer) => answer.end("here"));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address();
    const fetch = await createProxyFetch({ HTTP_PROXY: NOWHERE, HTTPS_PROXY: NOWHERE });
    for (const host of ["127.0.0.1", "localhost", "127.1"]) {
      assert.equal(await (await fetch(`http://${host}:${port}/`, {})).text(), "here", host);
    }
    server.closeAllConnections();
    server.close();
  });

  test("plain http goes through HTTP_PROXY, https through HTTPS_PROXY, lower case first", async () => {
    const asked = [];
    const server = createServer().on("connect", ({ url }, socket) => {
      asked.push(url);
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const here = `http://127.0.0.1:${server.address().port}`;
    const fetch = await createProxyFetch({ http_proxy: here, HTTP_PROXY: NOWHERE, https_proxy: here });
    for (const url of ["http://a.proxied.test/", "https://b.proxied.test/"]) await assert.rejects(fetch(url, {}));
    assert.deepEqual(asked, ["a.proxied.test:80", "b.proxied.test:443"]);
    server.closeAllConnections();
    server.close();
  });

  test("the passwords in their addresses are known as they are sent and as they are written", () => {
    const env = { https_proxy: "http://me:a%2Fb@proxy:3128", HTTP_PROXY: "http://t0ken@proxy:3128" };
    assert.deepEqual(proxyPasswords(env).sort(), ["a%2Fb", "a/b", "t0ken"]);
    assert.deepEqual(proxyPasswords({ HTTPS_PROXY: "http://proxy:3128", HTTP_PROXY: "user:pass@proxy" }), []);
  });

  test("and the engine gets them, so that nobody's words show them", async () => {
    const engine = fakeEngine({ plan: { ok: planOf() } });
    const cwd = await directoryWith({ "plain.yaml": PLAIN });
    const env = { CLOUDFLARE_API_TOKEN: CANARIES.apiToken, HTTPS_PROXY: "http://me:a%2Fb@proxy:3128" };
    await run(["plan", "plain.yaml"], { engine, env, cwd });
    assert.deepEqual(engine.calls.at(-1).args[1].masked, ["a%2Fb", "a/b"]);
  });

  test("NO_PROXY names hosts, and domains with all below them", async () => {
    const env = { HTTPS_PROXY: NOWHERE, no_proxy: "other.test, .invalid" };
    const fetch = await createProxyFetch(env);
    const causeOf = async (url) => (await fetch(url, {}).catch(({ cause }) => cause)).code;
    // Asked directly, the name is looked up; through the proxy nobody looks it up here.
    assert.match(await causeOf("https://a.invalid/"), /ENOTFOUND|EAI_AGAIN/);
    assert.equal(await causeOf("https://a.test/"), "ECONNREFUSED");
  });
});
