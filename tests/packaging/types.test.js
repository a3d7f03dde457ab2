/** The types of the installed package, as a strict TypeScript project sees them. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { PROJECT, tool, write } from "./project.js";

const STRICT = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--lib", "es2022,dom"];

function compile(name, text, ...options) {
  const args = [tool("typescript/bin/tsc"), ...STRICT, ...options, write(name, text)];
  return spawnSync(process.execPath, args, { cwd: PROJECT, encoding: "utf8" }).stdout;
}

const USE = `
import { apply, DeployError, destroy, explain, outputs, plan, publish, schema, validate, version } from "cfworker-deploy";

export async function deploy(manifest: string, apiToken: string): Promise<string[]> {
  const { ok, diagnostics } = await validate(manifest);
  if (!ok) return diagnostics.map(({ code, message }) => code + message);
  const controller = new AbortController();
  const planned = await plan(manifest, { apiToken }, { signal: controller.signal });
  try {
    await apply(manifest, { apiToken, secrets: { KEY: "value" } }, { expect: planned.fingerprint, fetch });
    await outputs(manifest, { apiToken });
    await publish(new Uint8Array(), { bucket: "bundles", key: "hello/" }, { apiToken, accountId: "id" });
    await destroy(manifest, { apiToken }, { allowDeletes: true });
  } catch (error) {
    if (error instanceof DeployError) return [error.code, ...error.done, ...error.notDone, ...error.unknown];
  }
  return [await version(), await schema(), String(await explain("CFD0001"))];
}
`;

for (const [module, moduleResolution] of [
  ["nodenext", "nodenext"],
  ["esnext", "bundler"],
]) {
  test(`a program compiles with module resolution ${moduleResolution}`, () => {
    assert.equal(compile("use.ts", USE, "--module", module, "--moduleResolution", moduleResolution), "");
  });
}

test("a CommonJS program compiles", () => {
  const text = `import deploy = require("cfworker-deploy"); export const result: Promise<string> = deploy.version();`;
  assert.equal(compile("use.cts", text, "--module", "nodenext"), "");
});

test("Local Cloudflare has types", () => {
  const text = `import { startLocalCloudflare } from "cfworker-deploy/local";
    const local = await startLocalCloudflare({ zones: ["example.com"] });
    export const url: string = local.apiUrl; await local.close();`;
  assert.equal(compile("local.mts", text, "--module", "nodenext"), "");
});

test("a misspelt option does not compile", () => {
  const text = `import { plan } from "cfworker-deploy"; void plan("", { apiTokn: "x" });`;
  assert.match(compile("misspelt.ts", text, "--module", "nodenext"), /apiTokn/);
});
