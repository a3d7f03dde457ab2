/** `verifyContent`: live modules beside those of the bundle, byte for byte. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { pack } from "../../pkg/js/entrypoints/node.js";
import { createSite, isSettled, manifestOf, ZONE } from "./site.js";

const HOST = `shop.${ZONE}`;
const VERIFY = { options: { verifyContent: true } };

describe("live modules beside the bundle", { concurrency: false }, () => {
  let site;
  let manifest;
  before(async () => {
    site = await createSite();
    const files = {
      "index.js": 'import word from "./word.txt"; export default { fetch: () => new Response(word) };',
      "word.txt": "as it was published",
      "index.js.map": "{}",
    };
    const bytes = Object.entries(files).map(([name, text]) => [name, new TextEncoder().encode(text)]);
    await site.local.putObject("bundles", "shop.tar", Buffer.from(await pack(Object.fromEntries(bytes))));
    manifest = manifestOf(site, { script_bundle: { bucket: "bundles", path: "shop.tar" } });
    await site.apply(manifest);
  });
  after(() => site.close());

  const told = ({ diagnostics }) => diagnostics.filter(({ code }) => code === "CFD0324").map(({ message }) => message);
  const live = () => site.local.state.scripts.get("shop").versions[0].modules;

  test("equal modules are told, with what no answer tells, for one more read", async () => {
    const plain = await site.during(() => site.plan(manifest));
    const { result, requests } = await site.during(() => site.plan(manifest, VERIFY));
    assert.ok(isSettled(result));
    assert.deepEqual(told(result), [
      "what is live of `shop` is its bundle, byte for byte: 2 modules; no answer of Cloudflare tells its 1 source map",
    ]);
    assert.equal(requests.length, plain.requests.length + 1);
    assert.deepEqual(told(plain.result), []);
  });

  test("modules that were changed, added or lost beneath our mark are named, and put right", async () => {
    const [version] = site.local.state.scripts.get("shop").versions;
    const changed = live().map((module) => {
      return module.name === "word.txt" ? { ...module, content: Buffer.from("behind our back") } : module;
    });
    version.modules = [...changed, { ...changed[0], name: "more.js", content: Buffer.from("export {}") }];
    assert.ok(isSettled(await site.plan(manifest)), "without the option nobody looks");

    const plan = await site.plan(manifest, VERIFY);
    const change = plan.changes.find(({ address }) => address === "script:shop");
    assert.deepEqual([change.action, change.why], ["update", "content-differs"]);
    const modules = change.fields.filter(({ path }) => path.startsWith("modules."));
    assert.deepEqual(
      modules.map(({ path, old, new: wanted }) => [path, old?.bytes, wanted?.bytes]),
      [
        ["modules.word.txt", 15, 19],
        ["modules.more.js", 9, undefined],
      ],
    );
    await site.apply(manifest, VERIFY);
    assert.equal(await site.ask(HOST), "as it was published");
    assert.ok(isSettled(await site.plan(manifest, VERIFY)));
  });

  test("a Worker that is not there yet has nothing to compare", async () => {
    const fresh = manifestOf(site, { worker_name: "fresh", dns: undefined }, { name: "fresh" });
    fresh.spec.script_bundle = manifest.spec.script_bundle;
    assert.deepEqual(told(await site.plan(fresh, VERIFY)), []);
  });
});
