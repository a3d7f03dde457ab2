/**
 * What a run costs as its Workers grow: 1, 10, 100, 500 of them, made, unchanged, and with every twentieth changed. Each run is
 * a process of its own against Local Cloudflare.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startLocalCloudflare } from "../canaries/local.js";
import { TRUSTING } from "../safety/account.js";
import { milliseconds } from "./measure.js";

const WORKERS = [1, 10, 100, 500];
/** Every twentieth, at least one. */
const CHANGED = 20;
const HOSTS_OF_A_ZONE = 100;
/** Without any, what waits for what could not be told. */
const LATENCY_MS = 50;
const RUNS = { first: 0, unchanged: 0, "5 % changed": CHANGED };
const PROGRAM = fileURLToPath(new URL("./growth-in-node.js", import.meta.url));

export async function growth() {
  const rows = [];
  for (const workers of WORKERS) {
    // A first deploy of 500 takes more than Cloudflare grants in five minutes: the wait for it is no work of the tool.
    const switches = { rateQuota: 1_000_000 };
    const local = await startLocalCloudflare({
      runtime: TRUSTING,
      zones: zonesOf(workers),
      switches,
      latencyMs: LATENCY_MS,
    });
    try {
      await local.createBucket("bundles");
      await local.putObject("bundles", "app.js", Buffer.from("export default {};\n"));
      for (const [name, every] of Object.entries(RUNS)) {
        const told = await measured(local, { workers, every });
        rows.push([`growth: ${workers} Workers, ${name}`, summary(told), `${told.megabytes} MB`]);
      }
    } finally {
      await local.close();
    }
  }
  return rows;
}

/** A zone of the free plan holds 200 records. */
const zonesOf = (workers) =>
  Array.from({ length: Math.ceil(workers / HOSTS_OF_A_ZONE) }, (_, index) => `zone${index}.com`);

async function measured(local, { workers, every }) {
  const { apiUrl: baseUrl, token: apiToken, s3, s3Url: endpoint, accountId } = local;
  const run = { apiToken, baseUrl, r2: { ...s3, endpoint }, accountId, zones: local.zones, workers, every };
  local.requests.clear();
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, JSON.stringify(run)]);
  const requests = local.requests.all();
  const isWrite = ({ method }) => !["GET", "HEAD"].includes(method);
  return {
    ...JSON.parse(stdout),
    reads: requests.filter((request) => request.surface === "api" && !isWrite(request)).length,
    objects: requests.filter(({ surface }) => surface === "s3").length,
    writes: requests.filter(isWrite).length,
    rounds: local.requests.rounds().count,
  };
}

const summary = ({ reads, objects, writes, rounds, wall }) =>
  `${reads} reads + ${objects} bundles, ${writes} writes, longest chain ${rounds}, ${milliseconds(wall)}`;
