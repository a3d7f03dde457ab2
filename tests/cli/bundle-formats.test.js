/** Formats of bundles, deployed and asked: what the file states, what the manifest states, what neither does. */

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { createSite, PLAIN } from "./deploying.js";

const ROUTED = PLAIN.concat("  dns: {enabled: true, zone: example.com, hostname: plain.example.com}\n");

const LISTENER = "addEventListener('fetch', (event) => event.respondWith(new Response('heard')));";

/** As `wrangler deploy --dry-run --outfile` writes it: a form whose boundary is its first line. */
async function outfile(metadata, parts) {
  const form = new FormData();
  form.set("metadata", JSON.stringify(metadata));
  for (const [field, content, type, filename] of parts) form.append(field, new File([content], filename, { type }));
  return Buffer.from(await new Response(form).arrayBuffer());
}

/** The smallest module of WebAssembly that exports `add`. */
const ADD = Buffer.from("AGFzbQEAAAABBwFgAn9/AX8DAgEABwcBA2FkZAAACgkBBwAgACABags=", "base64");

describe("formats of a bundle", { concurrency: false }, () => {
  let site;
  before(async () => {
    site = await createSite();
    await writeFile(join(site.directory, "plain.yaml"), ROUTED);
    await writeFile(join(site.directory, "listener.yaml"), ROUTED.concat("  script: {format: service-worker}\n"));
  });
  after(() => site.close());

  const write = (name, content) => writeFile(join(site.directory, name), content);
  const deploy = (manifest, bundle, ...args) => site.cli("apply", manifest, "--bundle", bundle, "--local", ...args);

  async function ask() {
    const options = { headers: { host: "plain.example.com" } };
    return new Promise((resolve, reject) => {
      request(site.cloudflare.dataUrl, options, (answer) => resolve(text(answer)))
        .on("error", reject)
        .end();
    });
  }

  test("parts that bindings name are uploaded with their bindings, whatever their files are called", async () => {
    const source = `addEventListener("fetch", (event) => event.respondWith(answer()));
      async function answer() {
        const { exports } = await WebAssembly.instantiate(ADD);
        return new Response([exports.add(40, 2), TEXT, new Uint8Array(DATA).join()].join(" "));
      }`;
    const bindings = [
      { name: "ADD", type: "wasm_module", part: "add" },
      { name: "TEXT", type: "text_blob", part: "text" },
      { name: "DATA", type: "data_blob", part: "data" },
    ];
    const parts = [
      ["worker.js", source, "application/javascript", "worker.js"],
      ["add", ADD, "application/wasm", "/srv/app/add.wasm"],
      ["text", "words", "text/plain", "/srv/app/words.txt"],
      ["data", new Uint8Array([1, 2, 3]), "application/octet-stream", "/srv/app/data.bin"],
    ];
    await write("parts.form", await outfile({ body_part: "worker.js", bindings }, parts));
    const { exit, stderr } = await deploy("plain.yaml", "parts.form");
    assert.equal(exit, 0, stderr);
    assert.equal(await ask(), "42 words 1,2,3");
    const { exit: again, stdout } = await site.cli("plan", "plain.yaml", "--local", "--detailed-exitcode");
    assert.equal(again, 0, stdout);
    assert.doesNotMatch(stdout, /kept/, "parts of the code are nobody else's bindings");
  });

  test("what the file asks for and the manifest lacks is told once, with what to add", async () => {
    const bindings = [{ name: "MODE", type: "plain_text", text: "prod" }];
    const metadata = { main_module: "index.js", bindings, compatibility_date: "2026-01-02" };
    const source = "export default { fetch: (_, env) => new Response(String(env.MODE)) };";
    const part = ["index.js", source, "application/javascript+module", "index.js"];
    await write("asks.form", await outfile(metadata, [part]));
    const { exit, stderr } = await deploy("plain.yaml", "asks.form");
    assert.equal(exit, 0, stderr);
    assert.equal(stderr.match(/CFD0305/g).length, 1, stderr);
    assert.match(stderr, /`MODE`, `compatibility_date`/);
    assert.match(stderr, /add this to `spec`.*"env":\{"variables":\{"MODE":"prod"\}\}/);
    assert.equal(await ask(), "undefined");
  });

  test("a single file is an ES module; the refusal of one that is none says which key to set, and it works", async () => {
    await write("listener.js", LISTENER);
    const refused = await deploy("plain.yaml", "listener.js");
    assert.equal(refused.exit, 1, refused.stderr);
    assert.match(refused.stderr, /the bundle neither imports nor exports.*`script\.format: service-worker`/);
    assert.match(refused.stderr, /code 100(21|68)/);
    assert.match(refused.stderr, /help: the code was sent as an ES module.*`script\.format: service-worker`/s);
    const { exit, stderr } = await deploy("listener.yaml", "listener.js");
    assert.equal(exit, 0, stderr);
    assert.doesNotMatch(stderr, /neither imports nor exports/);
    assert.equal(await ask(), "heard");
  });

  test("a module that is sent as a service worker is refused with the key to leave out", async () => {
    await write("module.js", "export default { fetch: () => new Response('module') };");
    const { exit, stderr } = await deploy("listener.yaml", "module.js");
    assert.equal(exit, 1, stderr);
    assert.match(stderr, /help: the code was sent as a service worker.*leave `script\.format` out/s);
  });

  test("publish hints at the format, and has nothing to say about a module", async () => {
    await write("listener.js", LISTENER);
    const publish = (...args) => site.cli("publish", ...args, "r2://bundles/hints/", "--local");
    assert.match((await publish("listener.js")).stderr, /`script\.format: service-worker`/);
    assert.equal((await publish("index.js")).stderr.includes("script.format"), false);
  });
});
