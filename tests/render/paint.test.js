import assert from "node:assert/strict";
import { test } from "node:test";
import { createPaint, plain, styleOf } from "../../js/render/paint.js";

test("foreign text is inert", () => {
  assert.equal(plain("a\u001b[31m\u202eb"), "a\\u{1b}[31m\\u{202e}b");
  assert.equal(plain("a\u2028b\u00adc\u061cd"), "a\\u{2028}b\\u{ad}c\\u{61c}d");
  assert.equal(plain("half \ud83d, whole \u{1f600}"), "half \ufffd, whole \u{1f600}");
});

test("colour is asked for", () => {
  assert.equal(createPaint(true).red("a"), "\u001b[31ma\u001b[0m");
  assert.equal(createPaint(false).red("a"), "a");
});

test("a style that is none is the plain one", () => {
  const plainStyle = { color: false, width: 80 };
  for (const given of [undefined, null, 7, {}, { color: "yes", width: -1 }, { width: Number.NaN }]) {
    assert.deepEqual(styleOf(given), plainStyle);
  }
  assert.deepEqual(styleOf({ color: true, width: 100 }), { color: true, width: 100 });
});
