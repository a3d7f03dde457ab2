/**
 * Deployments to Local Cloudflare at 100 ms a request, whole processes, beside the same by wrangler where `npm run
 * test:fidelity` has installed it. Workers are accepted unseen: what workerd takes to try one is the other side's time.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../tools/paths.js";
import { createSite } from "../cli/deploying.js";
import { TRUSTING } from "../safety/account.js";
import { best, milliseconds, times } from "./measure.js";

const LATENCY_MS = 100;
const RUNS = 3;
const WRANGLER = join(ROOT, "tests", "fidelity", "node_modules", "wrangler");

export async function deploys() {
  const site = await createSite({ runtime: TRUSTING, latencyMs: LATENCY_MS });
  try {
    const own = await measured(site, ours(site));
    const peer = existsSync(WRANGLER) ? await measured(site, await wranglers(site)) : undefined;
    return Object.entries(own).map(([name, { time, rounds }]) => {
      const beside = peer ? `wrangler ${milliseconds(peer[name].time)}, ${times(peer[name].time, time)}` : "";
      return [name, milliseconds(time), `${rounds} rounds`, beside];
    });
  } finally {
    await site.close();
  }
}

/** A first deploy and one that changes nothing. */
async function measured(site, { deploy, undo }) {
  const counted = async (undo) => {
    let rounds;
    const time = await best(
      RUNS,
      async () => {
        site.cloudflare.requests.clear();
        await deploy();
        rounds = site.cloudflare.requests.rounds().count;
      },
      undo,
    );
    return { time, rounds };
  };
  const first = await counted(undo);
  await deploy();
  const unchanged = await counted();
  await undo();
  return { "a first deploy": first, "nothing changed": unchanged };
}

function ours(site) {
  const run = async (...args) => {
    const { exit, stdout, stderr } = await site.cli(...args, "--local");
    if (exit !== 0) throw new Error(`${args.join(" ")} ended with ${exit}\n${stdout}${stderr}`);
  };
  let published = false;
  return {
    async deploy() {
      if (!published) await run("publish", "index.js", "r2://bundles/hello/", "--manifest", "worker.yaml");
      published = true;
      await run("worker.yaml");
    },
    undo: () => run("destroy", "worker.yaml", "--yes"),
  };
}

async function wranglers({ cloudflare, directory }) {
  const { wrangler } = await import("../fidelity/node24.js");
  const folder = join(directory, "wrangler");
  mkdirSync(folder);
  writeFileSync(join(folder, "index.js"), "export default { fetch: () => new Response('hello') };\n");
  const config = { name: "peer", main: "index.js", compatibility_date: "2026-07-01", workers_dev: false };
  writeFileSync(join(folder, "wrangler.json"), JSON.stringify(config));
  return {
    deploy: () => wrangler(cloudflare, folder, ["deploy"]),
    undo: () => wrangler(cloudflare, folder, ["delete", "--force"]),
  };
}
