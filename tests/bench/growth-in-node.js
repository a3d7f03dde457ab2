/** One run of bench/growth.js: prints how long it took and the most that the process held. */
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { apply } from "../../pkg/js/entrypoints/node.js";

const { apiToken, baseUrl, r2, accountId, zones, workers, every } = JSON.parse(process.argv[2]);
const worker = (index, { id, name } = zones[index % zones.length]) => ({
  apiVersion: "cloudflare.project-planton.org/v1",
  kind: "CloudflareWorker",
  metadata: { name: `w${index}`, org: "acme", env: "bench" },
  spec: {
    account_id: accountId,
    worker_name: `w${index}`,
    compatibility_date: "2026-07-01",
    script_bundle: { bucket: "bundles", path: "app.js" },
    env: { variables: { EDITION: every && index % every === 0 ? "second" : "first" } },
    dns: { enabled: true, zone_id: id, hostname: `w${index}.${name}` },
  },
});
const manifests = Array.from({ length: workers }, (_, index) => worker(index));
const started = performance.now();
await apply(manifests, { apiToken, baseUrl, r2 });
const wall = performance.now() - started;
const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
process.stdout.write(JSON.stringify({ wall, megabytes: Math.round((kilobytes * 1024) / 1e6) }));
