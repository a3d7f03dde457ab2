/** Workers that get the messages of queues: made, changed, moved and taken away, and what stays others' affair. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createSite, isSettled, manifestOf, ZONE } from "./site.js";

/** Sends what the path says, and shows what the other Worker has noted. */
const SHOP = `export default { async fetch(request, { ORDERS, NOTES }) {
  const { pathname } = new URL(request.url);
  if (pathname === "/noted") return new Response(await NOTES.get("noted") ?? "nothing");
  await ORDERS.send(pathname.slice(1));
  return new Response("sent");
} };`;
const READER = `export default { async queue(batch, { NOTES }) {
  const old = await NOTES.get("noted");
  await NOTES.put("noted", [old, ...batch.messages.map(({ body }) => body)].filter(Boolean).join(" "));
} };`;

let site;
before(async () => {
  site = await createSite();
  await site.local.putObject("bundles", "shop.js", Buffer.from(SHOP));
  await site.local.putObject("bundles", "reader.js", Buffer.from(READER));
});
after(() => site.close());

const document = (kind, name, spec) => ({
  apiVersion: "cloudflare.project-planton.org/v1",
  kind,
  metadata: { name, org: "acme", env: "test" },
  spec: { account_id: site.local.accountId, ...spec },
});
const QUEUED = { value_from: { name: "orders" } };
const NOTES = { name: "NOTES", value_from: { name: "notes" } };
const shop = () =>
  manifestOf(site, {
    bindings: [{ name: "ORDERS", type: "queue", ...QUEUED }],
    kv_bindings: [NOTES],
  });
const reader = (consumers, name = "reader") =>
  document("CloudflareWorker", name, {
    worker_name: name,
    script_bundle: { bucket: "bundles", path: "reader.js" },
    kv_bindings: [NOTES],
    ...(consumers && { queue_consumers: consumers }),
  });
const stores = () => [
  document("CloudflareQueue", "orders", { queue_name: "shop-orders" }),
  document("CloudflareQueue", "failed", { queue_name: "shop-orders-failed" }),
  document("CloudflareKvNamespace", "notes", { namespace_name: "shop notes" }),
];
const ENTRY = { queue: QUEUED, max_batch_timeout: 0, dead_letter_queue: "shop-orders-failed" };
const documents = (consumers = [ENTRY]) => [reader(consumers), shop(), ...stores()];

const consumers = () => [...site.local.state.consumers.values()];
const tagsOf = (name) => site.local.state.scripts.get(name).tags;
const listed = (name) => tagsOf(name).filter((tag) => tag.startsWith("cfwd1-in-queues-")).length;
const change = ({ changes }, address) => changes.find((change) => change.address === address);
const actionOf = (plan, address) => change(plan, address)?.action;
const ADDRESS = "consumer:shop-orders";
const yes = (more) => ({ options: { allowDeletes: true, ...more } });

async function noted(text) {
  const found = async () => (await site.ask(`shop.${ZONE}`, "/noted")).split(" ").includes(text);
  for (let waited = 0; !(await found()); waited += 20) {
    assert.ok(waited < 5000, `${text} was never noted`);
    await sleep(20);
  }
}

