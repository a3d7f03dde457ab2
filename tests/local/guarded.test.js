/** Who may ask what: internal sockets, bodies of strangers, and how much is kept of anybody's. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile, readlink } from "node:fs/promises";
import { request } from "node:http";
import { after, before, describe, test } from "node:test";
import { AwsClient } from "aws4fetch";
import { MAX_BODY_BYTES } from "../../js/local/body.js";
import { RequestLog } from "../../js/local/requests.js";
import { startSite } from "./live-site.js";

let site;
before(async () => {
  site = await startSite();
  site.local.createBucket("bundles");
  await site.deploy("hello", "export default { fetch: () => new Response('the Worker') }", {
    bindings: [{ type: "r2_bucket", name: "BUCKET", bucket_name: "bundles" }],
  });
  assert.equal(await (await site.visit("hello")).text(), "the Worker");
  await site.local.runtime.database("d").script("CREATE TABLE secrets (a)", "ARRAY_OF_OBJECTS");
});
after(() => site.close());

test("no internal socket gives anything to who does not know its secret", {
  skip: process.platform !== "linux",
}, async () => {
  const { port, s3Port } = site.local;
  const ports = (await listeningPorts()).filter((one) => one !== port && one !== s3Port);
  assert.ok(ports.length >= 5, `workerd, its entry, the back channel, the databases: ${ports}`);
  const about = JSON.stringify({ name: "bundles" });
  const guesses = [
    {},
    { "x-local-request": "guess", "x-local-secret": "guess", "x-local-kind": "request" },
    { "x-local-secret": "", "x-local-kind": "subrequest", "x-local-script": "hello", host: "hello.example.com" },
    { host: "hello.example.com" },
    { "x-local-secret": "guess", "x-local-kind": "bucket", "x-local-about": about },
    { "x-local-secret": "guess", "x-local-kind": "queue", "x-local-about": about },
    { "x-local-secret": "guess", "x-local-database": "d" },
  ];
  for (const one of ports) {
    for (const headers of guesses) {
      for (const path of ["/", "/guess/bundles", "/about"]) {
        const { status, text } = await ask(one, path, headers);
        assert.ok(status >= 400, `port ${one} answers ${status}`);
        assert.doesNotMatch(text, /the Worker/);
      }
    }
  }
});

describe("credentials are looked at before the body is read", () => {
  const head = (method, url, headers) => {
    const outgoing = request(url, { method, headers: { "content-length": "1000000", ...headers } });
    outgoing.on("error", () => {});
    outgoing.write("only the beginning");
    return once(outgoing, "response").then(([answer]) => {
      outgoing.destroy();
      return answer.statusCode;
    });
  };

  test("the API refuses a stranger, and one who may not, without their bodies", async () => {
    const url = `${site.local.apiUrl}/accounts/${site.local.accountId}/workers/scripts/hello`;
    assert.equal(await head("PUT", url, {}), 400);
    assert.equal(await head("PUT", url, { authorization: `Bearer ${"x".repeat(40)}` }), 401);
    const reader = site.local.addToken({ name: "reader", permissionGroups: ["Workers Scripts Read"] });
    assert.equal(await head("PUT", url, { authorization: `Bearer ${reader.value}` }), 403);
    assert.ok(
      site.local.requests
        .all()
        .slice(-3)
        .every(({ size }) => size === undefined),
      "none was read",
    );
  });

  test("so is a file for a database at an address that nobody was given", async () => {
    const nowhere = `${site.local.apiUrl}/accounts/${site.local.accountId}/d1/database/${randomUUID()}/import/guess.sql`;
    assert.equal(await head("PUT", nowhere, {}), 403);
    assert.equal(site.local.requests.all().at(-1).size, undefined);
  });

  test("so does S3", async () => {
    const url = `${site.local.s3Url}/bundles/x.js`;
    const signer = new AwsClient({ ...site.local.s3, secretAccessKey: "0".repeat(64), service: "s3", region: "auto" });
    const { headers } = await signer.sign(url, {
      method: "PUT",
      headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
    });
    assert.equal(await head("PUT", url, Object.fromEntries(headers)), 403);
    assert.equal(await head("PUT", url, {}), 403);
    assert.equal(site.local.state.objects.get("bundles", "x.js"), undefined);
  });
});

describe("what is kept is bounded", () => {
  const tooLarge = { "content-length": String(MAX_BODY_BYTES + 1) };
  const refusal = async (url, headers) => {
    const outgoing = request(url, { method: "PUT", headers: { ...headers, ...tooLarge } });
    outgoing.on("error", () => {});
    outgoing.flushHeaders();
    const [answer] = await once(outgoing, "response");
    answer.setEncoding("utf8");
    const [text] = await once(answer, "data");
    outgoing.destroy();
    return [answer.statusCode, text];
  };

  test("a body that is too large is refused before it comes", async () => {
    const { local } = site;
    const authorization = `Bearer ${local.token}`;
    const [status, text] = await refusal(`${local.apiUrl}/accounts/${local.accountId}/workers/scripts/hello`, {
      authorization,
    });
    assert.deepEqual(
      [status, JSON.parse(text).errors[0].message],
      [413, "Local Cloudflare takes bodies of up to 300 MiB"],
    );
    const signer = new AwsClient({ ...local.s3, service: "s3", region: "auto" });
    const url = `${local.s3Url}/bundles/x.js`;
    const { headers } = await signer.sign(url, {
      method: "PUT",
      headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
    });
    const [s3Status, s3Text] = await refusal(url, Object.fromEntries(headers));
    assert.equal(s3Status, 400);
    assert.match(s3Text, /EntityTooLarge/);
  });

  test("the log holds the newest requests, and of long JSON the size alone", async () => {
    const log = new RequestLog(3);
    for (const path of ["/1", "/2", "/3", "/4"]) log.start("api", "GET", path, {});
    assert.deepEqual(
      log.all().map(({ path }) => path),
      ["/2", "/3", "/4"],
    );
    site.local.requests.clear();
    const value = "x".repeat(100_000);
    const headers = { "content-type": "application/json" };
    await site.send(
      "PUT",
      `/accounts/${site.local.accountId}/workers/scripts/hello/secrets`,
      JSON.stringify({ value }),
      headers,
    );
    const [{ json, size }] = site.local.requests.all();
    assert.equal(json, undefined);
    assert.ok(size > 100_000);
  });

  test("a Worker that prints without end, or without line ends, fills no memory", async () => {
    await site.deploy(
      "loud",
      "export default { fetch() { for (let n = 0; n < 3000; n += 1) console.log('line ' + n); console.log('x'.repeat(300000)); return new Response('said') } }",
    );
    assert.equal(await (await site.visit("loud")).text(), "said");
    const { output } = site.local.runtime;
    assert.ok(output.length <= 1000);
    assert.ok(output.every((line) => line.length <= 16_384));
  });
});

/** Of this process and its children. */
async function listeningPorts() {
  const children = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, "utf8");
  const pids = [process.pid, ...children.trim().split(" ").filter(Boolean)];
  const links = await Promise.all(pids.map(linksOf));
  const own = new Set(links.flat());
  const tables = await Promise.all(["tcp", "tcp6"].map((name) => readFile(`/proc/net/${name}`, "utf8")));
  const rows = tables.flatMap((table) =>
    table
      .trim()
      .split("\n")
      .slice(1)
      .map((row) => row.trim().split(/\s+/)),
  );
  const listening = rows.filter(([, , , state, , , , , , inode]) => state === "0A" && own.has(`socket:[${inode}]`));
  return listening.map(([, local]) => Number.parseInt(local.split(":").at(-1), 16));
}

async function linksOf(pid) {
  const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
  return Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => "")));
}

function ask(port, path, headers) {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port, path, headers, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk) => {
        text += chunk;
      });
      answer.on("end", () => resolve({ status: answer.statusCode, text }));
    });
    outgoing.setTimeout(5000, () => outgoing.destroy(new Error(`port ${port} does not answer`)));
    outgoing.on("error", reject).end();
  });
}
