import assert from "node:assert/strict";
import { test } from "node:test";
import { linkedBy, notOnceEach } from "../../tools/check/crates.js";

/** As `cargo metadata` writes it: the crates that each crate uses, with the kind of use. */
function metadata(uses) {
  const packages = Object.keys(uses).map((id) => ({ id, name: id.split(" ")[0], version: id.split(" ")[1] ?? "1" }));
  const nodes = Object.entries(uses).map(([id, deps]) => ({
    id,
    deps: Object.entries(deps).map(([pkg, kind]) => ({ pkg, dep_kinds: [{ kind }] })),
  }));
  return { packages, resolve: { nodes } };
}

const idsOf = (packages) => packages.map(({ id }) => id);

test("what is linked is told from what only tests and build scripts use", () => {
  const used = metadata({ app: { a: null, t: "dev", b: "build" }, a: { c: null }, c: { a: null }, t: {}, b: {} });
  assert.deepEqual(idsOf(linkedBy(used, "app")), ["a", "c"]);
});

test("a crate that is linked twice, elsewhere in another version, or not at all is found", () => {
  const wasm = [
    { name: "idna", version: "1" },
    { name: "jiff", version: "1" },
    { name: "url", version: "1" },
  ];
  const native = [...wasm, { name: "idna", version: "0" }];
  assert.deepEqual(notOnceEach(["jiff", "url"], { wasm, native }), []);
  assert.match(notOnceEach(["idna"], { wasm, native }).join(), /idna .*: 1 for wasm, 1 and 0 for native/);
  assert.match(notOnceEach(["idna"], { wasm, native: native.slice(1) }).join(), /1 for wasm, 0 for native/);
  assert.match(notOnceEach(["sfv"], { wasm, native }).join(), /none for wasm, none for native/);
});
