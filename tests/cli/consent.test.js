/** One rule for consent: what deletes, adopts or takes needs a yes, and `--yes` is the only one off a terminal. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createSite, eventsOf, PLAIN, uploadByHand } from "./deploying.js";
import { planOf, resultOf } from "./fake-engine.js";
import { inDirectory, optionsOf, SIGNED_IN } from "./faked-run.js";
import { answering } from "./harness.js";

const HOST = "plain.example.com";
const ROUTED = `${PLAIN.trimEnd()}\n  dns: {enabled: true, zone: example.com, hostname: ${HOST}}\n`;
/** The block is gone: its route and record are orphans, which only `--prune` deletes. */
const UNROUTED = PLAIN;
const SWITCHED_OFF = ROUTED.replace("enabled: true", "enabled: false");

describe("where nobody can be asked", () => {
  let site;
  beforeEach(async () => {
    site = await createSite();
    site.cloudflare.putObject("bundles", "plain/v1.js", "export default { fetch: () => new Response() }");
  });
  afterEach(() => site.close());

  const write = (text) => writeFile(join(site.directory, "plain.yaml"), text);

  async function deployed() {
    await write(ROUTED);
    const { exit, stderr } = await site.cli("apply", "plain.yaml", "--local");
    assert.equal(exit, 0, `creates go ahead: ${stderr}`);
    site.cloudflare.requests.clear();
  }

  const writes = () =>
    site.cloudflare.requests
      .all()
      .filter(({ method, surface }) => surface !== "data" && !["GET", "HEAD"].includes(method));

  /** Without a yes: the plan is told, nothing is written, exit 1. */
  async function refused(args, deletion, stdin) {
    const { exit, stdout, stderr } = await site.start(args, { stdin }).ended;
    assert.equal(exit, 1, `${args.join(" ")}: ${stderr}${stdout}`);
    assert.ok(`${stdout}${stderr}`.includes("CFD0510"), stderr);
    assert.deepEqual(writes(), []);
    if (args.includes("--json")) {
      const events = eventsOf({ stdout });
      assert.ok(events.some(({ type, action }) => type === "change" && deletion.includes(action)));
      assert.equal(events.at(-1).exit, 1);
    } else {
      assert.match(stderr, new RegExp(deletion.join("|")));
    }
  }

  /** The call as it is, as events, and with its manifest on standard input. */
  async function refusedInEveryWay(args, deletion) {
    await refused([...args, "plain.yaml", "--local"], deletion);
    await refused([...args, "plain.yaml", "--local", "--json"], deletion);
    const text = await readFile(join(site.directory, "plain.yaml"), "utf8");
    await refused([...args, "-", "--local"], deletion, text);
  }

  async function agreed(args) {
    const { exit, stderr } = await site.cli(...args, "plain.yaml", "--local", "--yes");
    assert.equal(exit, 0, stderr);
  }

  test("destroy needs --yes", async () => {
    await deployed();
    await refusedInEveryWay(["destroy"], ["delete"]);
    await agreed(["destroy"]);
    assert.equal(site.cloudflare.state.scripts.has("plain"), false);
  });

  test("a deletion that the manifest states needs --yes", async () => {
    await deployed();
    await write(SWITCHED_OFF);
    await refusedInEveryWay(["apply"], ["delete"]);
    await agreed(["apply"]);
    assert.equal((await site.cloudflare.request(HOST)).status, 530);
  });

  test("--prune says what may go, and is no yes", async () => {
    await deployed();
    await write(UNROUTED);
    await refusedInEveryWay(["apply", "--prune"], ["delete"]);
    await agreed(["apply", "--prune"]);
    assert.equal((await site.cloudflare.request(HOST)).status, 530);
  });

  test("--adopt says what may become ours, and is no yes", async () => {
    await uploadByHand(site.cloudflare, "plain");
    site.cloudflare.requests.clear();
    await write(PLAIN);
    await refusedInEveryWay(["apply", "--adopt", "script:plain"], ["adopt"]);
    await agreed(["apply", "--adopt", "script:plain"]);
  });

  test("--take says what may be taken, and is no yes", async () => {
    await deployed();
    await write(ROUTED.replace("name: plain,", "name: another,"));
    const take = ["--take", "script:plain", "--take", `record:${HOST}`, "--take", `route:${HOST}/*`];
    await refusedInEveryWay(["apply", ...take], ["adopt"]);
    await agreed(["apply", ...take]);
  });

  test("an update goes ahead", async () => {
    await deployed();
    await write(`${ROUTED}  env: {variables: {TEXT: changed}}\n`);
    assert.equal((await site.cli("apply", "plain.yaml", "--local")).exit, 0);
    assert.ok(writes().length > 0);
  });
});

describe("on a terminal", () => {
  const DULL = { ...SIGNED_IN, NO_COLOR: "1" };
  const deleting = planOf({
    changes: [
      {
        address: "route:a/*",
        kind: "route",
        action: "delete",
        reason: "routing is switched off",
        needs: [],
        fields: [],
      },
      { address: "script:hello", kind: "script", action: "adopt", reason: "changed", needs: [], fields: [] },
    ],
    summary: { create: 0, update: 0, replace: 0, delete: 1, adopt: 1, noop: 0, reads: 4, writes: 2 },
  });
  const answers = {
    plan: { ok: deleting },
    apply: { ok: resultOf({ plan: deleting }) },
    destroy: (_sources, _creds, { dryRun }) => ({ ok: dryRun ? deleting : resultOf() }),
  };

  for (const more of [[], ["--json"], ["--prune"]]) {
    for (const command of ["apply", "destroy"]) {
      const words = [command, "worker.yaml", ...more];
      test(`${words.join(" ")} asks, with the plan in sight, and a no writes nothing`, async () => {
        const no = await inDirectory(words, answers, { tty: true, env: DULL, stdin: answering("n") });
        assert.equal(no.exit, 1);
        assert.match(no.stderr, /- delete {2}route {3}a\/\*[\s\S]*\? \[y\/N\]/);
        if (command === "apply") assert.match(no.stderr, /Apply 2 changes, among them 1 deletion and 1 adoption\?/);
        const writing = no.engine.calls.filter(({ name, args }) => name === command && !args[2].dryRun);
        assert.deepEqual(writing, []);
        const yes = await inDirectory(words, answers, { tty: true, env: DULL, stdin: answering("y") });
        assert.equal(yes.exit, 0, yes.stderr);
        if (more.includes("--json")) assert.equal(eventsOf(yes).at(-1).type, "result");
      });
    }
  }

  test("--yes is the answer", async () => {
    const { exit, stderr, engine } = await inDirectory(["apply", "worker.yaml", "-y"], answers, { tty: true });
    assert.equal(exit, 0, stderr);
    assert.doesNotMatch(stderr, /\[y\/N\]/);
    assert.equal(optionsOf(engine, "apply").allowDeletes, true);
  });
});
