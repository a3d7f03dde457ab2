/** Templates that others made: planned as they are, imported, deployed, asked and uploaded as by wrangler. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { live } from "./foreign/life.js";
import { templates } from "./foreign/templates.js";
import { skipReason } from "./node24.js";

/** One of each sort that needs nothing from the network; `npm run test:foreign` takes all. */
const CHOSEN = [
  "hello-world/ts",
  "hello-world-with-assets/js",
  "hello-world-durable-object/ts",
  "queues/ts",
  "scheduled/js",
];

describe("templates of create-cloudflare", { skip: skipReason(), concurrency: false }, () => {
  for (const template of templates().filter(({ name }) => CHOSEN.includes(name))) {
    test(`${template.name} is planned, imported and deployed, answers as in wrangler dev, and is uploaded as by wrangler`, async () => {
      const { reason, steps } = await live(template);
      assert.equal(reason, undefined);
      assert.equal(steps.upload, "equal");
    });
  }

  test("the rule takes those for Workers that need no generator, in three languages", () => {
    const names = templates().map(({ name }) => name);
    for (const name of CHOSEN) assert.ok(names.includes(name), name);
    assert.ok(
      names.every((name) => !/next|react-router|pages/.test(name)),
      names.join(", "),
    );
    assert.ok(templates().some(({ isPython }) => isPython));
  });
});
