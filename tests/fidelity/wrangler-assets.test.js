/** The real wrangler deploys static assets to Local Cloudflare; they are answered as `wrangler dev` answers them. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createForeignActors } from "../../js/local/foreign.js";
import { requestHost } from "../../js/local/host-request.js";
import { plan } from "../../pkg/js/entrypoints/node.js";
import { startLocalCloudflare } from "../canaries/local.js";
import { cli } from "./cli.js";
import { startDev } from "./dev.js";
import { skipReason, wrangler } from "./node24.js";

const HOST = "site.example.com";
const FILES = {
  "index.html": "<h1>home</h1>",
  "about.html": "about",
  "blog/index.html": "blog",
  "404.html": "no such page",
  "app.js": "console.log(1)",
  "style.css": "p {}",
  "photo.png": "not really",
  "data.bin": "bytes",
  noextension: "plain",
  "secret.map": "left out",
  ".assetsignore": "*.map\n",
  _headers: "/app.js\n  X-From: rules\n  ! Cache-Control\n/blog/*\n  X-Blog: yes\n",
  _redirects: "/old /about 301\n/b/:name /blog/:name 302\n",
};
const CODE = `export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/api/asset") return env.ASSETS.fetch(new URL("/style.css", request.url));
    return new Response("worker at " + pathname);
  },
};
`;
const PATHS = [
  ["/", "/index.html", "/about", "/about/", "/about.html", "/blog", "/blog/", "/blog/index", "/nothing", "/app.js"],
  ["/style.css", "/photo.png", "/data.bin", "/noextension", "/secret.map", "/_headers", "/old", "/b/x", "/api/asset"],
].flat();
/** Those that deployers and visitors can rely on. */
const HEADERS = ["content-type", "location", "cache-control", "x-from", "x-blog"];

const MANIFEST = (local) => `apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata: { name: site, org: acme, env: test }
spec:
  account_id: "${local.accountId}"
  worker_name: site
  script_bundle: { bucket: bundles, path: site.js }
  dns: { enabled: true, zone_id: "${local.zones[0].id}", hostname: ${HOST} }
`;

const SITES = [
  ["assets alone", { assets: { directory: "public", not_found_handling: "404-page" } }],
  ["slashes at the end", { assets: { directory: "public", html_handling: "force-trailing-slash" } }],
  ["an application", { assets: { directory: "public", not_found_handling: "single-page-application" } }],
  ["code and assets", { main: "index.js", assets: { directory: "public", binding: "ASSETS" } }],
  [
    "code first by rules",
    {
      main: "index.js",
      assets: { directory: "public", binding: "ASSETS", run_worker_first: ["/api/*", "/b*", "!/blog/*"] },
    },
  ],
];

