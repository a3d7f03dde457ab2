/** Whatever a document or an example shows of a deployment to a real account keeps the digest of secrets when its token goes. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FENCED = /^```\w*\n([\s\S]*?)^```$/gm;

/** Names of files that people copy from. */
const DOCUMENTS = ["README.md", ...readdirSync(join(ROOT, "docs")).map((name) => `docs/${name}`)];

/** It names the token, and something that plans or deploys with it. */
const hasToken = (text) => /CLOUDFLARE_API_TOKEN|apiToken/.test(text);
const deploys = (text) => /cfworker-deploy (\w+ )?\S+\.ya?ml|\b(apply|plan)\(/.test(text);
const hasKey = (text) => /CFWORKER_FINGERPRINT_KEY|fingerprintKey/.test(text);

test("every recipe that deploys with a token of a pipeline sets CFWORKER_FINGERPRINT_KEY", () => {
  const blocks = DOCUMENTS.flatMap((name) =>
    [...readFileSync(join(ROOT, name), "utf8").matchAll(FENCED)].map(([, block]) => ({ name, block })),
  );
  const recipes = blocks.filter(({ block }) => hasToken(block) && deploys(block));
  const places = recipes.map(({ name }) => name);
  for (const name of ["README.md", "docs/environment.md", "docs/api-token-permissions.md"]) {
    assert.ok(places.includes(name), `the recipe of ${name} was found`);
  }
  for (const { name, block } of recipes) assert.ok(hasKey(block), `${name}:\n${block}`);
});

test("so does every example that has a token", () => {
  const files = readdirSync(join(ROOT, "examples"), { recursive: true }).filter((name) => name.endsWith(".js"));
  const deploying = files
    .map((name) => ({ name, text: readFileSync(join(ROOT, "examples", name), "utf8") }))
    .filter(({ text }) => hasToken(text) && deploys(text));
  assert.deepEqual(
    deploying.map(({ name }) => name),
    [join("deployer", "index.js")],
  );
  for (const { name, text } of deploying) assert.ok(hasKey(text), name);
});
