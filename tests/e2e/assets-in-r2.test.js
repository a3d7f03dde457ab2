/** Static assets that lie in R2, under a prefix or in a tar: read where they changed, and not otherwise. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { pack } from "../../pkg/js/entrypoints/node.js";
import { createSite, isSettled, manifestOf, ZONE } from "./site.js";

const HOST = `shop.${ZONE}`;
const FILES = {
  "index.html": "<p>home</p>",
  "deep/er/page.html": "<p>deep</p>",
  "style.css": "p {}",
  _headers: "/*\n  X-Site: r2\n",
  _redirects: "/old / 301\n",
};

describe("static assets in R2", { concurrency: false }, () => {
  let site;
  before(async () => {
    site = await createSite();
    await site.local.createBucket("sites");
    await site.bundle("shop", "code");
    for (const [name, text] of Object.entries(FILES)) await put(`docs/${name}`, text);
    await putTar(FILES);
  });
  after(() => site.close());

  const put = (key, content) => site.local.putObject("sites", key, Buffer.from(content));
  async function putTar(files) {
    const bytes = Object.entries(files).map(([name, text]) => [name, new TextEncoder().encode(text)]);
    await put("docs.tar", await pack(Object.fromEntries(bytes)));
  }
  const get = (path) => site.local.request(HOST, path);
  async function run(manifest) {
    const { result, requests, writes } = await site.during(() =>
      site.apply(manifest, { options: { allowDeletes: true } }),
    );
    const s3 = requests.filter(({ surface, path }) => surface === "s3" && path.startsWith("/sites"));
    const sent = requests.filter(({ path }) => path.endsWith("/workers/assets/upload"));
    return {
      result,
      writes,
      s3: s3.map(({ method }) => method),
      files: sent.flatMap(({ multipart }) => multipart).length,
    };
  }

  for (const [what, place, looks] of [
    ["a prefix", { prefix: "docs/" }, "GET"],
    ["a tar", { path: "docs.tar" }, "HEAD"],
  ]) {
    describe(what, { concurrency: false }, () => {
      const alone = () => manifestOf(site, { script_bundle: undefined, assets: { bucket: "sites", ...place } });
      const change = async (name, text) => {
        await put(`docs/${name}`, text);
        await putTar({ ...FILES, [name]: text });
      };
      before(() => {
        site.local.state.scripts.clear();
        site.local.state.records.set(site.zone, []);
        site.local.state.routes.set(site.zone, []);
      });

      test("files and rules answer, wherever the engine runs", async () => {
        await run(alone());
        assert.match((await get("/")).text, /home/);
        assert.match((await get("/deep/er/page")).text, /deep/);
        assert.equal((await get("/style.css")).headers["x-site"], "r2");
        assert.equal((await get("/old")).headers.location, "/");
      });

      test("an unchanged run asks R2 once and reads and writes nothing", async () => {
        const { result, writes, s3 } = await run(alone());
        assert.ok(isSettled(result.plan));
        assert.deepEqual([writes, s3], [[], [looks]]);
      });

      test("a changed file goes up alone", async () => {
        await change("index.html", `<p>new in ${what}</p>`);
        assert.equal((await run(alone())).files, 1);
        assert.match((await get("/")).text, new RegExp(`new in ${what}`));
        assert.deepEqual((await run(alone())).s3, [looks]);
      });

      test("code that comes beside them needs the files once more, and sends none of them", async () => {
        const both = manifestOf(site, { assets: { bucket: "sites", ...place } });
        const { files, writes } = await run(both);
        assert.deepEqual([files, writes.length > 0], [0, true]);
        assert.equal((await get("/nowhere")).text, "code");
        assert.match((await get("/")).text, /new in/);
        assert.ok(isSettled((await run(both)).result.plan));
        await change("index.html", FILES["index.html"]);
      });
    });
  }

  test("what is not there, and what is none of a site, is told before anything is written", async () => {
    const refused = async (assets, message) => {
      const { writes } = await site.during(() =>
        assert.rejects(site.apply(manifestOf(site, { script_bundle: undefined, assets })), { message }),
      );
      assert.deepEqual(writes, []);
    };
    await refused({ bucket: "sites", path: "nowhere.tar" }, /`r2:\/\/sites\/nowhere\.tar` is not there/);
    await refused({ bucket: "sites", prefix: "nowhere/" }, /no object lies under/);
    await refused({ bucket: "sites", path: "docs/index.html" }, /it is no tar/);
    await put("ignored/.assetsignore", "a\n");
    await put("ignored/index.html", "a");
    await refused({ bucket: "sites", prefix: "ignored/" }, /says which files are none of the site/);
  });
});