describe("wrangler's static assets against Local Cloudflare", { skip: skipReason() }, () => {
  let local;
  let folder;

  before(async () => {
    local = await startLocalCloudflare({ zones: ["example.com"], warmUp: true });
    const record = { type: "AAAA", name: HOST, content: "100::", proxied: true };
    createForeignActors(local).addRecord(local.zones[0].id, record);
    folder = mkdtempSync(join(tmpdir(), "cfworker-deploy-assets-"));
    writeFileSync(join(folder, "index.js"), CODE);
    for (const [name, content] of Object.entries(FILES)) {
      const file = join(folder, "public", name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  });

  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await local.close();
  });

  function configure(more) {
    const config = {
      name: "site",
      compatibility_date: "2026-07-01",
      workers_dev: false,
      routes: [{ pattern: `${HOST}/*`, zone_id: local.zones[0].id }],
      ...more,
    };
    writeFileSync(join(folder, "wrangler.json"), JSON.stringify(config));
  }

  const sentFiles = () =>
    local.requests
      .all()
      .filter(({ path }) => path.endsWith("/workers/assets/upload"))
      .flatMap(({ multipart }) => multipart);

  for (const [what, config] of SITES) {
    test(`${what}: each path is answered as wrangler dev answers it`, async () => {
      configure(config);
      await wrangler(local, folder, ["deploy"]);
      const dev = await startDev(folder);
      try {
        for (const path of PATHS) {
          for (const headers of [{}, { "sec-fetch-mode": "navigate" }]) {
            const ours = told(await local.request(HOST, path, { headers }));
            const theirs = told(await requestHost(dev.port, HOST, path, { headers }));
            assert.deepEqual(ours, theirs, `${path} ${JSON.stringify(headers)}`);
          }
        }
      } finally {
        await dev.close();
      }
    });
  }

  test("our apply takes the Worker over: its assets, their rules and the binding stay; given back, no file is sent", async () => {
    await local.createBucket("bundles");
    await local.putObject("bundles", "site.js", Buffer.from(CODE.replace("worker at ", "ours at ")));
    writeFileSync(join(folder, "worker.yaml"), MANIFEST(local));
    local.requests.clear();
    const planned = await cli(local, folder, ["plan", "worker.yaml"]);
    const [, goOn] = /^Go on: (cfworker-deploy apply .*)$/m.exec(planned.stderr) ?? [];
    assert.ok(goOn?.includes("--adopt script:site"), planned.stderr);
    const applied = await cli(local, folder, goOn);
    assert.equal(applied.exit, 0, applied.stderr);
    const answered = async (path) => (await local.request(HOST, path)).text;
    assert.equal(await answered("/nothing"), "ours at /nothing");
    assert.equal(await answered("/api/asset"), FILES["style.css"]);
    assert.equal((await local.request(HOST, "/app.js")).headers["x-from"], "rules");
    assert.equal(await answered("/b/x"), "ours at /b/x", "run_worker_first is as wrangler left it");
    const creds = { apiToken: local.token, baseUrl: local.apiUrl, r2: { ...local.s3, endpoint: local.s3Url } };
    const { changes } = await plan(MANIFEST(local), creds);
    assert.ok(
      changes.every(({ action }) => action === "no-op"),
      JSON.stringify(changes),
    );
    await wrangler(local, folder, ["deploy"]);
    assert.equal(await answered("/nothing"), "worker at /nothing");
    assert.deepEqual(sentFiles(), []);
  });

  test("a manifest with the same directory sends none of the files that wrangler has sent, and serves the same", async () => {
    const block = "  assets: { directory: public, binding: ASSETS, run_worker_first: [/api/*, /b*, '!/blog/*'] }\n";
    writeFileSync(join(folder, "worker.yaml"), MANIFEST(local) + block);
    const answers = () => Promise.all(PATHS.map(async (path) => [path, told(await local.request(HOST, path))]));
    const before = await answers();
    local.requests.clear();
    const applied = await cli(local, folder, ["apply", "worker.yaml", "--yes", "--take", "script:site"]);
    assert.equal(applied.exit, 0, applied.stderr);
    assert.deepEqual(sentFiles(), []);
    const after = (await answers()).map(([path, { text, ...rest }]) => {
      return [path, { text: text.replace("ours at", "worker at"), ...rest }];
    });
    assert.deepEqual(Object.fromEntries(after), Object.fromEntries(before.map(([path, one]) => [path, { ...one }])));
  });

  test("a second deploy sends no file, and one after an edit sends that file alone", async () => {
    local.requests.clear();
    await wrangler(local, folder, ["deploy"]);
    assert.equal(sentFiles().length, 0);
    writeFileSync(join(folder, "public", "app.js"), "console.log(2)");
    await wrangler(local, folder, ["deploy"]);
    assert.deepEqual(
      sentFiles().map(({ type }) => type),
      ["text/javascript; charset=utf-8"],
    );
    assert.equal((await local.request(HOST, "/app.js")).text, "console.log(2)");
  });
});

function told({ status, headers, text }) {
  const named = HEADERS.filter((name) => headers[name] !== undefined).map((name) => [name, headers[name]]);
  return { status, text, ...Object.fromEntries(named) };
}
