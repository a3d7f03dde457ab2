/** A caller's `fetch` is called as `fetch(url, init)`: those of other libraries carry a whole run. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import ky from "ky";
import nodeFetch from "node-fetch";
import { fetch as undiciFetch } from "undici";
import { createSite, isSettled, manifestOf } from "./site.js";

const LIBRARIES = {
  undici: undiciFetch,
  "node-fetch": nodeFetch,
  // It throws for every status that is an error, and sends again by itself: both are the engine's here.
  ky: ky.create({ throwHttpErrors: false, retry: 0 }),
};

describe("a whole run through the fetch of another library", () => {
  let site;
  before(async () => {
    site = await createSite();
    // More than one chunk, so that a body is read to its end, and large enough to be sent as a blob.
    await site.bundle("shop", "shop", 3_000_000);
  });
  after(() => site.close());

  for (const [name, fetch] of Object.entries(LIBRARIES)) {
    test(`${name}: plan, apply, nothing to do, destroy`, async () => {
      const asked = [];
      const watching = (url, init) => {
        asked.push({ url, init });
        return fetch(url, init);
      };
      const more = { options: { fetch: watching } };
      const manifest = manifestOf(site);
      assert.equal((await site.plan(manifest, more)).summary.create, 3);
      await site.apply(manifest, more);
      assert.equal(await site.ask("shop.example.com"), "shop");
      assert.ok(isSettled(await site.plan(manifest, more)));
      await site.destroy(manifest, more);
      assert.equal(await site.ask("shop.example.com"), 530);
      assert.ok(asked.length > 20);
      for (const { url, init } of asked) {
        assert.equal(typeof url, "string");
        assert.equal(init.redirect, "manual");
        assert.ok(init.signal instanceof AbortSignal);
        const { body } = init;
        assert.ok(body === undefined || body instanceof Uint8Array || (body instanceof Blob && body.size > 3_000_000));
      }
      assert.equal(asked.filter(({ init }) => init.body instanceof Blob).length, 1);
    });
  }
});
