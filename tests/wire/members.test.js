/** Two answers are compared by their members and types alone, and every difference is found. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { differences, membersOf } from "./members.js";

const ANSWERS = [
  { success: true, errors: null, result: [{ id: "a", ttl: 1, tags: [], header: { Host: ["x"] } }] },
  { success: true, errors: [], result: [{ id: "b", ttl: null, tags: [], meta: { step: 1 } }] },
];

test("members are told by path, those of some objects alone with a question mark", () => {
  assert.deepEqual(membersOf(ANSWERS), {
    errors: "list | null",
    result: "list",
    "result[]": "object",
    "result[].header?": "object",
    "result[].header{}": "list",
    "result[].header{}[]": "string",
    "result[].id": "string",
    "result[].meta.step": "number",
    "result[].meta?": "object",
    "result[].tags": "list",
    "result[].ttl": "null | number",
    success: "boolean",
  });
});

test("what is missing, more, or of another type is found, each once", () => {
  const recorded = membersOf(ANSWERS);
  const answer = (item, more = {}) => membersOf([{ success: true, errors: [], result: [item], ...more }]);
  const whole = { id: "c", ttl: 5, tags: [] };
  assert.deepEqual(differences(recorded, recorded), {});
  assert.deepEqual(differences(answer(whole), recorded), {});
  assert.deepEqual(differences(answer({ ...whole, tags: ["a"] }), recorded), {}, "recorded empty: nothing is known");
  assert.deepEqual(differences(answer({ ...whole, id: 7 }), recorded), { "result[].id": "number" });
  assert.deepEqual(differences(answer({ ...whole, ttl: "1" }), recorded), { "result[].ttl": "string" });
  assert.deepEqual(differences(answer({ ...whole, meta: {} }), recorded), { "result[].meta.step": "missing" });
  assert.deepEqual(differences(answer({ id: "c", ttl: 5 }), recorded), { "result[].tags": "missing" });
  assert.deepEqual(differences(answer({ ...whole, new: { inner: 1 } }), recorded), { "result[].new": "more" });
  assert.deepEqual(differences(answer(whole, { result_info: { page: 1 } }), recorded), { result_info: "more" });
  assert.deepEqual(differences(answer(whole, { errors: undefined }), recorded), { errors: "undefined" });
  const some = membersOf([{ success: true, errors: [], result: [whole, { ...whole, tags: undefined, ttl: 1 }] }]);
  assert.deepEqual(differences(some, recorded), { "result[].tags": "undefined" });
  const dropped = membersOf([{ success: true, errors: [], result: [whole, { id: "d", ttl: 1 }] }]);
  assert.deepEqual(differences(dropped, recorded), { "result[].tags": "missing" }, "not in each is missing");
});
