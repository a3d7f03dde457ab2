/** examples/site by the command line: files go up once, are served, and stay or go as the manifest says. */
import assert from "node:assert/strict";
import { appendFile, cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createSite } from "../cli/deploying.js";

const SITE = fileURLToPath(new URL("../../examples/site", import.meta.url));

describe("examples/site", { concurrency: false }, () => {
  let site;
  before(async () => {
    site = await createSite({ zones: ["example.com"], warmUp: true });
    await cp(SITE, site.directory, { recursive: true });
    assert.equal((await cli("publish", "worker.js", "r2://bundles/site/worker.js")).exit, 0);
  });
  after(() => site.close());

  const cli = (...args) => site.cli(...args, "--local");
  const file = (...names) => join(site.directory, ...names);
  const apply = async () => {
    site.cloudflare.requests.clear();
    const run = await cli("apply", "site.yaml", "--yes");
    assert.equal(run.exit, 0, run.stdout + run.stderr);
    assert.doesNotMatch(run.stdout + run.stderr, /eyJ/, "tokens of sessions are never shown");
    const requests = site.cloudflare.requests.all();
    const sent = requests.filter(({ path }) => path.endsWith("/workers/assets/upload"));
    return {
      ...run,
      writes: requests.filter(({ method }) => method !== "GET" && method !== "HEAD").length,
      files: sent.flatMap(({ multipart }) => multipart).length,
    };
  };
  const get = async (path) => {
    const { status, headers, text } = await site.cloudflare.request("site.example.com", path);
    return { status, headers, text };
  };

  test("the first run sends each file once, and files, rules and the Worker answer", async () => {
    assert.equal((await apply()).files, 3);
    assert.match((await get("/")).text, /It works/);
    assert.equal((await get("/about")).headers["x-site"], "demo");
    assert.equal((await get("/home")).headers.location, "/");
    assert.deepEqual(JSON.parse((await get("/api/x")).text), { asked: "/api/x", about: "<p>About this site</p>" });
    const missing = await get("/notes/draft.md");
    assert.deepEqual([missing.status, missing.text], [404, "<p>Nothing here</p>\n"]);
  });

  test("the second run writes nothing", async () => {
    const { writes } = await apply();
    assert.equal(writes, 0);
  });

  test("a changed file goes up alone, a changed rule without any", async () => {
    await writeFile(file("public", "about.html"), "<p>About us</p>\n");
    assert.equal((await apply()).files, 1);
    assert.equal((await get("/about")).text, "<p>About us</p>\n");
    await appendFile(file("public", "_redirects"), "/us /about 302\n");
    assert.equal((await apply()).files, 0);
    assert.equal((await get("/us")).headers.location, "/about");
  });

  test("a lost answer, a refusal and a broken connection on the way of the files are made up for", async () => {
    for (const fault of [
      "POST */assets-upload-session:lost:1",
      "POST */workers/assets/upload:lost:1",
      "POST */workers/assets/upload:500:1",
      "POST */workers/assets/upload:reset:1",
    ]) {
      site.cloudflare.setFaults([fault]);
      await writeFile(file("public", "about.html"), `<p>${fault}</p>\n`);
      await apply();
      assert.equal((await get("/about")).text, `<p>${fault}</p>\n`);
    }
    site.cloudflare.setFaults([]);
  });

  test("files that can't be sent leave the live Worker as it is, and the next run goes on", async () => {
    site.cloudflare.setFaults(["POST */workers/assets/upload:403"]);
    const before = (await get("/about")).text;
    await writeFile(file("public", "about.html"), "<p>later</p>\n");
    const failed = await cli("apply", "site.yaml", "--yes");
    assert.equal(failed.exit, 4, failed.stdout + failed.stderr);
    assert.equal((await get("/about")).text, before);
    site.cloudflare.setFaults([]);
    await apply();
    assert.equal((await get("/about")).text, "<p>later</p>\n");
  });

  test("what may be code of the Worker is refused among the files, and a directory that is not there is named", async () => {
    await rm(file("public", ".assetsignore"));
    await writeFile(file("public", "_worker.js"), "export default {};");
    const refused = await cli("plan", "site.yaml");
    assert.equal(refused.exit, 64);
    assert.match(refused.stderr, /`_worker\.js` among the static assets looks like code of the Worker/);
    await rm(file("public", "_worker.js"));
    const missing = await cli("plan", "site.yaml", "--set", "spec.assets.directory=./nowhere");
    assert.equal(missing.exit, 64);
    assert.match(missing.stderr, /cannot read the static assets in `nowhere`/);
  });

  test("without the block the plan says what goes, and the Worker answers everywhere", async () => {
    const text = await readFile(file("site.yaml"), "utf8");
    const without = text.replace(/ {2}assets:\n(?: {4}.*\n)+/, "");
    await writeFile(file("site.yaml"), without);
    await writeFile(file("worker.js"), "export default { fetch: () => new Response('worker') };");
    assert.equal((await cli("publish", "worker.js", "r2://bundles/site/worker.js", "--overwrite")).exit, 0);
    const planned = await cli("plan", "site.yaml");
    assert.match(planned.stdout, /assets +"all that is live" -> \(removed\)/);
    await apply();
    assert.equal((await get("/about")).text, "worker");
  });
});
