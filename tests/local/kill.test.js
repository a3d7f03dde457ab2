import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { AwsClient } from "aws4fetch";
import { requestHost } from "../../js/local/host-request.js";
import { startLocalCloudflare } from "../canaries/local.js";
import { until } from "./live-site.js";

describe("killed without a warning", { skip: process.platform !== "linux" }, () => {
  let dir;
  let child;
  let running;
  let workerds;
  let written;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "kill-test-"));
    const program = fileURLToPath(new URL("./kill-and-keep.js", import.meta.url));
    child = spawn(process.execPath, [program, dir], { stdio: ["ignore", "pipe", "inherit"] });
    running = JSON.parse(String((await once(child.stdout, "data"))[0]));
    workerds = await childrenOf(child.pid);
    written = await writeALot(running);
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  after(() => rm(dir, { recursive: true, force: true }));

  test("it leaves no runtime process, and no guardian of it", async () => {
    const running = workerds.filter(({ command }) => command.includes("workerd"));
    assert.ok(running.length >= 2, "one for the Workers, one for the databases");
    for (const { pid, command } of workerds) await until(() => !isAlive(pid), `${command} ends`);
  });

  test("no write that it acknowledged is lost: to the API, to S3, to KV, to D1, to a queue, or by a Worker", async () => {
    const local = await startLocalCloudflare({ persist: dir });
    try {
      const kv = local.runtime.kv(running.namespace);
      assert.deepEqual(
        local.state.records.get(running.zone).map(({ name }) => name),
        ["keeper.example.com", ...written.map((name) => `${name}.example.com`)],
      );
      for (const name of written) {
        assert.equal(String(local.state.objects.get("bundles", `s3-${name}`)?.content), name);
        assert.equal(String(local.state.objects.get("bundles", `worker-${name}`)?.content), "kept");
        assert.equal(String(await kv.get(`api-${name}`)), name);
        assert.equal(String(await kv.get(`worker-${name}`)), "kept");
      }
      const keys = written.map((name) => `worker-${name}`);
      const [queue] = local.state.queues.values();
      const sent = queue.messages.map(({ body }) => Buffer.from(body, "base64").toString());
      assert.deepEqual(sent.toSorted(), keys);
      const rows = local.runtime
        .database(running.database)
        .script("SELECT key FROM kept ORDER BY key", "ROWS_AND_COLUMNS");
      assert.deepEqual((await rows)[0].results.rows.flat(), keys);
    } finally {
      await local.close();
    }
  });
});

/** Many writes at a time, of each kind; killed right after the last answer. @returns {Promise<string[]>} */
async function writeALot({ port, apiUrl, s3Url, accountId, token, s3, zone, namespace }) {
  const signed = new AwsClient({ ...s3, service: "s3", region: "auto", retries: 0 });
  const authorization = `Bearer ${token}`;
  const ok = async (answer) => assert.ok((await answer).ok);
  const names = Array.from({ length: 8 }, (_, nth) => `name-${nth}`);
  for (const name of names) {
    const record = { type: "A", name: `${name}.example.com`, content: "192.0.2.1", proxied: true, ttl: 1 };
    const headers = { authorization, "content-type": "application/json" };
    await ok(fetch(`${apiUrl}/zones/${zone}/dns_records`, { method: "POST", headers, body: JSON.stringify(record) }));
  }
  const values = `${apiUrl}/accounts/${accountId}/storage/kv/namespaces/${namespace}/values`;
  await Promise.all(
    names.map(async (name) => {
      await ok(fetch(`${values}/api-${name}`, { method: "PUT", headers: { authorization }, body: name }));
      await ok(askWorker(port, `worker-${name}`));
      await ok(signed.fetch(`${s3Url}/bundles/s3-${name}`, { method: "PUT", body: name }));
    }),
  );
  return names;
}

async function askWorker(port, key) {
  const { status, text } = await requestHost(port, "keeper.example.com", `/?key=${key}`, { method: "PUT" });
  return { ok: status === 200 && text === "keptkept" };
}

async function childrenOf(pid) {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  const pids = text.trim().split(" ").filter(Boolean).map(Number);
  return Promise.all(pids.map(async (one) => ({ pid: one, command: await readFile(`/proc/${one}/cmdline`, "utf8") })));
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
