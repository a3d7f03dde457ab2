/** Configurations of wrangler's in place of manifests, with what is laid over them. */
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { isOfWrangler } from "../../js/cli/overlays.js";
import { createSite, eventsOf } from "./deploying.js";

const CONFIGURATION = `// A shop in two environments.
{
  "name": "shop",
  "main": "src/index.js",
  "compatibility_date": "2025-03-07",
  "vars": { "WHERE": "development", "ITEMS": { "most": 3 } },
  "assets": { "directory": "./public", "binding": "FILES" },
  "routes": ["shop.example.com/*"],
  "env": {
    "production": { "vars": { "WHERE": "production", "ITEMS": { "most": 5 } }, "routes": ["www.example.com/*"] },
  },
}
`;
const OVERLAY = `# What wrangler has no word for.
spec:
  script:
    bundle: {bucket: bundles, path: shop/development.js}
  dns:
    record: {type: AAAA, content: "100::"}
env:
  production:
    spec:
      script:
        bundle: {path: shop/production.js} # where --bundle writes
`;
const CODE = "export default { fetch: async (_, env) => new Response(`${env.WHERE} ${env.ITEMS.most}`) };";

describe("a configuration of wrangler's", { concurrency: false }, () => {
  let site;
  before(async () => {
    site = await createSite({ zones: ["example.com"], warmUp: true });
    await mkdir(join(site.directory, "shop", "public"), { recursive: true });
    const files = {
      "wrangler.jsonc": CONFIGURATION,
      "cfworker.yaml": OVERLAY,
      "index.js": CODE,
      "public/about.html": "about",
      "other.yaml": OVERLAY.replace("shop/development.js", "other.js"),
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(site.directory, "shop", name), text);
  });
  after(() => site.close());

  const cli = (...args) => site.start([...args, "--local", "--json"], {}).ended;
  const changesOf = (run) => eventsOf(run).filter(({ type, action }) => type === "change" && action !== "no-op");
  const PRODUCTION = ["shop/wrangler.jsonc", "--env", "production"];

  test("is deployed for an environment, its bundle written into the overlay, comments kept", async () => {
    const run = await cli("apply", ...PRODUCTION, "--bundle", "shop/index.js");
    assert.equal(run.exit, 0, run.stdout + run.stderr);
    const answer = await site.cloudflare.request("www.example.com", "/");
    assert.deepEqual([answer.status, answer.text], [200, "production 5"]);
    assert.equal((await site.cloudflare.request("www.example.com", "/about")).text, "about");
    const overlay = await readFile(join(site.directory, "shop", "cfworker.yaml"), "utf8");
    assert.match(overlay, /bundle: \{path: shop\/[0-9a-f]{12}\.js\} # where --bundle writes/);
    assert.match(overlay, /shop\/development\.js/);
  });

  test("writes nothing the second time", async () => {
    site.cloudflare.requests.clear();
    const run = await cli("apply", ...PRODUCTION);
    assert.deepEqual([run.exit, changesOf(run)], [0, []], run.stdout);
    const writes = site.cloudflare.requests.all().filter(({ method }) => !["GET", "HEAD"].includes(method));
    assert.deepEqual(writes, []);
  });

  test("is another Worker in another environment, and takes the overlay that is named", async () => {
    const run = await cli("plan", "shop/wrangler.jsonc", "--overlay", "shop/other.yaml");
    const { message } = eventsOf(run).find(({ severity }) => severity === "error");
    assert.match(message, /other\.js/);
  });

  test("is imported as a manifest of each environment, with nothing to do afterwards, and no file is replaced", async () => {
    await writeFile(join(site.directory, "shop", "wrangler.jsonc"), CONFIGURATION.replace("{", '{ "keep_vars": true,'));
    const run = await cli("import", "shop/wrangler.jsonc");
    assert.equal(run.exit, 0, run.stdout);
    const files = eventsOf(run).filter(({ type }) => type === "imported");
    assert.deepEqual(
      files.map(({ file, environment }) => [file, environment]),
      [
        ["shop/worker.yaml", undefined],
        ["shop/worker.production.yaml", "production"],
      ],
    );
    const text = await readFile(join(site.directory, "shop", "worker.production.yaml"), "utf8");
    assert.match(text, /^# `keep_vars` is left out: /m);
    const planned = await cli("plan", "shop/worker.production.yaml");
    assert.deepEqual([planned.exit, changesOf(planned)], [0, []], planned.stdout);
    assert.equal((await cli("import", "shop/wrangler.jsonc")).exit, 64);
    assert.equal(await readFile(join(site.directory, "shop", "worker.production.yaml"), "utf8"), text);
  });

  test("is imported where no account is named, and its manifest names none", async () => {
    await mkdir(join(site.directory, "alone"));
    await writeFile(
      join(site.directory, "alone", "wrangler.jsonc"),
      '{ "name": "alone", "main": "index.js", "compatibility_date": "2025-03-07", "kv_namespaces": [{ "binding": "CACHE" }] }',
    );
    const run = await site.start(["import", "alone/wrangler.jsonc", "--json"], {}).ended;
    assert.equal(run.exit, 0, run.stdout);
    assert.doesNotMatch(await readFile(join(site.directory, "alone", "worker.yaml"), "utf8"), /account_id/);
  });

  test("with a mistake is not imported, and a manifest has nothing to import", async () => {
    await mkdir(join(site.directory, "wrong"));
    await writeFile(join(site.directory, "wrong", "wrangler.toml"), 'name = "No Name"\nmain = "a"\n');
    const wrong = await cli("import", "wrong/wrangler.toml");
    assert.deepEqual([wrong.exit, eventsOf(wrong).some(({ type }) => type === "imported")], [65, false]);
    assert.equal((await cli("import", "shop/other.yaml")).exit, 65);
  });

  test("has findings that point into the file that each value was written in", async () => {
    await writeFile(join(site.directory, "wrangler.toml"), 'name = "hello"\nmain = 5\n[vars]\nA = "${x}"\n');
    await writeFile(join(site.directory, "cfworker.yml"), "spec:\n  script:\n    bundle: {bucket: No, path: a.js}\n");
    const run = await cli("validate", "wrangler.toml");
    const errors = eventsOf(run).filter(({ severity }) => severity === "error");
    assert.equal(run.exit, 65);
    assert.deepEqual(
      errors.map(({ file, line, path }) => [file, line, path]),
      [["cfworker.yml", 3, "spec.script.bundle.bucket"]],
    );
  });

  test("needs one of its kind for --overlay, and a file of YAML for --bundle", async () => {
    const run = await cli("plan", "shop/other.yaml", "--overlay", "shop/cfworker.yaml");
    assert.equal(run.exit, 64);
    const inline = { name: "a", cfworker: { spec: { script: { bundle: { bucket: "bundles", path: "a.js" } } } } };
    await mkdir(join(site.directory, "inline"));
    await writeFile(join(site.directory, "inline", "wrangler.json"), JSON.stringify({ ...inline, main: "a" }));
    const bundle = await cli("apply", "inline/wrangler.json", "--bundle", "shop/index.js");
    assert.equal(bundle.exit, 64);
    assert.match(bundle.stdout, /cfworker\.yaml/);
  });
});

test("the command line tells configurations of wrangler's by their names, as the engine does", () => {
  for (const name of [
    "wrangler.jsonc",
    "a/staging.jsonc",
    "wrangler.json",
    "a\\wrangler.toml",
    "wrangler.staging.json",
  ]) {
    assert.ok(isOfWrangler(name), name);
  }
  for (const name of ["manifest.json", "my-wrangler.json", "cfworker.yaml", "wrangler.yaml", "<stdin>"]) {
    assert.ok(!isOfWrangler(name), name);
  }
});
