/** `apply --build`: the command of the manifest, what it gets, what it makes, and what happens when it fails. */

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createSite, PLAIN } from "./deploying.js";

const ESBUILD = fileURLToPath(new URL("../../node_modules/esbuild/bin/esbuild", import.meta.url));
const DNS = "  dns: {enabled: true, zone: example.com, hostname: plain.example.com}\n";

describe("a build on the way", { concurrency: false }, () => {
  let site;
  before(async () => {
    site = await createSite({ warmUp: true });
    await write("word.ts", "export const word: string = 'built';\n");
    await write("index.ts", "import { word } from './word'; export default { fetch: () => new Response(word) };\n");
  });
  after(() => site.close());

  const write = (name, content) => writeFile(join(site.directory, name), content);
  const manifest = () => readFile(join(site.directory, "plain.yaml"), "utf8");
  const stating = (build) => write("plain.yaml", `${PLAIN}${DNS}  build: ${JSON.stringify(build)}\n`);
  const apply = (...args) => site.cli("apply", "plain.yaml", "--local", ...args);
  const ask = async () => (await site.cloudflare.request("plain.example.com", "/")).text;
  const published = () => [...site.cloudflare.state.objects.buckets.get("bundles").objects.keys()];
  const writes = () => site.cloudflare.requests.all().filter(({ method }) => !["GET", "HEAD"].includes(method));

  test("what esbuild makes is published under its hash, deployed, and named in the manifest", async () => {
    await stating({
      command: `${ESBUILD} index.ts --bundle --format=esm --outfile=dist/index.js`,
      output: "dist/index.js",
    });
    const { exit, stderr } = await apply("--build");
    assert.equal(exit, 0, stderr);
    assert.match(stderr, /^build: \S*esbuild index\.ts --bundle/m);
    assert.equal(await ask(), "built");
    assert.match(await manifest(), /path: plain\/[0-9a-f]{12}\.js # keep me/);
  });

  test("a second build of the same sources writes nothing", async () => {
    site.cloudflare.requests.clear();
    const { exit, stderr } = await apply("--build");
    assert.equal(exit, 0, stderr);
    assert.match(stderr, /already there/);
    const toCloudflare = writes().filter(({ surface }) => surface === "api");
    assert.deepEqual(toCloudflare, [], "R2 is asked whether the same bytes are there");
  });

  test("without the flag the bundle is used as it stands, and nothing is built", async () => {
    await write("word.ts", "export const word: string = 'edited';\n");
    const { exit, stderr } = await apply();
    assert.equal(exit, 0, stderr);
    assert.doesNotMatch(stderr, /build:/);
    assert.equal(await ask(), "built");
  });

  test("a directory that is built goes as a tar of modules", async () => {
    await stating({
      command: `${ESBUILD} index.ts word.ts --format=esm --outdir=out --out-extension:.js=.js`,
      output: "out",
    });
    await write("index.ts", "import { word } from './word.js'; export default { fetch: () => new Response(word) };\n");
    const { exit, stderr } = await apply("--build", "--set", "spec.main_module=index.js");
    assert.equal(exit, 0, stderr);
    assert.equal(await ask(), "edited");
    assert.match(await manifest(), /path: plain\/[0-9a-f]{12}\.tar # keep me/);
  });

  test("a build that fails, or makes nothing, ends the run before any write", async () => {
    const before = published();
    for (const [build, message] of [
      [{ command: "echo why it fails; exit 3", output: "out" }, /ended with exit code 3/],
      [{ command: "true", output: "nowhere" }, /made no `nowhere`/],
      [{ command: "no-such-command-anywhere", output: "out" }, /ended with exit code 127/],
    ]) {
      await stating(build);
      site.cloudflare.requests.clear();
      const { exit, stderr } = await apply("--build");
      assert.equal(exit, 1, stderr);
      assert.match(stderr, /CFD0325/);
      assert.match(stderr, message);
      assert.deepEqual([writes(), published()], [[], before]);
    }
  });

  test("what a failing build prints is told, to people and to programs", async () => {
    await stating({ command: "echo the reason >&2; exit 1", output: "out" });
    assert.match((await apply("--build")).stderr, /^ {2}the reason$/m);
    assert.match((await apply("--build", "--json")).stdout, /the reason/);
  });

  test("tokens and keys of the environment are not given to it", async () => {
    const names = [
      "CLOUDFLARE_API_TOKEN",
      "R2_SECRET_ACCESS_KEY",
      "NPM_TOKEN",
      "CFWORKER_FINGERPRINT_KEY",
      "HELLO_API_KEY",
    ];
    await stating({ command: "env > seen.txt", output: "seen.txt" });
    const env = Object.fromEntries(names.map((name) => [name, "x".repeat(40)]));
    await site.start(["apply", "plain.yaml", "--local", "--build"], { env: { ...env, NODE_ENV: "production" } }).ended;
    const seen = await readFile(join(site.directory, "seen.txt"), "utf8");
    for (const name of names) assert.ok(!seen.includes(`${name}=`), name);
    assert.match(seen, /^NODE_ENV=production$/m);
    assert.match(seen, /^PATH=/m);
  });

  test("a manifest that states no build, and two sources of code, are bad usage", async () => {
    await write("plain.yaml", PLAIN);
    const none = await apply("--build");
    assert.equal(none.exit, 64, none.stderr);
    const two = await apply("--build", "--bundle", "index.ts");
    assert.equal(two.exit, 64, two.stderr);
  });
});
