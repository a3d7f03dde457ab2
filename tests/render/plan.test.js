import assert from "node:assert/strict";
import { test } from "node:test";
import { renderPlan } from "../../js/render/plan.js";

const change = (address, action, why, fields = []) => {
  const [kind] = address.split(":");
  return { address, kind, action, why, reason: why.replaceAll("-", " "), fields };
};
const field = (path, old, next) => ({ path, old, new: next, secret: false, later: false });

function textOf(...changes) {
  const manifests = [{ account: "0123456789abcdef0123456789abcdef", script: "shop", zone: "a.example" }];
  return renderPlan({ fingerprint: "f", manifests, changes, summary: { reads: 9, writes: 1 } });
}

const updated = (...fields) => textOf(change("script:shop", "update", "changed", fields));
const widest = (text) => Math.max(...text.split("\n").map((line) => Array.from(line).length));

test("only what tells something is shown", () => {
  const text = textOf(
    change("script:shop", "update", "code or configuration changed", [
      field("a", 1, 2),
      field("inventory", ["x"], ["y"]),
    ]),
    change("record:a.example", "create", "not-found", [field("proxied", null, true)]),
    change("route:a.example/*", "no-op", "unchanged", [field("pattern", 1, 2)]),
  );
  assert.equal(
    text,
    `shop  (account 0123…cdef, zone a.example)

  ~ update  script  shop
             code or configuration changed
             a  1 -> 2
  + create  record  a.example
             proxied  true
  = no-op   route   a.example/*

1 to create, 1 to update, 0 to delete.   9 reads, 1 write.
Plan f
`,
  );
});

test("a Worker that is written twice says without what it is at first", () => {
  const twice = (action, why) => ({ ...change("script:api", action, why), firstWithout: ["script:a", "script:b"] });
  assert.match(
    textOf(twice("create", "not-found")),
    /script {2}api\n {13}uploaded twice, first without its bindings to script:a, script:b\n/,
  );
  assert.match(
    textOf(twice("delete", "destroyed")),
    /script {2}api\n {13}first deployed without its bindings to script:a, script:b, then deleted\n/,
  );
});

test("nothing is said to be fine beside an error", () => {
  const closing = (exitCode) => renderPlan({ manifests: [], changes: [], exitCode, summary: { reads: 9 } });
  assert.match(closing(0), /^Nothing to do: everything is as the manifest says\. {3}9 reads/m);
  assert.match(closing(5), /\nNothing is planned: there are errors\. {3}9 reads, 0 writes\.\n$/);
});

test("what stays is told, and what a plan would do besides", () => {
  const left = { address: "script:old", reason: "of others" };
  const kept = [{ ...left, path: "secrets.A" }];
  const changes = [change("script:a", "adopt", "not ours"), { ...change("route:b", "replace", "taken"), from: "c" }];
  const text = renderPlan({ offline: true, manifests: [], changes, kept, orphans: [left], unmanaged: [left] });
  assert.equal(
    text,
    `
  ~ adopt   script  a
             not ours
  ± replace  route   b
             taken (from c)
  kept       script:old secrets.A: of others
  orphan     script:old: of others
  unmanaged  script:old: of others

0 to create, 1 to update, 0 to delete, 1 to adopt, 1 orphaned and kept without \`--prune\`.   Offline: planned against an empty account.
Plan 
`,
  );
});

test("a store that stays says what would delete it", () => {
  const kept = [{ address: "kv:shop sessions", why: "holds-data", reason: "any words" }];
  const text = renderPlan({ destroys: true, manifests: [], changes: [], kept, summary: { reads: 1 } });
  assert.equal(
    text,
    `
  kept       kv:shop sessions: holds data; only \`--delete-data\` with this address deletes it

Nothing to delete: what is there of these manifests is kept.   1 read, 0 writes.
`,
  );
});

test("names stand below each other, however long a kind is", () => {
  const text = textOf(
    change("consumer:jobs", "create", "not-found"),
    change("kv:cache", "create", "not-found"),
    change("script:shop", "create", "not-found"),
  );
  const names = text.match(/(?<=create {2}).*/g).map((line) => line.search(/(?<= )\w+$/));
  assert.deepEqual(new Set(names), new Set([10]));
});

test("a secret has no value, and what is known later none yet", () => {
  const secret = (next) => ({ ...field("secrets.A", null, next), secret: true });
  const later = { ...field("id", "old", null), later: true };
  const text = updated(secret("shown"), secret(null), later, field("gone", "x", null), field("c", { b: 1, a: [] }, 2));
  assert.ok(!text.includes("shown"));
  for (const line of [
    "secrets.A  (secret)",
    "secrets.A  (secret) -> (removed)",
    'id  "old" -> (known after create)',
    'gone  "x" -> (removed)',
    'c  {"a":[],"b":1} -> 2',
  ]) {
    assert.ok(text.includes(`             ${line}\n`), `${line} in ${text}`);
  }
});

