/** Saved plans: what `--plan FILE` reads may be any file. It is a plan, or it is said that it is none. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { expectedOf, movedSince } from "../../js/cli/saved-plan.js";
import { DeployError } from "../../js/index.js";
import { createRandom, document, mutant, shrink } from "./random.js";

const CORPUS = new URL("../corpora/plans/", import.meta.url);
const WORDS = ["fingerprint", "changes", "address", "action", "reason", "fields", "script:a", "create", "__proto__"];
const QUOTED = [...WORDS.map((word) => JSON.stringify(word)), "null", "[]", "{}", "[null]", "7", '{"address":1}'];

const corpus = () => readdirSync(CORPUS).map((name) => readFileSync(new URL(name, CORPUS), "utf8"));

/** Reads a text as `--plan -` does, and compares with a plan of now. */
async function check(text) {
  const context = { cwd: "/", stdin: Readable.from([Buffer.from(text)]) };
  let read;
  try {
    read = await expectedOf(context, { plan: "-" });
  } catch (error) {
    assert.ok(error instanceof DeployError && [64, 65].includes(error.exitCode), `${error?.stack}`);
    return false;
  }
  assert.equal(typeof read.expect, "string");
  const change = { address: "script:now", action: "create", reason: "not found", fields: [] };
  const api = { plan: async () => ({ fingerprint: `not ${read.expect}`, changes: [change] }) };
  const refusal = new DeployError({ code: "CFD0503", exitCode: 5, message: "moved" });
  const told = await movedSince({ api, sources: [], creds: {}, options: {}, host: {} }, read, refusal);
  assert.equal(told, refusal);
  assert.match(told.help, /^moved since the plan was saved: /);
  return true;
}

/** @returns {Promise<{ failure?: Error, isPlan?: boolean }>} */
async function outcomeOf(text) {
  try {
    return { isPlan: await check(text) };
  } catch (failure) {
    return { failure };
  }
}

/**
 * Tries the corpus, then so many random texts of each seed.
 * @returns {Promise<{ tried: number, plans: number }>} `plans`: how many were plans
 * @throws {Error} with the smallest text found
 */
export async function trySavedPlans({ cases, seeds }) {
  const texts = corpus();
  let plans = 0;
  const attempt = async (text, from) => {
    const { failure, isPlan } = await outcomeOf(text);
    if (failure) throw new Error(await report(text, failure, from), { cause: failure });
    if (isPlan) plans += 1;
  };
  for (const text of texts) await attempt(text, "corpus");
  for (const seed of seeds) {
    const random = createRandom(seed);
    for (let index = 0; index < cases / seeds.length; index += 1) {
      await attempt(textOf(random, texts), `case ${index} of seed ${seed}`);
    }
  }
  return { tried: cases, plans };
}

function textOf(random, texts) {
  switch (random.below(6)) {
    case 0:
      return JSON.stringify(document(random, WORDS));
    case 1:
      return JSON.stringify({ ...document(random, WORDS), fingerprint: "f", changes: changesOf(random) });
    default:
      return mutant(random, texts, QUOTED);
  }
}

/** Changes as they should be, beside members of any shape. */
function changesOf(random) {
  const change = () => ({ ...document(random, WORDS), address: random.pick(WORDS) });
  return Array.from({ length: random.below(4) }, change);
}

async function report(text, failure, from) {
  const small = await shrink(
    text,
    async (smaller) => (await outcomeOf(smaller)).failure?.constructor === failure.constructor,
  );
  return `saved plans (${from}): ${failure.message}\n--- it belongs to tests/corpora/plans:\n${JSON.stringify(small)}`;
}
