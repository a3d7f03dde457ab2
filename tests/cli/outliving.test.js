/** A run outlives its output and its listeners: the deployment comes to its end, and the exit code tells of that. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { createApi } from "../../js/index.js";
import { CANARIES } from "../canaries/index.js";
import { BIN, createSite, PLAIN } from "./deploying.js";
import { fakeEngine, planOf, resultOf } from "./fake-engine.js";
import { applying, inDirectory } from "./faked-run.js";

const FULL = "/dev/full";
const onLinux = { skip: !existsSync(FULL) && "needs /dev/full" };

describe("a deployment whose output can't be written", () => {
  let site;
  before(async () => {
    site = await createSite();
    await writeFile(join(site.directory, "plain.yaml"), PLAIN);
    site.cloudflare.putObject("bundles", "plain/v1.js", "export default { fetch: () => new Response() }");
  });
  after(() => site.close());
  beforeEach(async () => {
    await site.cli("destroy", "plain.yaml", "--local", "--yes");
  });

  const isThere = () => site.cloudflare.state.scripts.has("plain");

  /** Runs the command line with streams of the test's own; answers the exit code and what could be read. */
  async function running(args, stdio, env = {}) {
    const child = spawn(process.execPath, [BIN, ...args], {
      cwd: site.directory,
      env: { PATH: process.env.PATH, ...env },
      stdio,
    });
    const text = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"]) {
      child[name]?.setEncoding("utf8").on("data", (data) => {
        text[name] += data;
      });
    }
    return { child, ended: once(child, "close").then(([exit]) => ({ exit, ...text })) };
  }

  for (const more of [[], ["--json"]]) {
    test(
      `${["apply", ...more].join(" ")} on a full disk deploys, exit 0, and says what was lost`,
      onLinux,
      async () => {
        const full = openSync(FULL, "w");
        const { ended } = await running(["apply", "plain.yaml", "--local", ...more], ["ignore", full, "pipe"]);
        const { exit, stderr } = await ended;
        assert.equal(exit, 0, stderr);
        assert.ok(isThere());
        if (more.length > 0) assert.match(stderr, /CFD0003.*no space is left on the device/);
      },
    );
  }

  test("apply with both streams on a full disk deploys, exit 0", onLinux, async () => {
    const full = openSync(FULL, "w");
    const { ended } = await running(["apply", "plain.yaml", "--local", "--json"], ["ignore", full, full]);
    assert.equal((await ended).exit, 0);
    assert.ok(isThere());
  });

  test("apply whose reader went away deploys, exit 0, without a word about the pipe", async () => {
    const { child, ended } = await running(["apply", "plain.yaml", "--local", "--json"], ["ignore", "pipe", "pipe"]);
    child.stdout.destroy();
    const { exit, stderr } = await ended;
    assert.deepEqual([exit, stderr], [0, ""]);
    assert.ok(isThere());
  });

  test("a step summary on a full disk changes no exit code", onLinux, async () => {
    const env = { GITHUB_STEP_SUMMARY: FULL };
    const { ended } = await running(["apply", "plain.yaml", "--local"], ["ignore", "pipe", "pipe"], env);
    const { exit, stderr } = await ended;
    assert.equal(exit, 0, stderr);
    assert.match(stderr, /GITHUB_STEP_SUMMARY could not be written/);
    assert.ok(isThere());
  });

  test("a failed deployment keeps its own exit code", onLinux, async () => {
    const full = openSync(FULL, "w");
    const { ended } = await running(["apply", "absent.yaml", "--local", "--json"], ["ignore", full, full]);
    assert.equal((await ended).exit, 64);
  });

  test(
    "where only the text was asked for, losing it is exit 1; a reader that has enough is exit 0",
    onLinux,
    async () => {
      const full = openSync(FULL, "w");
      for (const args of [["plan", "plain.yaml", "--local"], ["schema"], ["--help"]]) {
        const lost = await (await running(args, ["ignore", full, "pipe"])).ended;
        assert.equal(lost.exit, 1, args.join(" "));
        assert.match(lost.stderr, /CFD0003.*no space is left on the device/);
        assert.doesNotMatch(lost.stderr, /defect/);
      }
      const { child, ended } = await running(["schema"], ["ignore", "pipe", "pipe"]);
      child.stdout.destroy();
      assert.equal((await ended).exit, 0);
    },
  );

  test("a plan that can't be saved is told as what it is, before and after the account is asked", onLinux, async () => {
    for (const [path, exit, words] of [
      [FULL, 1, /no space is left on the device/],
      ["missing/plan.json", 64, /there is no folder `missing`/],
      [".", 64, /it is a folder/],
    ]) {
      const args = ["plan", "plain.yaml", "--local", "--out", path];
      const saved = await (await running(args, ["ignore", "pipe", "pipe"])).ended;
      assert.equal(saved.exit, exit, saved.stderr);
      assert.match(saved.stderr, words);
      assert.doesNotMatch(saved.stderr, /defect/);
    }
  });
});

describe("a listener that fails", () => {
  const creds = { apiToken: CANARIES.apiToken };
  const listeners = {
    throws: () => {
      throw new Error("a listener's own");
    },
    rejects: async () => {
      throw new Error("a listener's own, later");
    },
    "answers something that throws when it is looked at": () => ({
      // biome-ignore lint/suspicious/noThenProperty: a listener may answer anything
      get then() {
        throw new Error("a listener's own getter");
      },
    }),
    "never ends": () => new Promise(() => {}),
  };
  for (const [name, onEvent] of Object.entries(listeners)) {
    test(`one that ${name} changes nothing, and reaches nobody`, async () => {
      const stray = [];
      const note = (error) => stray.push(error);
      process.on("unhandledRejection", note);
      const api = createApi(fakeEngine({ apply: applying() }));
      const { done } = await api.apply("kind: CloudflareWorker", creds, { onEvent });
      await new Promise((resolve) => setImmediate(resolve));
      process.off("unhandledRejection", note);
      assert.deepEqual(done, ["script:hello"]);
      assert.deepEqual(stray, []);
    });
  }
});

describe("what fails in telling", () => {
  test("a finding that can't be drawn is told without its line, and a deployment that went well stays so", async () => {
    const place = { file: "worker.yaml", line: 1, column: 1, endLine: 1, endColumn: 2 };
    const diagnostics = [{ severity: "warning", code: "CFD0150", message: "an oddity", ...place }];
    const trap = () => {
      throw Object.assign(new Error("the engine stopped"), { name: "EngineTrap" });
    };
    const answers = { apply: applying(resultOf({ diagnostics })), drawFindings: trap };
    const { exit, stderr } = await inDirectory(["worker.yaml"], answers);
    assert.equal(exit, 0, stderr);
    assert.match(stderr, /warning\[CFD0150\]: an oddity/);
    assert.match(stderr, /Done in/);
  });

  test("an answer that can't be laid out leaves the exit code of the deployment", async () => {
    const odd = resultOf({ plan: planOf({ changes: undefined }) });
    const { exit, stderr } = await inDirectory(["worker.yaml"], { apply: { ok: odd } });
    assert.equal(exit, 0, stderr);
    assert.match(stderr, /the result can't be shown whole/);
  });
});