describe("a Worker that gets the messages of a queue", () => {
  test("one run makes queue, Workers and consumer, in the order of what they need, and messages arrive", async () => {
    const { requests } = await site.during(() => site.apply(documents()));
    const steps = requests.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`);
    const place = (pattern) => steps.findIndex((step) => pattern.test(step));
    const made = place(/POST .*\/queues\/[0-9a-f]{32}\/consumers$/);
    assert.ok(place(/POST .*\/queues$/) < made && place(/PUT .*scripts\/reader$/) < made, steps.join("\n"));
    const [{ script, settings, deadLetterQueue }] = consumers();
    assert.deepEqual([script, settings.max_wait_time_ms, deadLetterQueue], ["reader", 0, "shop-orders-failed"]);
    assert.equal(listed("reader"), 1);
    assert.equal(await site.ask(`shop.${ZONE}`, "/first"), "sent");
    await noted("first");
  });

  test("the second run writes nothing, and reads one list more", async () => {
    const { result, requests, writes } = await site.during(() => site.apply(documents()));
    assert.deepEqual(writes, []);
    assert.ok(isSettled(result.plan));
    assert.equal(requests.filter(({ path }) => /\/queues(\?|$)/.test(path)).length, 1);
    assert.ok(!requests.some(({ path }) => path.includes("/consumers")));
  });

  test("a setting that somebody changed is put back, with all others", async () => {
    const [one] = consumers();
    one.settings = { ...one.settings, batch_size: 77, max_wait_time_ms: 1500 };
    one.deadLetterQueue = undefined;
    const plan = await site.plan(documents());
    assert.deepEqual(
      change(plan, ADDRESS).fields.map(({ path, old, new: next }) => [path, old, next]),
      [
        ["dead_letter_queue", null, "shop-orders-failed"],
        ["max_batch_size", 77, 10],
        ["max_batch_timeout", 1.5, 0],
      ],
    );
    const { writes } = await site.during(() => site.apply(documents()));
    assert.deepEqual(
      writes.map(({ method, path }) => [method, path.split("/").at(-2)]),
      [["PUT", "consumers"]],
    );
    const [{ settings, deadLetterQueue, id }] = consumers();
    assert.deepEqual([settings.batch_size, deadLetterQueue, id], [10, "shop-orders-failed", one.id]);
  });

  test("another Worker of the run takes it over where the first one gives it up, without more words", async () => {
    const moved = [reader([]), reader([ENTRY], "second"), shop(), ...stores()];
    assert.equal(change(await site.plan(moved), ADDRESS).why, "given-up");
    await site.apply(moved);
    const [{ script }] = consumers();
    assert.deepEqual([script, listed("reader"), listed("second")], ["second", 0, 1]);
    const { writes } = await site.during(() => site.apply(moved));
    assert.deepEqual(writes, []);
    await site.ask(`shop.${ZONE}`, "/second");
    await noted("second");
    await site.apply([reader([ENTRY]), reader([], "second"), shop(), ...stores()]);
    assert.deepEqual([consumers()[0].script, listed("second")], ["reader", 0]);
    await site.destroy(reader([], "second"));
  });

  test("a Worker of nobody's run is not robbed of its messages, unless they are named", async () => {
    consumers()[0].script = "shop";
    const refused = await site.apply(documents()).catch((error) => error);
    assert.deepEqual([refused.code, refused.exitCode], ["CFD0548", 5]);
    assert.deepEqual(refused.resolve.take, [ADDRESS]);
    const { result, writes } = await site.during(() => site.apply(documents(), yes({ take: [ADDRESS] })));
    assert.deepEqual([actionOf(result.plan, ADDRESS), writes.length], ["adopt", 1]);
    assert.equal(consumers()[0].script, "reader");
  });

  test("messages that are fetched over HTTP go to the Worker once the run may take them", async () => {
    const [one] = consumers();
    Object.assign(one, { type: "http_pull", script: undefined, settings: { batch_size: 10, max_retries: 3 } });
    await site.apply(documents(), yes({ take: [ADDRESS] }));
    assert.deepEqual([consumers().length, consumers()[0].script], [1, "reader"]);
    assert.ok(isSettled(await site.plan(documents())));
  });

  test("a consumer that nothing lists is adopted, or left alone", async () => {
    const script = site.local.state.scripts.get("reader");
    script.tags = script.tags.filter((tag) => !tag.startsWith("cfwd1-in-queues-"));
    const refused = await site.apply(documents()).catch((error) => error);
    assert.deepEqual([refused.code, refused.resolve.adopt], ["CFD0547", [ADDRESS]]);
    const held = await site.destroy(reader([ENTRY])).catch((error) => error);
    assert.deepEqual([held.code, held.resolve.take], ["CFD0548", [ADDRESS]]);
    const { result } = await site.during(() => site.apply(documents(), yes({ adopt: ["*"] })));
    assert.deepEqual([actionOf(result.plan, ADDRESS), listed("reader")], ["adopt", 1]);
  });

  test("a block that is gone keeps it, an empty list deletes it", async () => {
    const without = [reader(), shop(), ...stores()];
    const { result, writes } = await site.during(() => site.apply(without));
    assert.deepEqual([writes, result.plan.orphans.map(({ address }) => address)], [[], [ADDRESS]]);
    const unsaid = await site.apply(documents([])).catch((error) => error);
    assert.deepEqual([unsaid.code, unsaid.exitCode], ["CFD0510", 1]);
    await site.apply(documents([]), yes());
    assert.deepEqual([consumers().length, listed("reader")], [0, 0]);
    assert.ok(isSettled(await site.plan(documents([]))));
  });

  test("a Worker without consumers costs no read of queues", async () => {
    const alone = manifestOf(site, {}, { name: "shop" });
    const { requests } = await site.during(() => site.plan(alone));
    assert.ok(!requests.some(({ path }) => path.includes("/queues")), "queues were read");
  });

  test("destroy takes consumers away before their Worker, and the queue last where it is named", async () => {
    await site.apply(documents(), yes());
    const deleteData = ["queue:shop-orders", "queue:shop-orders-failed"];
    const { writes } = await site.during(() => site.destroy(documents(), { options: { deleteData } }));
    const place = (pattern) => writes.findIndex(({ path }) => pattern.test(path));
    const [consumer, script, queue] = [/\/consumers\//, /scripts\/reader/, /\/queues\/[0-9a-f]{32}$/].map(place);
    assert.ok(consumer >= 0 && consumer < script && consumer < queue, JSON.stringify([consumer, script, queue]));
    const { scripts, queues } = site.local.state;
    assert.deepEqual([consumers().length, scripts.size, queues.size], [0, 0, 0]);
  });

  test("a Worker without a handler is told what it lacks, and nothing waits for one", async () => {
    await site.bundle("page");
    const page = document("CloudflareWorker", "page", {
      worker_name: "page",
      script_bundle: { bucket: "bundles", path: "page.js" },
      queue_consumers: [{ queue: QUEUED }],
    });
    const { result, writes } = await site.during(() => site.apply([page, stores()[0]]).catch((error) => error));
    assert.deepEqual([result.exitCode, result.notDone], [3, [ADDRESS]]);
    assert.match(result.diagnostics.at(-1).help, /async queue\(batch, env, context\)/);
    assert.equal(writes.filter(({ path }) => path.endsWith("/consumers")).length, 1);
    // Its destroy would look again, in half a minute, for the consumer that its marks name.
    site.local.state.scripts.delete("page");
  });

  test("a queue that is not there stops the run before it writes", async () => {
    const wrong = reader([{ queue: "nowhere" }]);
    const { result, writes } = await site.during(() =>
      site.apply([wrong, ...stores().slice(2)]).catch((error) => error),
    );
    assert.deepEqual(
      [result.code, result.diagnostics[0].path, writes],
      ["CFD0209", "spec.queue_consumers[0].queue", []],
    );
  });
});
