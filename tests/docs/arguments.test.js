/** js/arguments.d.ts, which is written by hand, has the keys that the calls know. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import ts from "typescript";
import { destroy, plan, promote, publish, rollback, validate } from "../../pkg/js/entrypoints/node.js";

const FILE = new URL("../../js/arguments.d.ts", import.meta.url);
const STATEMENTS = ts.createSourceFile("arguments.d.ts", readFileSync(FILE, "utf8"), ts.ScriptTarget.Latest).statements;

/** Far from every key, so that the refusal names them all. */
const UNKNOWN = { zzzzzzzzzzzzzzzz: 1 };

/** Names of an interface's own members. */
function declared(name) {
  const found = STATEMENTS.find((statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === name);
  return found.members.map((member) => member.name.text).sort();
}

/** Keys that a call knows, from how it refuses another one. */
async function known(call) {
  const { code, help } = await call.then(assert.fail, (error) => error);
  assert.equal(code, "CFD0001");
  assert.match(help, /^known: /);
  return [...help.matchAll(/`(\w+)`/g)].map(([, key]) => key).sort();
}

test("the types of options, credentials and places to publish to have the keys that the calls know", async () => {
  const options = declared("Options");
  assert.ok(options.length > 15);
  assert.deepEqual(await known(validate("", UNKNOWN)), options);
  assert.deepEqual(await known(destroy("", {}, UNKNOWN)), [...options, ...declared("DestroyOptions")].sort());
  const ofPromote = declared("PromoteOptions");
  assert.deepEqual(await known(promote("", {}, UNKNOWN)), [...options, ...ofPromote].sort());
  assert.deepEqual(
    await known(rollback("", {}, UNKNOWN)),
    [...options, ...ofPromote, ...declared("RollbackOptions")].sort(),
  );
  assert.deepEqual(await known(plan("", UNKNOWN)), declared("Credentials"));
  assert.deepEqual(await known(plan("", { r2: UNKNOWN })), declared("R2Credentials"));
  assert.deepEqual(await known(publish(new Uint8Array(), UNKNOWN, {})), declared("PublishTarget"));
});
