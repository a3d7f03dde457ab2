/**
 * What the tool adds to the network: the wall time of a whole process stays within rounds × latency + 4 × bare node.
 * Both are measured in turn, so that a busy machine slows both; noise only ever adds, so the best of some tries counts.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { createSite } from "../cli/deploying.js";
import { TRUSTING } from "../safety/account.js";

const LATENCY_MS = 100;
const BUDGET = 4;
const TRIES = 4;
const RUNS = 5;

describe("wall time at 100 ms latency", () => {
  let site;
  before(async () => {
    // Workers are accepted unseen: what workerd takes to try one out is the other side's time.
    site = await createSite({ runtime: TRUSTING, latencyMs: LATENCY_MS });
    const { exit, stderr } = await site.cli(
      "publish",
      "index.js",
      "r2://bundles/hello/",
      "--manifest",
      "worker.yaml",
      "--local",
    );
    assert.equal(exit, 0, stderr);
  });
  after(() => site.close());

  test("a first deploy", () =>
    isWithinBudget(["worker.yaml", "--local"], { undo: ["destroy", "worker.yaml", "--local", "--yes"] }));

  test("nothing changed", async () => {
    await site.cli("worker.yaml", "--local");
    await isWithinBudget(["worker.yaml", "--local"]);
  });

  async function isWithinBudget(args, { undo } = {}) {
    const measured = [];
    for (let tried = 0; tried < TRIES; tried++) {
      const bare = [];
      const own = [];
      for (let run = 0; run < RUNS; run++) {
        bare.push(await wall(() => once(spawn(process.execPath, ["-e", "0"]), "exit")));
        site.cloudflare.requests.clear();
        own.push((await wall(() => deployed(args))) - site.cloudflare.requests.rounds().count * LATENCY_MS);
        if (undo) await deployed(undo);
      }
      const ratio = median(own) / median(bare);
      if (ratio <= BUDGET) return;
      measured.push(ratio.toFixed(1));
    }
    assert.fail(`beside the network it took ${measured.join(", ")} times of a bare node`);
  }

  async function deployed(args) {
    const { exit, stdout, stderr } = await site.cli(...args);
    assert.equal(exit, 0, stdout + stderr);
  }
});

async function wall(work) {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

const median = (values) => values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)];
