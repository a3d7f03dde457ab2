/** What the account shows of a secret: its name. Not even a six-digit value can be confirmed from it. */
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { createEngine } from "../../js/engine.js";
import { createGlue } from "../../pkg/wasm/glue.js";
import { createSite, manifestOf } from "../e2e/site.js";

const PIN = "483920";
const ALL_PINS = 1_000_000;

describe("a six-digit secret", () => {
  let site;
  let readable;
  const events = [];
  before(async () => {
    site = await createSite();
    await site.bundle("shop");
    const manifest = manifestOf(site, { env: { secrets: { PIN: "${PIN}" } } });
    const more = { creds: { secrets: { PIN } }, options: { onEvent: (event) => events.push(event) } };
    events.push(await site.apply(manifest, more), await site.plan(manifest, more));
    readable = await everythingReadable(site);
  });
  after(() => site.close());

  test("is in no answer of the account, in no event, plan or outcome", () => {
    assert.ok(readable.includes("cfwd1:c"), "the mark is not among what was read");
    for (const form of formsOf(PIN)) {
      assert.ok(!readable.includes(form), `${form} can be read`);
      assert.ok(!JSON.stringify(events).includes(form), `${form} was told`);
    }
  });

  test("can't be confirmed by trying all values with the digests that an attacker can compute", () => {
    const digests = new Set(readable.match(/[A-Za-z0-9_-]{8,64}/g).flatMap((word) => [word, ...marksIn(word)]));
    const attacks = [
      (pin) => createHash("sha256").update(pin).digest(),
      (pin) => createHash("sha256").update(`PIN${pin}`).digest(),
      (pin) => createHash("sha256").update(framed("PIN", pin)).digest(),
      (pin) => createHmac("sha256", "").update(framed("PIN", pin)).digest(),
    ];
    for (const attack of attacks) {
      for (let number = 0; number < ALL_PINS; number += 1) {
        const digest = attack(String(number).padStart(6, "0"));
        const seen = cutsOf(digest).some((cut) => digests.has(cut));
        if (seen) assert.fail(`${number} is confirmed by ${digest.toString("hex")}`);
      }
    }
  });

  test("can't be confirmed with a key that can be read either", () => {
    const words = new Set(readable.match(/[A-Za-z0-9_.@-]{4,64}/g));
    const digests = new Set([...words].flatMap((word) => [word, ...marksIn(word)]));
    const messages = [PIN, `PIN${PIN}`, `PIN=${PIN}`, framed("PIN", PIN), framed(identityOf(readable), "PIN", PIN)];
    for (const key of words) {
      for (const message of messages) {
        const digest = createHmac("sha256", key).update(message).digest();
        assert.ok(!cutsOf(digest).some((cut) => digests.has(cut)), `confirmed with the key ${key}`);
      }
    }
  });

  test("can't be told from the mark of another Worker with the same value", async () => {
    const sets = site.local.state.scripts.get("shop").versions.concat(await anotherVersion(site));
    const [ours, theirs] = sets.map(({ annotations }) => /:s([\w-]{22}):/.exec(annotations["workers/tag"])[1]);
    assert.notEqual(ours, theirs);
  });

  test("the search would find a digest that is no secret", () => {
    const planted = new Set([createHash("sha256").update(PIN).digest("base64url").slice(0, 22)]);
    assert.ok(cutsOf(createHash("sha256").update(PIN).digest()).some((cut) => planted.has(cut)));
  });
});

test("the engine does not quote credentials that it can't read", async () => {
  const wasm = new URL("../../pkg/wasm/engine_bg.wasm", import.meta.url);
  const engine = createEngine({ module: new WebAssembly.Module(readFileSync(wasm)), createGlue });
  const secrets = { PIN: Number(PIN) };
  for (const creds of [PIN, [PIN], { apiToken: [PIN] }, { apiToken: "t", secrets }, { secrets: PIN }, { r2: PIN }]) {
    const { error } = await engine.call("plan", "[]", creds, {}, {});
    assert.match(error.message, /credentials/);
    assert.ok(!JSON.stringify(error).includes(PIN), error.message);
  }
});

/** The same secret in a Worker of another environment, whose value somebody may know. */
async function anotherVersion(site) {
  const spec = { worker_name: "staging", env: { secrets: { PIN: "${PIN}" } }, dns: { enabled: false } };
  await site.apply(manifestOf(site, spec, { env: "staging" }), { creds: { secrets: { PIN } } });
  return site.local.state.scripts.get("staging").versions;
}

/** What the tags of the Worker say of its manifest. */
const identityOf = (readable) => /cfwd1-([0-9a-f]{16})/.exec(readable)[1];

/** Every answer that somebody with all read permissions can get about the Worker and its zone. */
async function everythingReadable({ local, zone }) {
  const account = `/accounts/${local.accountId}/workers`;
  const paths = [
    `${account}/scripts`,
    ...["settings", "script-settings", "deployments", "versions", "secrets", "subdomain"].map(
      (name) => `${account}/scripts/shop/${name}`,
    ),
    `${account}/workers/shop`,
    `${account}/workers/shop/versions/latest`,
    `/zones/${zone}/dns_records`,
    `/zones/${zone}/workers/routes`,
  ];
  const headers = { authorization: `Bearer ${local.token}` };
  const answers = await Promise.all(
    paths.map(async (path) => (await fetch(`${local.apiUrl}${path}`, { headers })).text()),
  );
  const versions = local.state.scripts.get("shop").versions.map(({ id }) => `${account}/scripts/shop/versions/${id}`);
  for (const path of versions) answers.push(await (await fetch(`${local.apiUrl}${path}`, { headers })).text());
  return answers.join("\n");
}

/** The parts of a version mark and of a bundle tag. */
const marksIn = (word) => [word.slice(1), word.slice(-43), word.slice(-22)];

const cutsOf = (digest) => {
  const [hex, text] = [digest.toString("hex"), digest.toString("base64url")];
  return [
    hex,
    hex.slice(0, 8),
    hex.slice(0, 16),
    hex.slice(0, 32),
    text,
    text.slice(0, 22),
    digest.subarray(0, 16).toString("base64url"),
  ];
};

/** Name and value as the engine frames them: what an attacker who has read the source would hash. */
function framed(...parts) {
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(8);
      length.writeBigUInt64BE(BigInt(part.length));
      return [length, Buffer.from(part)];
    }),
  );
}

const formsOf = (value) => [
  Buffer.from(value).toString("base64").replaceAll("=", ""),
  Buffer.from(value).toString("hex"),
  `"${value}"`,
  `=${value}`,
];
