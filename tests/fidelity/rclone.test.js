/** rclone as a Makefile uses it, with its defaults: the system's own, if any, and the one that `tools/fidelity.js` installs. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { startLocalCloudflare } from "../canaries/local.js";

const run = promisify(execFile);
const PROGRAMS = [process.env.CFWORKER_TEST_RCLONE, "rclone"].filter(Boolean);
const SOURCE = "export default {}\n";

for (const program of PROGRAMS) {
  const version = await run(program, ["version"]).then(
    ({ stdout }) => stdout.split("\n", 1)[0],
    () => undefined,
  );
  describe(version ?? program, { skip: version === undefined && "not installed" }, () => {
    let local;
    let dir;
    before(async () => {
      local = await startLocalCloudflare();
      dir = await mkdtemp(join(tmpdir(), "rclone-"));
      await writeFile(join(dir, "index.js"), SOURCE);
    });
    after(async () => {
      await local.close();
      await rm(dir, { recursive: true, force: true });
    });

    const rclone = async (...args) => {
      const { PATH } = process.env;
      const env = {
        PATH,
        HOME: dir,
        RCLONE_CONFIG: join(dir, "none.conf"),
        RCLONE_CONFIG_R2_TYPE: "s3",
        RCLONE_CONFIG_R2_PROVIDER: "Cloudflare",
        RCLONE_CONFIG_R2_ENDPOINT: local.s3Url,
        RCLONE_CONFIG_R2_ACCESS_KEY_ID: local.s3.accessKeyId,
        RCLONE_CONFIG_R2_SECRET_ACCESS_KEY: local.s3.secretAccessKey,
      };
      return (await run(program, args, { env })).stdout;
    };

    for (const [what, bucket] of Object.entries({ "a new bucket": "fresh", "a bucket that is there": "bundles" })) {
      test(`copyto, ls and cat with ${what}`, async () => {
        local.createBucket("bundles");
        await rclone("copyto", join(dir, "index.js"), `r2:${bucket}/hello/v1.js`);
        assert.match(await rclone("ls", `r2:${bucket}`), /^ +18 hello\/v1\.js$/m);
        assert.equal(await rclone("cat", `r2:${bucket}/hello/v1.js`), SOURCE);
        await rclone("copyto", `r2:${bucket}/hello/v1.js`, join(dir, "back.js"));
        assert.equal(await readFile(join(dir, "back.js"), "utf8"), SOURCE);
      });
    }
  });
}