test("a pair that needs two lines shows where it differs", () => {
  const url = (end) => `https://user:"quoted"@${"long-".repeat(20)}.example.com/${end}`;
  const text = updated(
    field("variables.URL", url("v1/items"), url("v2/items")),
    field("variables.SHORT", "https://one.example.com/v1", "https://one.example.com/v2"),
    field("flags", ["a", "x".repeat(90)], ["b"]),
    field("gone", "y".repeat(90), null),
  );
  const expected = `             variables.URL
               "…long-long-long-long-.example.com/v1/items" (143 characters) ->
               "…long-long-long-long-.example.com/v2/items" (143 characters)
             variables.SHORT
               "https://one.example.com/v1" ->
               "https://one.example.com/v2"
`;
  assert.ok(text.includes(expected), text);
  assert.ok(widest(text) <= 80, text);
  for (const line of text.split("\n")) assert.ok(line.split('"').length % 2 === 1 || line.includes('["'), line);
});

test("a line keeps to its width and foreign text is inert", () => {
  const text = updated(field("variables.LONG", "x".repeat(90), `\u001b[2J${"y".repeat(900)}`));
  assert.ok(widest(text) <= 80 && text.includes('…" (90 characters) ->\n') && !text.includes("\u001b"), text);
  const manifests = [{ account: "a", script: "s\u0007", zone: "z\n" }];
  const changes = [change("k\u009b:a", "create", "not-found")];
  assert.doesNotMatch(renderPlan({ fingerprint: "\u001bc", manifests, changes }), /[^\P{Cc}\n]/u);
});

test("what is no plan gives nothing", () => {
  const cycle = { manifests: [], changes: [] };
  cycle.self = cycle;
  let deep = null;
  for (let depth = 0; depth < 10_000; depth += 1) deep = [deep];
  const getter = { manifests: [], changes: [] };
  Object.defineProperty(getter, "kept", { enumerable: true, get: () => assert.fail("a getter that stops") });
  const others = [undefined, null, 7, "plan", [], {}, { manifests: [], changes: [{}] }, { changes: [], manifests: 1n }];
  for (const value of [...others, cycle, getter]) assert.equal(renderPlan(value), "");
  assert.equal(updated(field("a", deep, 1)), "");
  assert.equal(renderPlan({ manifests: [], changes: [] }, null).length > 0, true);
});

test("a plan may be long", () => {
  const fields = Array.from({ length: 200_000 }, (_, number) => field(`variables.V${number}`, null, "x"));
  assert.match(updated(fields[0]), /variables\.V0 {2}"x"/);
  const text = textOf(change("script:shop", "update", "changed", fields));
  assert.equal(text.match(/variables\.V/g).length, fields.length);
});

test("nothing to do never stands beside orphans, and a destroy of nothing says so", () => {
  const plan = { manifests: [], changes: [], summary: { reads: 3, writes: 0 } };
  const orphans = [{ address: "route:a/*", why: "kept-without-prune", reason: "kept" }];
  assert.match(renderPlan(plan), /^Nothing to do: everything is as the manifest says\./m);
  const left = renderPlan({ ...plan, orphans });
  assert.doesNotMatch(left, /Nothing to do/);
  assert.match(
    left,
    /^No changes: all that the manifest says is there, and 1 thing that left it is kept; `--prune` deletes/m,
  );
  assert.match(
    renderPlan({ ...plan, destroys: true }),
    /^Nothing to delete: nothing of these manifests is deployed\./m,
  );
});

test("the word of a change and its flag agree", () => {
  const taken = { ...change("route:a/*", "adopt", "other-worker"), permit: "take", from: "theirs" };
  const adopted = { ...change("record:a", "adopt", "not-marked"), permit: "adopt", from: "A 192.0.2.1" };
  const text = textOf(taken, adopted);
  assert.match(text, /~ take {4}route {3}a\/\*\n {13}other worker \(from theirs\)/);
  assert.match(text, /~ adopt {3}record {2}a\n/);
  assert.match(text, /1 to adopt, 1 to take/);
});

test("the code of a change is told by its place and enough of its digest", () => {
  const sha256 = "5f".repeat(32);
  const text = updated(field("bundle", { version: 2 }, { bucket: "b", key: "a.js", sha256 }));
  assert.match(text, /"code of version 2" -> "r2:\/\/b\/a\.js \(sha256 5f5f5f5f5f5f\)"/);
});
