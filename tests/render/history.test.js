/** The versions of Workers as people read them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { renderHistory } from "../../js/render/history.js";

const made = { author: "ann@example.com", source: "api" };
const deployed = { createdOn: "2026-11-28T12:00:01.5Z", ...made, percent: 100 };
const version = (fields) => ({
  id: "18f97339-c287-4872-9bdd-e2135c07ec12",
  number: 2,
  createdOn: "2026-11-28T12:00:00.123456Z",
  ...made,
  ours: true,
  percent: 0,
  deployments: [deployed],
  ...fields,
});
const textOf = (versions, more) =>
  renderHistory({ workers: { shop: { account: "a".repeat(32), script: "shop", ours: true, versions, ...more } } });

test("a version is a line: its share of the requests, number, id, time and maker; below it what its maker said", () => {
  assert.equal(
    textOf([version({ percent: 100, message: "r2://bundles/shop.js" }), version({ number: 1 })]),
    [
      "shop  (account aaaa…aaaa)",
      "",
      "    100 %  2  18f97339  2026-11-28T12:00:00Z  ann@example.com through api",
      "          r2://bundles/shop.js",
      "        -  1  18f97339  2026-11-28T12:00:00Z  ann@example.com through api",
      "",
    ].join("\n"),
  );
});

test("that a version went live in another way than by its upload is told", () => {
  const back = { ...deployed, author: "", source: "dash", message: "Rollback" };
  assert.match(textOf([version({ deployments: [back, deployed] })]), /deployed 2026-11-28T12:00:01Z {2}dash: Rollback/);
  const part = { ...deployed, percent: 12.5 };
  assert.match(textOf([version({ percent: 12.5, deployments: [part] })]), / 12\.5 % .*\n *deployed at 12\.5 % 2026/);
  assert.match(textOf([version({ deployments: [] })]), /never got requests/);
});

test("what is not ours is told", () => {
  assert.match(textOf([version({ ours: false })]), /not by us/);
  assert.match(textOf([], { ours: false }), /without the mark of this manifest/);
});

test("foreign text obeys nothing, and what is no history gives nothing", () => {
  const shown = textOf([version({ message: "\u001b[2J\u202e" })]);
  for (const obeyed of ["\u001b", "\u202e"]) assert.ok(!shown.includes(obeyed));
  for (const value of [undefined, null, {}, { workers: [] }, { workers: { a: 1 } }])
    assert.equal(renderHistory(value), "");
});
