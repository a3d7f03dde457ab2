/** A Worker at an international hostname, however its zone is named and however the API writes hosts in its answers. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createSite, isSettled, manifestOf, ZONE } from "./site.js";

const UNICODE = "bücher.example";
const A_LABEL = "xn--bcher-kva.example";

for (const hostnames of ["a-labels", "unicode"]) {
  describe(`hosts in answers as ${hostnames}`, () => {
    let site;
    before(async () => {
      site = await createSite({ zones: [ZONE, UNICODE], switches: { hostnames } });
      await site.bundle("shop");
    });
    after(() => site.close());

    const zoneId = () => site.zoneOf(A_LABEL);
    const ways = {
      "by its name alone": () => ({}),
      "by `zone`": () => ({ zone: UNICODE }),
      "by `zone` as an A-label": () => ({ zone: A_LABEL }),
      "by `zone_id`": () => ({ zone_id: zoneId() }),
    };
    for (const [way, named] of Object.entries(ways)) {
      for (const hostname of [UNICODE, `Läden.${UNICODE}`, A_LABEL]) {
        test(`${hostname}, its zone found ${way}: deployed, unchanged, answering, removed`, async () => {
          const manifest = manifestOf(site, { dns: { enabled: true, hostname, ...named() } });
          const host = hostname === A_LABEL ? A_LABEL : new URL(`http://${hostname}`).hostname;
          const { done } = await site.apply(manifest);
          assert.deepEqual(done.toSorted(), [`record:${host}`, `route:${host}/*`, "script:shop"]);
          const again = await site.during(() => site.apply(manifest));
          assert.deepEqual([again.writes, again.result.done], [[], []]);
          assert.ok(isSettled(await site.plan(manifest)));
          assert.equal(await site.ask(host), "shop");
          await site.destroy(manifest);
          assert.deepEqual([site.records(zoneId()), site.routes(zoneId())], [[], []]);
          assert.equal(site.local.state.scripts.size, 0);
        });
      }
    }
  });
}
