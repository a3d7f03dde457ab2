/**
 * A large upload in Node is a stream of a stated length: it arrives whole, and one that broke off is sent again from its
 * beginning. A caller's `fetch` gets one only where it says that it takes streams.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { after, afterEach, before, describe, test } from "node:test";
import { publish } from "../../pkg/js/entrypoints/node.js";
import { createSite, manifestOf } from "./site.js";

const SIZE = 3_000_000;

describe("a large upload in Node", () => {
  let site;
  before(async () => {
    site = await createSite();
    await site.bundle("shop", "shop", SIZE);
  });
  after(() => site.close());
  afterEach(() => site.destroy(manifestOf(site)));

  /** Deploys through a fetch that takes streams; the first upload goes to another server. */
  async function deploy({ firstTo } = {}) {
    const uploads = [];
    const fetchOf = async (url, init) => {
      if (init.method !== "PUT") return fetch(url, init);
      uploads.push(init);
      return fetch(uploads.length === 1 && firstTo ? firstTo : url, init);
    };
    await site.apply(manifestOf(site), { options: { fetch: Object.assign(fetchOf, { takesStreams: true }) } });
    return uploads;
  }

  const arrived = () => site.local.requests.all().filter(({ method }) => method === "PUT");

  test("is a stream with its length beside it, and arrives whole", async () => {
    site.local.requests.clear();
    const [{ body, headers }] = await deploy();
    assert.ok(body instanceof ReadableStream);
    assert.ok(Number(headers.get("content-length")) > SIZE);
    assert.equal(await site.ask("shop.example.com"), "shop");
    assert.equal(arrived().length, 1);
  });

  /** Servers that do not take the upload, each in a way of its own. */
  const REFUSING = {
    "a server that breaks off in the middle": () =>
      createTcpServer((socket) => socket.on("error", () => {}).once("data", () => socket.resetAndDestroy())),
    "a server that answers before it has read anything": () =>
      createServer((_, answer) => answer.writeHead(503, { connection: "close" }).end()),
  };
  for (const [what, create] of Object.entries(REFUSING)) {
    test(`is sent again from its beginning after ${what}`, async () => {
      const server = create();
      await once(server.listen(0, "127.0.0.1"), "listening");
      try {
        const uploads = await deploy({ firstTo: `http://127.0.0.1:${server.address().port}/` });
        assert.equal(uploads.length, 2);
        assert.equal(await site.ask("shop.example.com"), "shop");
      } finally {
        server.closeAllConnections?.();
        server.close();
      }
    });
  }

  test("is sent again after a connection that never stood", async () => {
    const server = createTcpServer();
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address();
    await new Promise((closed) => server.close(closed));
    assert.equal((await deploy({ firstTo: `http://127.0.0.1:${port}/` })).length, 2);
    assert.equal(await site.ask("shop.example.com"), "shop");
  });
});

describe("publish takes a blob, which is read piece by piece", () => {
  let site;
  before(async () => {
    site = await createSite();
  });
  after(() => site.close());

  const put = (bundle, key) =>
    publish(bundle, { bucket: "bundles", key, accountId: site.local.accountId }, site.credentials);

  test("it is the same object as that of an array with its bytes", async () => {
    const bytes = new TextEncoder().encode(`export default {};\n// ${"x".repeat(SIZE)}\n`);
    const asBlob = await put(new Blob([bytes]), "a.js");
    const asArray = await put(bytes, "a.js");
    assert.deepEqual([asBlob.sha256, asBlob.bytes, asBlob.existed], [asArray.sha256, bytes.length, false]);
    assert.equal(asArray.existed, true);
  });

  test("one that can't be read, or holds other bytes than it says, is refused before any request", async () => {
    const stream = () => new Blob(["export default {}"]).stream();
    const broken = () => new ReadableStream({ start: (controller) => controller.error(new Error("gone")) });
    site.local.requests.clear();
    for (const [bundle, says] of [
      [{ size: 4, stream: broken }, /the bundle can't be read: gone/],
      [{ size: 400, stream }, /the bundle can't be read: 17 bytes came of 400/],
      [{ size: 4, stream }, /the bundle can't be read: 17 bytes came of 4$/],
      [{ size: 2 ** 40, stream }, /the bundle is larger than any that a Worker can have/],
    ]) {
      await assert.rejects(put(bundle, "b.js"), (error) => {
        assert.match(error.message, says);
        return error.exitCode === 64;
      });
    }
    assert.deepEqual(site.local.requests.all(), []);
  });
});
