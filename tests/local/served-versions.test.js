/** Which version of a split deployment answers, and the addresses of versions that are not live. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawVersion } from "../../js/local/runtime/live.js";

const script = {
  name: "shop",
  versions: [{ id: "v2" }, { id: "v1" }, { id: "v0" }],
  deployments: [
    {
      versions: [
        { versionId: "v2", percentage: 10 },
        { versionId: "v1", percentage: 90 },
      ],
    },
  ],
};
const drawn = (headers) => drawVersion(script, headers).id;
const overriding = (value) =>
  drawn({ "cloudflare-workers-version-overrides": value, "cloudflare-workers-version-key": "a" });

test("a request with a key always gets the same version, and keys are spread by the shares", () => {
  const keys = Array.from({ length: 2000 }, (_, index) => `visitor ${index}`);
  const newer = keys.filter((key) => drawn({ "cloudflare-workers-version-key": key }) === "v2");
  assert.ok(newer.length > 140 && newer.length < 260, `${newer.length} of 2000`);
  for (const key of keys.slice(0, 20)) {
    assert.equal(drawn({ "cloudflare-workers-version-key": key }), drawn({ "cloudflare-workers-version-key": key }));
  }
});

test("an override names a version of the deployment for a Worker; any other one changes nothing", () => {
  const other = overriding(undefined);
  const wanted = other === "v1" ? "v2" : "v1";
  assert.equal(overriding(`shop="${wanted}"`), wanted);
  assert.equal(overriding(`cart="v9", shop="${wanted}"`), wanted);
  for (const value of [`shop="v0"`, `cart="${wanted}"`, `shop=${wanted}`, `shop="${wanted}", cart`, "", "nonsense"]) {
    assert.equal(overriding(value), other, value);
  }
});
