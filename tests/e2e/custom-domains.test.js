/** Custom domains of Workers: made, asked, moved and taken away, and what of others stays theirs. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createSite, isSettled, manifestOf, ZONE } from "./site.js";

const HOST = `shop.${ZONE}`;
const ADDRESS = `domain:${HOST}`;
const yes = (more) => ({ options: { allowDeletes: true, ...more } });

let site;
before(async () => {
  site = await createSite();
  for (const name of ["shop", "blog"]) await site.bundle(name);
});
after(() => site.close());

const worker = (name, domains, spec = {}, at = site) =>
  manifestOf(
    at,
    {
      worker_name: name,
      script_bundle: { bucket: "bundles", path: `${name}.js` },
      dns: undefined,
      ...(domains && { custom_domains: domains }),
      ...spec,
    },
    { name },
  );
const domains = (at = site) =>
  [...at.local.state.domains.values()].map(({ hostname, service }) => `${hostname} ${service}`);
const listed = (name, at = site) =>
  at.local.state.scripts.get(name).tags.filter((tag) => tag.startsWith("cfwd1-in-domains-")).length;
const change = ({ changes }, address = ADDRESS) => changes.find((one) => one.address === address);
const steps = (requests) =>
  requests.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path.split("/").at(-1)}`);

describe("a Worker with custom domains", () => {
  test("one run makes it and its host, whose zone is found by the host's name", async () => {
    const { result, requests } = await site.during(() => site.apply(worker("shop", [HOST])));
    assert.deepEqual(steps(requests), ["PUT shop", "PUT domains"]);
    assert.deepEqual([domains(), listed("shop")], [[`${HOST} shop`], 1]);
    assert.equal(await site.ask(HOST), "shop");
    assert.deepEqual(result.outputs["CloudflareWorker/shop"].urls, [`https://${HOST}`]);
    const [record] = site.records();
    assert.deepEqual(
      [record.name, record.type, record.content, record.meta],
      [HOST, "AAAA", "100::", { read_only: true }],
    );
  });

  test("the second run writes nothing, and reads one list of custom domains and no routes", async () => {
    const { result, requests, writes } = await site.during(() => site.apply(worker("shop", [HOST])));
    assert.deepEqual(writes, []);
    assert.ok(isSettled(result.plan));
    assert.equal(requests.filter(({ path }) => /\/workers\/domains/.test(path)).length, 1);
    assert.ok(!requests.some(({ path }) => path.endsWith("/workers/routes")));
  });

  test("one that somebody deleted is made again, and one that somebody added stays and is told", async () => {
    site.foreign.deleteDomain(HOST);
    site.foreign.addDomain(ZONE, `theirs.${ZONE}`, "shop");
    const { result } = await site.during(() => site.apply(worker("shop", [HOST])));
    assert.deepEqual(domains().sort(), [`${HOST} shop`, `theirs.${ZONE} shop`]);
    assert.deepEqual(
      result.plan.unmanaged.map(({ address, why }) => [address, why]),
      [[`domain:theirs.${ZONE}`, "leads-here"]],
    );
    assert.ok(isSettled(await site.plan(worker("shop", [HOST]))));
  });

  test("that of another Worker is not taken unless it is named", async () => {
    const other = `blog.${ZONE}`;
    site.foreign.addDomain(ZONE, other, "blog");
    const wanted = worker("shop", [HOST, other]);
    const refused = await site.during(() => site.apply(wanted).catch((error) => error));
    assert.deepEqual([refused.result.code, refused.result.exitCode, refused.writes], ["CFD0563", 5, []]);
    assert.deepEqual(refused.result.resolve.take, [`domain:${other}`]);
    await site.apply(wanted, yes({ take: [`domain:${other}`] }));
    assert.equal(await site.ask(other), "shop");
    const { writes } = await site.during(() => site.apply(worker("shop", [HOST]), yes()));
    assert.equal(writes.filter(({ method }) => method === "DELETE").length, 1);
    assert.equal(await site.ask(other), 530);
  });

  test("a host with a record of somebody else's is a conflict, and the record goes once it is taken", async () => {
    const host = `old.${ZONE}`;
    site.foreign.addRecord(ZONE, { name: host, content: "192.0.2.7" });
    const wanted = worker("shop", [HOST, host]);
    const refused = await site.during(() => site.apply(wanted).catch((error) => error));
    assert.deepEqual([refused.result.code, refused.writes], ["CFD0563", []]);
    await site.apply(wanted, yes({ take: [`domain:${host}`] }));
    assert.equal(await site.ask(host), "shop");
    assert.deepEqual(
      site
        .records()
        .filter(({ name }) => name === host)
        .map(({ type }) => type),
      ["AAAA"],
    );
    await site.apply(worker("shop", [HOST]), yes());
  });

  test("one that is given to another Worker between the plan and the write stays theirs", async () => {
    const host = `late.${ZONE}`;
    const onEvent = ({ type, address }) => {
      if (type === "start" && address === `domain:${host}`) site.foreign.addDomain(ZONE, host, "blog");
    };
    await site.bundle("late");
    const error = await site.apply(worker("late", [host]), { options: { onEvent } }).catch((error) => error);
    assert.deepEqual([error.exitCode, error.notDone], [3, [`domain:${host}`]]);
    assert.match(error.message, /was given to `blog` meanwhile/);
    assert.ok(domains().includes(`${host} blog`));
    // Its destroy would look again, in half a minute, for the host that its marks name.
    site.local.state.scripts.delete("late");
    site.foreign.deleteDomain(host);
  });

  test("one whose answer is lost is looked at before anything is sent again", async () => {
    const host = `lost.${ZONE}`;
    site.local.setFaults(["PUT */workers/domains:lost:1"]);
    const { requests } = await site.during(() => site.apply(worker("shop", [HOST, host])));
    site.local.setFaults([]);
    assert.equal(steps(requests).filter((step) => step === "PUT domains").length, 1);
    assert.equal(await site.ask(host), "shop");
    await site.apply(worker("shop", [HOST]), yes());
  });

  test("a host under dns becomes a custom domain in one run: its record gives way, then its route goes", async () => {
    const host = `both.${ZONE}`;
    await site.apply(worker("blog", undefined, { dns: { enabled: true, zone_id: site.zone, hostname: host } }));
    assert.equal(await site.ask(host), "blog");
    await site.apply(worker("blog", [host], { dns: { enabled: false } }), yes());
    assert.equal(await site.ask(host), "blog");
    assert.deepEqual([site.routes().length, domains().includes(`${host} blog`)], [0, true]);
    assert.ok(isSettled(await site.plan(worker("blog", [host], { dns: { enabled: false } }))));
  });

  test("a host of a bucket can't be taken", async () => {
    const host = `media.${ZONE}`;
    site.local.createBucket("media");
    const body = JSON.stringify({ domain: host, zoneId: site.zone, enabled: true });
    const url = `${site.local.apiUrl}/accounts/${site.local.accountId}/r2/buckets/media/domains/custom`;
    const headers = { authorization: `Bearer ${site.local.token}`, "content-type": "application/json" };
    assert.ok((await fetch(url, { method: "POST", headers, body })).ok);
    const wanted = worker("shop", [HOST, host]);
    const { result, writes } = await site.during(() =>
      site.apply(wanted, yes({ take: [`domain:${host}`] })).catch((error) => error),
    );
    assert.deepEqual([result.code, writes], ["CFD0508", []]);
  });

  test("a block that is gone keeps them; what leaves the list is told to fall silent, and needs the yes", async () => {
    const gone = await site.during(() => site.apply(worker("shop")));
    assert.deepEqual([gone.writes, gone.result.plan.orphans.map(({ address }) => address)], [[], [ADDRESS]]);
    const plan = await site.plan(worker("shop", []));
    assert.ok(plan.diagnostics.some(({ code, message }) => code === "CFD0564" && message.includes("certificate")));
    const unsaid = await site.during(() => site.apply(worker("shop", [])).catch((error) => error));
    assert.deepEqual([unsaid.result.code, unsaid.writes], ["CFD0510", []]);
    await site.apply(worker("shop", []), yes());
    assert.deepEqual([await site.ask(HOST), listed("shop")], [530, 0]);
    assert.ok(isSettled(await site.plan(worker("shop", []))));
  });

  test("a Worker without custom domains costs no read of them", async () => {
    const { requests } = await site.during(() => site.plan(worker("shop")));
    assert.ok(!requests.some(({ path }) => path.includes("/workers/domains")));
  });

  test("a zone that is not there is told at the field that names it", async () => {
    const wanted = worker("shop", [{ hostname: HOST, zone_id: "0".repeat(32) }]);
    const { result, writes } = await site.during(() => site.apply(wanted).catch((error) => error));
    assert.deepEqual(writes, []);
    assert.deepEqual([result.exitCode, result.diagnostics[0].path], [1, "spec.custom_domains[0].zone_id"]);
  });

  test("those of others hold their Worker until they are given up, and ours go before it", async () => {
    await site.apply(worker("shop", [HOST]));
    const held = await site.during(() => site.destroy(worker("shop")).catch((error) => error));
    assert.deepEqual([held.result.code, held.result.exitCode, held.writes], ["CFD0562", 5, []]);
    const take = [`domain:theirs.${ZONE}`];
    const { requests } = await site.during(() => site.destroy(worker("shop", [HOST]), { options: { take } }));
    const writes = steps(requests);
    assert.equal(writes.at(-1), "DELETE shop");
    assert.deepEqual([writes.length, domains()], [3, [`both.${ZONE} blog`]]);
  });

  test("one that only the Worker itself names holds it as well", async () => {
    await site.apply(worker("shop"));
    site.foreign.addDomain(ZONE, `quiet.${ZONE}`, "shop");
    const held = await site.during(() => site.destroy(worker("shop")).catch((error) => error));
    assert.deepEqual([held.result.code, held.writes], ["CFD0562", []]);
    assert.ok(!held.requests.some(({ path }) => path.endsWith("/workers/domains")));
  });
});

for (const reading of ["move", "refuse"]) {
  test(`a domain moves to another Worker of the run without more words, where Cloudflare would ${reading} it`, async () => {
    const other = await createSite({ switches: { domainOfAnotherWorker: reading } });
    try {
      for (const name of ["shop", "blog"]) await other.bundle(name);
      const both = (first, second) => [worker("shop", first, {}, other), worker("blog", second, {}, other)];
      await other.apply(both([HOST], []));
      assert.equal(change(await other.plan(both([], [HOST]))).why, "given-up");
      const { requests } = await other.during(() => other.apply(both([], [HOST])));
      const writes = steps(requests);
      assert.ok(writes.indexOf("PATCH script-settings") < writes.indexOf("PUT domains"), writes.join(" "));
      assert.ok(writes.lastIndexOf("PUT domains") < writes.lastIndexOf("PATCH script-settings"), writes.join(" "));
      assert.deepEqual([domains(other), await other.ask(HOST)], [[`${HOST} blog`], "blog"]);
      assert.deepEqual([listed("shop", other), listed("blog", other)], [0, 1]);
      const { writes: again } = await other.during(() => other.apply(both([], [HOST])));
      assert.deepEqual(again, []);
    } finally {
      await other.close();
    }
  });
}
