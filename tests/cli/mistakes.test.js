/** Mistakes of whoever calls are told as what they are, never as a defect of this program. */
import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createSite, PLAIN, startCli } from "./deploying.js";
import { directoryWith, run } from "./harness.js";

const isRoot = process.getuid?.() === 0;

/** Runs as somebody who may not write everywhere, also where the tests may. */
async function unprivileged(directory, args, env = {}) {
  const program = fileURLToPath(new URL("./as-nobody.js", import.meta.url));
  return startCli(directory, args, { env, ...(isRoot && { command: [process.execPath, program] }) }).ended;
}

async function refused(ended, words) {
  const { exit, stderr } = await ended;
  assert.equal(exit, 64, stderr);
  assert.match(stderr, words);
  assert.doesNotMatch(stderr, /defect/);
}

describe("local", () => {
  test("a zone that is no domain", async () => {
    for (const zone of ["foo bar", " ", "com", "a..example", "127.0.0.1", "-a.example", `${"a".repeat(64)}.example`]) {
      await refused(run(["local", "--zone", zone], { cwd: await directoryWith({}) }), /is no name of a zone/);
    }
  });

  test("a port that is none, and one beyond the last", async () => {
    for (const port of ["99999", "65536", "http", "-1", "1.5"]) {
      await refused(run(["local", "--port", port], { cwd: await directoryWith({}) }), /port|whole number/i);
    }
  });

  test("a namespace without a title", async () => {
    await refused(run(["local", "--kv", " "], { cwd: await directoryWith({}) }), /has to have a title/);
  });

  test("a file where a folder is due, for the account and for what leads to it", async () => {
    const cwd = await directoryWith({ taken: "", "below.txt": "" });
    await refused(run(["local", "--persist", "taken"], { cwd }), /cannot use `taken`: it is no folder/);
    await refused(run(["local", "--persist", "below.txt/kept"], { cwd }), /cannot use `below\.txt\/kept`/);
    const other = await directoryWith({ ".cfworker-deploy": "" });
    await refused(run(["local"], { cwd: other }), /`\.cfworker-deploy`.*no folder/);
  });
});

describe("a folder that is read-only", () => {
  let directory;
  before(async () => {
    directory = await directoryWith({ "worker.yaml": PLAIN });
    await mkdir(join(directory, "kept"));
    for (const path of [join(directory, "kept"), directory]) await chmod(path, 0o555);
  });
  after(() => chmod(directory, 0o755));

  test("for what `local` writes there", async () => {
    await refused(unprivileged(directory, ["local"]), /cannot write|not allowed/);
    await refused(unprivileged(directory, ["local", "--persist", "kept"]), /cannot write|not allowed/);
  });

  test("for a saved plan", async () => {
    await refused(unprivileged(directory, ["plan", "worker.yaml", "--out", "plan.json"]), /cannot write `plan\.json`/);
  });
});

describe("publish --manifest", () => {
  let site;
  before(async () => {
    site = await createSite();
    await writeFile(join(site.directory, "plain.yaml"), PLAIN);
    await writeFile(join(site.directory, "index.js"), "export default { fetch: () => new Response() }");
    await chmod(join(site.directory, "plain.yaml"), 0o444);
    await chmod(site.directory, 0o555);
  });
  after(async () => {
    await chmod(site.directory, 0o755);
    await site.close();
  });

  test("into a file that can't be written publishes nothing", async () => {
    const { token, accountId, apiUrl, s3Url } = site.cloudflare;
    const env = {
      CLOUDFLARE_API_TOKEN: token,
      CLOUDFLARE_ACCOUNT_ID: accountId,
      CLOUDFLARE_API_BASE_URL: apiUrl,
      R2_ENDPOINT: s3Url,
    };
    const args = ["publish", "index.js", "r2://bundles/plain/", "--manifest", "plain.yaml"];
    await refused(unprivileged(site.directory, args, env), /cannot write `plain\.yaml`/);
    assert.equal(site.cloudflare.requests.all().length, 0);
  });
});
