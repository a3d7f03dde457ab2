/** Documents that refer to each other's outputs, and to zones by their names. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { doctor, outputs as readOutputs } from "../../pkg/js/entrypoints/node.js";
import { createSite, isSettled, manifestOf, ZONE } from "./site.js";

const SHOWS = "export default { fetch: (request, env) => Response.json(env) };\n";

describe("references in variables and zone ids", () => {
  let site;
  before(async () => {
    site = await createSite();
    await site.local.putObject("bundles", "shop.js", Buffer.from(SHOWS));
  });
  after(() => site.close());

  const document = (kind, name, spec) => ({
    apiVersion: "cloudflare.project-planton.org/v1",
    kind: `Cloudflare${kind}`,
    metadata: { name, org: "acme", env: "test" },
    spec: { account_id: site.local.accountId, ...spec },
  });
  const stores = () => [
    document("D1Database", "notes", { database_name: "shop-notes" }),
    document("Queue", "jobs", { queue_name: "shop-jobs" }),
    document("R2Bucket", "media", {
      bucket_name: "shop-media",
      custom_domain: { enabled: true, zone_id: { value_from: { name: ZONE } }, domain: `media.${ZONE}` },
    }),
  ];
  const from = (kind, name, field) => ({
    value_from: { kind: `Cloudflare${kind}`, name, field_path: `status.outputs.${field}` },
  });
  const variables = () => ({
    DATABASE: from("D1Database", "notes", "database_id"),
    QUEUE: from("Queue", "jobs", "queue_name"),
    QUEUE_ID: "$cloudflare-queue/jobs/status.outputs.queue_id",
    MEDIA: "$cloudflare-r2-bucket/media/status.outputs.custom_domain_url",
    ZONE: from("DnsZone", ZONE, "zone_id"),
  });
  const worker = (more = {}) =>
    manifestOf(site, {
      dns: { enabled: true, zone_id: { value_from: { name: ZONE } }, hostname: `shop.${ZONE}` },
      env: { variables: { ...variables(), ...more } },
    });
  const allowed = { options: { allowDeletes: true } };
  const fieldsOf = ({ changes }, address) => changes.find((change) => change.address === address).fields;

  test("a plan shows which values are known after what they come from is made", async () => {
    const plan = await site.plan([worker(), ...stores()]);
    const later = fieldsOf(plan, "script:shop").filter(({ later }) => later);
    assert.deepEqual(
      later.map(({ path }) => path),
      ["variables.DATABASE", "variables.QUEUE_ID"],
    );
    const { needs } = plan.changes.find(({ address }) => address === "script:shop");
    assert.deepEqual(needs, ["queue:shop-jobs", "bucket:shop-media", "d1:shop-notes"]);
  });

  test("one run makes all of them, and the Worker has what was made", async () => {
    const { outputs } = await site.apply([worker(), ...stores()], allowed);
    const env = JSON.parse(await site.ask(`shop.${ZONE}`));
    assert.deepEqual(env, {
      DATABASE: outputs["CloudflareD1Database/notes"].database_id,
      QUEUE: "shop-jobs",
      QUEUE_ID: outputs["CloudflareQueue/jobs"].queue_id,
      MEDIA: `https://media.${ZONE}`,
      ZONE: site.zone,
    });
    const [{ zoneId }] = site.local.state.objects.buckets.get("shop-media").domains;
    assert.equal(zoneId, site.zone);
  });

  test("the second run changes nothing, and neither does one that finds the stores by their names", async () => {
    for (const documents of [
      [worker(), ...stores()],
      [...stores(), worker()],
    ]) {
      const { result, writes } = await site.during(() => site.apply(documents, allowed));
      assert.deepEqual([writes, isSettled(result.plan)], [[], true]);
    }
    const alone = manifestOf(site, {
      ...worker().spec,
      env: {
        variables: {
          ...variables(),
          // In the account by their own names, without their documents.
          DATABASE: from("D1Database", "shop-notes", "database_id"),
          QUEUE: from("Queue", "shop-jobs", "queue_name"),
          QUEUE_ID: from("Queue", "shop-jobs", "queue_id"),
          MEDIA: from("R2Bucket", "shop-media", "custom_domain_url"),
        },
      },
    });
    const { result, writes } = await site.during(() => site.apply(alone));
    assert.deepEqual([writes, isSettled(result.plan)], [[], true]);
  });

  test("a zone that a host, a bucket and a variable name is looked for once", async () => {
    const { requests } = await site.during(() => site.plan([worker(), ...stores()]));
    assert.equal(requests.filter(({ path }) => path.endsWith("/zones")).length, 1);
  });

  test("a Worker is found by its name as well", async () => {
    const caller = manifestOf(
      site,
      { worker_name: "caller", dns: undefined, env: { variables: { SHOP: from("Worker", "shop", "script_id") } } },
      { name: "caller" },
    );
    const { changes } = await site.plan(caller);
    const shop = changes[0].fields.find(({ path }) => path === "variables.SHOP");
    assert.deepEqual([shop.new, changes[0].needs], ["shop", []]);
  });

  test("given outputs come first, and no zone is looked for then", async () => {
    const zones = { "our-zone": site.zone, other: "2a", [ZONE]: site.zone };
    const outputs = Object.fromEntries(
      Object.entries(zones).map(([name, id]) => [`CloudflareDnsZone/${name}`, { zone_id: id }]),
    );
    const manifest = manifestOf(site, {
      dns: { enabled: true, zone_id: { value_from: { name: "our-zone" } }, hostname: `shop.${ZONE}` },
      env: { variables: { ...variables(), ZONE: from("DnsZone", "other", "zone_id") } },
    });
    const { result, requests } = await site.during(() => site.plan([manifest, ...stores()], { options: { outputs } }));
    const zone = fieldsOf(result, "script:shop").find(({ path }) => path === "variables.ZONE");
    assert.deepEqual([zone.old, zone.new], [site.zone, "2a"]);
    assert.deepEqual(
      requests.map(({ path }) => path).filter((path) => path.endsWith("/zones")),
      [],
    );
  });

  test("a reference that stays open is told at its line, and nothing is written", async () => {
    const open = {
      "env.variables.DATABASE": { env: { variables: { DATABASE: from("D1Database", "nope", "database_id") } } },
      "env.variables.WORKER": { env: { variables: { WORKER: from("Worker", "nope", "script_id") } } },
      "env.variables.ZONE": { env: { variables: { ZONE: from("DnsZone", "nope.example", "zone_id") } } },
      "dns.zone_id": { dns: { enabled: true, zone_id: { value_from: { name: "nope" } }, hostname: `shop.${ZONE}` } },
    };
    for (const [field, spec] of Object.entries(open)) {
      const text = JSON.stringify(manifestOf(site, spec), null, 1);
      const run = site.during(() =>
        assert.rejects(site.apply(text), ({ diagnostics }) => {
          const [{ path, line, message }] = diagnostics;
          assert.equal(path, `spec.${field}.value_from`);
          assert.match(message, /^the reference to `nope[^`]*` can't be resolved: /);
          assert.match(text.split("\n")[line - 1], /value_from/);
          return true;
        }),
      );
      assert.deepEqual((await run).writes, []);
    }
  });

  test("a given zone id that is none is told before anything is asked", async () => {
    const outputs = { [`CloudflareDnsZone/${ZONE}`]: { zone_id: "../accounts" } };
    const run = site.during(() =>
      assert.rejects(site.plan(worker(), { options: { outputs } }), ({ diagnostics: [{ path, message }] }) => {
        assert.deepEqual(
          [path, message.split(": ")[1]],
          ["spec.dns.zone_id.value_from", "what was given is no zone id"],
        );
        return true;
      }),
    );
    assert.ok(!(await run).requests.some(({ path }) => path.includes("..")));
  });

  test("an output that the document does not state is a finding, not a value that never comes", async () => {
    const [, , { spec, ...bucket }] = stores();
    const plain = { ...bucket, spec: { ...spec, custom_domain: undefined } };
    const options = { env: { variables: { MEDIA: from("R2Bucket", "media", "custom_domain_url") } } };
    await assert.rejects(site.plan([manifestOf(site, options), plain]), ({ diagnostics: [{ message }] }) => {
      assert.match(message, /its document gives it no `custom_domain_url`/);
      return true;
    });
  });

  test("a zone that only given outputs know is known to every call", async () => {
    const dns = { enabled: true, zone_id: { value_from: { name: "our-zone" } }, hostname: `shop.${ZONE}` };
    const manifest = manifestOf(site, { ...worker().spec, dns });
    const options = { outputs: { "CloudflareDnsZone/our-zone": { zone_id: site.zone } } };
    const { workers } = await readOutputs(manifest, site.credentials, options);
    assert.deepEqual(workers.shop.route_urls, [`shop.${ZONE}/*`]);
    const { checks } = await doctor(manifest, site.credentials, options);
    assert.deepEqual(
      checks.filter(({ ok }) => !ok),
      [],
    );
    const { changes } = await site.destroy(manifest, { options: { ...options, dryRun: true } });
    assert.deepEqual(changes.map(({ address }) => address).sort(), [
      `record:shop.${ZONE}`,
      `route:shop.${ZONE}/*`,
      "script:shop",
    ]);
  });

  test("destroy takes the Worker away and asks for no zone of a bucket", async () => {
    const { plan } = await site.destroy([worker(), ...stores()]);
    assert.ok(plan.changes.some(({ address, action }) => address === "script:shop" && action === "delete"));
    assert.deepEqual(plan.kept.map(({ address }) => address).sort(), [
      "bucket:shop-media",
      "d1:shop-notes",
      "queue:shop-jobs",
    ]);
  });
});
