/**
 * `apply --bundle` writes into the manifest whatever way its path is spelled: it is edited where it stands, and where it
 * can't be, that is said before anything is published.
 */

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createSite, PLAIN, sourceOf } from "./deploying.js";

const HEAD = PLAIN.slice(0, PLAIN.indexOf("  script_bundle:"));
const KEY = String.raw`plain\/[0-9a-f]{12}\.js`;

/** Each with what the manifest holds afterwards, after its head. */
const EDITED = {
  "quoted, in a flow mapping": [
    "  script_bundle: {path: 'plain/v1.js', bucket: bundles} # keep me\n",
    `  script_bundle: {path: '${KEY}', bucket: bundles} # keep me\n`,
  ],
  "plain, in a flow mapping over two lines": [
    "  script_bundle: {\n    path: plain/v1.js, bucket: bundles\n  }\n",
    `  script_bundle: {\n    path: ${KEY}, bucket: bundles\n  }\n`,
  ],
  "a reference to an anchor, which other values keep": [
    "  env: {variables: {CODE: &code plain/v1.js}}\n  script_bundle:\n    bucket: bundles\n    path: *code # keep me\n",
    `  env: {variables: {CODE: &code plain/v1.js}}\n  script_bundle:\n    bucket: bundles\n    path: ${KEY} # keep me\n`,
  ],
};

/** No value of one line can stand in their place with all else as it is. */
const REFUSED = {
  "folded over two lines (`>-`)": "  script_bundle:\n    bucket: bundles\n    path: >-\n      plain/v1.js\n",
  "a literal block (`|-`)": "  script_bundle:\n    bucket: bundles\n    path: |-\n      plain/v1.js\n",
  "an anchor that another value refers to":
    "  script_bundle:\n    bucket: bundles\n    path: &code plain/v1.js\n  env: {variables: {CODE: *code}}\n",
};

describe("a path that is written in another way", { concurrency: false }, () => {
  let site;
  before(async () => {
    site = await createSite();
    await writeFile(join(site.directory, "two.js"), sourceOf("two"));
  });
  after(() => site.close());

  const deploy = async (rest) => {
    const file = join(site.directory, "plain.yaml");
    await writeFile(file, HEAD + rest);
    site.cloudflare.requests.clear();
    const result = await site.cli("apply", "plain.yaml", "--bundle", "two.js", "--local");
    return { ...result, text: await readFile(file, "utf8") };
  };

  for (const [how, [rest, edited]] of Object.entries(EDITED)) {
    test(`${how}: it names the published bundle, and all else stays`, async () => {
      const { exit, stderr, text } = await deploy(rest);
      assert.equal(exit, 0, stderr);
      const [before, behind] = edited.split(KEY);
      const [start, end] = [HEAD.length + before.length, text.length - behind.length];
      assert.deepEqual([text.slice(0, start), text.slice(end)], [HEAD + before, behind]);
      assert.match(text.slice(start, end), new RegExp(`^${KEY}$`));
    });
  }

  for (const [how, rest] of Object.entries(REFUSED)) {
    test(`${how}: refused with what to do, nothing is published and nothing written`, async () => {
      const { exit, stderr, text } = await deploy(rest);
      assert.equal(exit, 65, stderr);
      assert.match(
        stderr,
        /the value can't be written at `spec.script_bundle.path`\n[\s\S]*\nwrite the value there on one line/,
      );
      assert.equal(text, HEAD + rest);
      const writes = site.cloudflare.requests.all().filter(({ method }) => !["GET", "HEAD"].includes(method));
      assert.deepEqual(writes, []);
    });
  }
});
