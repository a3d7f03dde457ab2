/** `.cfworker-deploy/local.json` is used only when it is the user's own. */
import assert from "node:assert/strict";
import { chmod, mkdir, rename, stat, symlink } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { findLocal, removeLocal, writeLocal } from "../../js/cli/local-state.js";
import { directoryWith, run } from "./harness.js";

describe("the file of a Local Cloudflare", { skip: !process.getuid && "this system has no users" }, () => {
  const server = createServer((socket) => socket.destroy());
  let directory;
  let path;
  before(() => new Promise((resolve) => server.listen(0, "127.0.0.1", resolve)));
  after(() => server.close());
  beforeEach(async () => {
    const url = `http://127.0.0.1:${server.address().port}`;
    directory = await directoryWith({ "worker.yaml": "kind: CloudflareWorker\n" });
    path = await writeLocal(directory, { api: url, s3: url, data: url, token: "t", pid: process.pid });
  });

  test("of this user alone is used", async () => {
    assert.equal((await findLocal(directory)).token, "t");
  });

  test("of another user is refused with words, and no request goes there", async (t) => {
    const own = process.getuid();
    t.mock.method(process, "getuid", () => own + 1);
    const { exit, stderr } = await run(["apply", "worker.yaml", "--local"], { cwd: directory });
    assert.equal(exit, 64);
    assert.match(stderr, new RegExp(`belongs to another user \\(${own}\\), not to you \\(${own + 1}\\)`));
    assert.match(stderr, /help: work in a folder of your own/);
  });

  test("that others can read or write, or whose folder they can write to, is refused", async () => {
    for (const [target, mode, words] of [
      [path, 0o640, /other users can read it/],
      [path, 0o602, /other users can write to it/],
      [join(directory, ".cfworker-deploy"), 0o777, /other users can write to it/],
    ]) {
      const before = (await stat(target)).mode;
      await chmod(target, mode);
      await assert.rejects(findLocal(directory), { exitCode: 64, message: words });
      await chmod(target, before);
    }
  });

  test("that is a link is refused", async () => {
    await rename(path, join(directory, "elsewhere.json"));
    await symlink(join(directory, "elsewhere.json"), path);
    await assert.rejects(findLocal(directory), { exitCode: 64, message: /it is a link/ });
  });

  test("is not written into a folder of another user", async (t) => {
    const own = process.getuid();
    t.mock.method(process, "getuid", () => own + 1);
    await assert.rejects(writeLocal(directory, {}), { exitCode: 64, message: /belongs to another user/ });
  });

  test("keeps a work tree clean, and leaves nothing behind", async () => {
    const folder = join(directory, ".cfworker-deploy");
    assert.ok((await stat(join(folder, ".gitignore"))).isFile());
    await removeLocal(path, process.pid);
    await assert.rejects(stat(folder), { code: "ENOENT" });
  });

  test("leaves a folder alone that somebody keeps something in", async () => {
    await mkdir(join(directory, ".cfworker-deploy", "own"));
    await removeLocal(path, process.pid);
    assert.ok((await stat(join(directory, ".cfworker-deploy", "own"))).isDirectory());
  });
});
