/** `--wait`: the Worker is asked through its hostname until it answers, for ninety seconds on a virtual clock. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAccount, manifestOf, ZONE } from "../safety/account.js";
import { openTerminal } from "../safety/terminal.js";

const HOST = `shop.${ZONE}`;
const SECOND = `www.${ZONE}`;

/** An apply whose Worker answers its nth visitor with `answers(n, version)`. */
async function applied(answers, spec = {}) {
  const account = await createAccount();
  await account.bundle("shop");
  const visits = [];
  const liveVersion = () => account.local.state.scripts.get("shop").versions[0].id;
  const fetch = async (url, init) => {
    const { hostname, pathname } = new URL(url);
    if (![HOST, SECOND].includes(hostname)) return account.clock.fetch(url, init);
    visits.push(pathname);
    return answers(visits.length, liveVersion(), hostname);
  };
  const events = [];
  const started = account.clock.now();
  const options = { wait: true, fetch, onEvent: (event) => events.push(event) };
  const result = await account.apply(manifestOf(spec), { options });
  const seconds = (account.clock.now() - started) / 1000;
  await account.close();
  return {
    result,
    visits,
    seconds,
    waits: events.filter(({ type }) => type === "wait"),
  };
}

const warningOf = ({ diagnostics }) => diagnostics.find(({ code }) => code === "CFD0526")?.message;

describe("--wait", () => {
  test("an answer at last: exit 0, and each reason to wait was told", async () => {
    const steps = [
      () => Promise.reject(new TypeError("getaddrinfo ENOTFOUND")),
      () => new Response("error code: 1016", { status: 530 }),
      () => new Response("error code: 1101\n", { status: 500 }),
      () => new Response("", { status: 522 }),
      () => new Response("no", { status: 404 }),
    ];
    const { result, visits, waits } = await applied((nth) => steps[nth - 1]());
    assert.deepEqual([result.exitCode, visits.length, waits.length], [0, 5, 4]);
    assert.match(waits[3].why, /the edge answers 522/);
  });

  test("no answer: exit 6 after a minute and a half, all of it done", async () => {
    const { result, seconds } = await applied(() => new Response("", { status: 522 }));
    assert.equal(result.exitCode, 6);
    assert.ok(seconds > 80 && seconds <= 91, `${seconds} s`);
    assert.equal(result.done.length, 3);
    assert.match(warningOf(result), /shop\.example\.com\/ is not visible yet: the edge answers 522/);
  });

  test("every host is asked, and the one that stays silent is named", async () => {
    const dns = { enabled: true, hostnames: [HOST, SECOND] };
    const { result, visits } = await applied(
      (_nth, _version, host) => new Response("", { status: host === HOST ? 200 : 522 }),
      { dns },
    );
    assert.equal(result.exitCode, 6);
    assert.ok(visits.length > 2);
    assert.match(warningOf(result), /www\.example\.com\/ is not visible yet/);
  });

  test("`wait: {path, header}`: only the new version is proof", async () => {
    const spec = { wait: { path: "/version", header: "X-Version" } };
    const told = (version) => new Response("", { headers: { "x-version": version } });
    const { result, visits } = await applied((nth, version) => told(nth < 3 ? "an older one" : version), spec);
    assert.deepEqual([result.exitCode, visits], [0, ["/version", "/version", "/version"]]);
    const never = await applied(() => told("an older one"), spec);
    assert.equal(never.result.exitCode, 6);
    assert.match(warningOf(never.result), /another version than [0-9a-f-]{36} answers/);
  });

  test("Ctrl-C while waiting, by the command line: all is applied, exit 130", async () => {
    // Uploads are accepted unseen there, so the Worker never answers.
    const account = await createAccount();
    await account.bundle("shop");
    const terminal = await openTerminal(account, manifestOf(), {});
    const running = terminal.start("apply", "--wait");
    const waiting = new Promise((resolve) =>
      running.child.stderr.on("data", () => /wait/.test(running.text.stderr) && resolve()),
    );
    await Promise.race([waiting, running.ended]);
    running.child.kill("SIGINT");
    const { exit, stdout, stderr } = await running.ended;
    assert.equal(exit, 130, stderr);
    assert.match(stderr, /is not visible yet/);
    assert.equal(stdout, `https://${HOST}/\n`);
    await terminal.close();
    await account.close();
  });
});
