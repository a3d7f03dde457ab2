import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "./api-client.js";

test("limits, placement and observability of another shape are refused, not stored", async () => {
  const client = createClient();
  const code = async (metadata) => (await client.put("shop", metadata)).errors[0]?.code;
  for (const metadata of [
    { limits: "many" },
    { limits: { cpu_ms: 0 } },
    { limits: { cpu_ms: 300_001 } },
    { limits: { subrequests: "all" } },
    { placement: ["smart"] },
    { placement: { mode: "clever" } },
    { placement: { region: 7 } },
    { placement: { mode: "targeted", target: [] } },
    { observability: { enabled: true, logs: [] } },
    { observability: { enabled: true, traces: { enabled: "yes" } } },
    { observability: { enabled: true, logs: { enabled: true, head_sampling_rate: 2 } } },
  ])
    assert.equal(await code(metadata), 10021, JSON.stringify(metadata));
  assert.equal(client.state.scripts.size, 0);
  const whole = {
    limits: { cpu_ms: 300_000, subrequests: 50 },
    placement: { mode: "targeted", target: [{ region: "aws:us-east-1" }] },
    observability: { enabled: true, head_sampling_rate: null, logs: { enabled: true, invocation_logs: false } },
  };
  assert.equal(await code(whole), undefined);
});
