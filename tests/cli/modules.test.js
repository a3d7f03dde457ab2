/** Directories of modules: packed, published, deployed, and each kind of module used by the Worker that runs. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createSite, PLAIN } from "./deploying.js";

const ROUTED = PLAIN.concat("  dns: {enabled: true, zone: example.com, hostname: plain.example.com}\n");

/** The smallest module of WebAssembly that exports `add`. */
const ADD = Buffer.from("AGFzbQEAAAABBwFgAn9/AX8DAgEABwcBA2FkZAAACgkBBwAgACABags=", "base64");

const INDEX = `
import wasm from "./lib/add.wasm";
import page from "./page.html";
import query from "./0001.sql";
import bytes from "./raw.bin";
import old from "./lib/old.cjs";
import { name } from "./lib/name.mjs";
export default {
  async fetch() {
    const { exports } = await WebAssembly.instantiate(wasm);
    return new Response([exports.add(40, 2), page, query, new Uint8Array(bytes).join(), old.word, name].join(" "));
  },
};
//# sourceMappingURL=index.js.map
`;
const FILES = {
  "index.js": INDEX,
  "index.js.map": JSON.stringify({ version: 3, sources: ["index.ts"], mappings: "" }),
  "lib/add.wasm": ADD,
  "lib/old.cjs": "module.exports = { word: 'common' };",
  "lib/name.mjs": "export const name = 'module';",
  "page.html": "<p>",
  "0001.sql": "SELECT 1;",
  "raw.bin": Buffer.from([1, 2, 255]),
};
const ANSWER = "42 <p> SELECT 1; 1,2,255 common module";

describe("a directory of modules", { concurrency: false }, () => {
  let site;
  before(async () => {
    site = await createSite({ warmUp: true });
    await writeFile(join(site.directory, "plain.yaml"), ROUTED);
    await put("dist", FILES);
  });
  after(() => site.close());

  async function put(folder, files) {
    for (const [path, content] of Object.entries(files)) {
      const file = join(site.directory, folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    }
  }
  const apply = (...args) => site.cli("apply", "plain.yaml", ...args, "--local");
  const ask = () => site.cloudflare.request("plain.example.com", "/");
  const manifest = () => readFile(join(site.directory, "plain.yaml"), "utf8");
  const uploaded = () => site.cloudflare.state.scripts.get("plain").versions[0].modules;
  const writes = () =>
    site.cloudflare.requests.all().filter(({ method, surface }) => surface === "api" && method !== "GET");

  test("each kind of module is deployed and used, source maps go with them", async () => {
    const { exit, stderr } = await apply("--bundle", "dist");
    assert.equal(exit, 0, stderr);
    assert.equal((await ask()).text, ANSWER);
    assert.match(await manifest(), /path: plain\/[0-9a-f]{12}\.tar # keep me/);
    const [{ multipart }] = writes().filter(({ method, path }) => method === "PUT" && path.endsWith("/scripts/plain"));
    const map = multipart.find(({ filename }) => filename === "index.js.map");
    assert.equal(map?.type, "application/source-map");
  });

  test("the same files are the same bundle, whenever they were written", async () => {
    const before = await manifest();
    await utimes(join(site.directory, "dist", "page.html"), 1, 1);
    site.cloudflare.requests.clear();
    const { exit, stderr } = await apply("--bundle", "dist");
    assert.equal(exit, 0, stderr);
    assert.match(stderr, /already there/);
    assert.deepEqual([await manifest(), writes().length], [before, 0]);
  });

  test("what another tool packs of them at another time is no other version, by gzip or not", async () => {
    for (const [name, flags] of [
      ["plain.tar", "-cf"],
      ["packed", "-czf"],
    ]) {
      execFileSync("tar", [flags, join(site.directory, name), "--mtime=2001-01-01", "-C", "dist", "."], {
        cwd: site.directory,
      });
      const published = await site.cli("publish", name, `r2://bundles/plain/${name}`, "--local");
      assert.equal(published.exit, 0, published.stderr);
      await writeFile(join(site.directory, "other.yaml"), ROUTED.replace("plain/v1.js", `plain/${name}`));
      site.cloudflare.requests.clear();
      const { exit, stderr } = await site.cli("apply", "other.yaml", "--local");
      assert.equal(exit, 0, stderr);
      assert.equal(writes().filter(({ method }) => method === "PUT").length, 0, `${name} went up again`);
    }
  });

  test("a changed module goes up, and files that are no modules are told", async () => {
    await put("dist", { "page.html": "<b>", "README.md": "read me" });
    const { exit, stderr } = await apply("--bundle", "dist");
    assert.equal(exit, 0, stderr);
    assert.match(stderr, /CFD0323[^\n]*`README\.md`/);
    assert.equal((await ask()).text, ANSWER.replace("<p>", "<b>"));
  });

  test("an entry that is not clear stops the run, and `main_module` names it", async () => {
    await put("two", {
      "one.js": "import './two.js'",
      "two.js": "export default { fetch: () => new Response('two') }",
    });
    const unclear = await apply("--bundle", "two");
    assert.equal(unclear.exit, 1, unclear.stderr);
    assert.match(unclear.stderr, /CFD0322/);
    const { exit, stderr } = await apply("--bundle", "two", "--set", "spec.main_module=two.js");
    assert.equal(exit, 0, stderr);
    assert.equal((await ask()).text, "two");
  });

  test("a link in the directory is refused before anything is published", async () => {
    await put("linked", { "index.js": "export default {}" });
    await symlink("/etc/hostname", join(site.directory, "linked", "secret.txt"));
    const { exit, stderr } = await apply("--bundle", "linked");
    assert.equal(exit, 64, stderr);
    assert.match(stderr, /secret\.txt` is a link/);
    await rm(join(site.directory, "linked"), { recursive: true });
    const none = await apply("--bundle", "nowhere");
    assert.equal(none.exit, 64, none.stderr);
  });

  test("a Python Worker is deployed with its packages, and answers that it does not run here", async () => {
    const entry = "from workers import Response\ndef on_fetch(request): return Response('python')\n";
    await put("python", { "entry.py": entry, "requirements.txt": "fastapi\n", "python_modules/a/data": "x" });
    const { exit, stderr } = await apply("--bundle", "python", "--set", 'spec.compatibility_flags=["python_workers"]');
    assert.equal(exit, 0, stderr);
    const { status, text } = await ask();
    assert.equal(status, 501);
    assert.match(text, /does not run Python/);
    assert.deepEqual(
      uploaded().map(({ name, contentType }) => `${name} ${contentType}`),
      ["entry.py text/x-python", "python_modules/a/data application/octet-stream", "fastapi text/x-python-requirement"],
    );
  });
});
