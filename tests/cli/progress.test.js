import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "node:test";
import { createOutput } from "../../js/cli/output.js";
import { createProgress } from "../../js/cli/views/progress.js";

function drawing({ tty, env = {} }) {
  const chunks = [];
  const stream = new Writable({
    write(chunk, _encoding, callback) {
      chunks.push(chunk);
      callback();
    },
  });
  Object.assign(stream, { isTTY: tty, columns: 40 });
  const progress = createProgress(createOutput(stream, env));
  return { progress, text: () => Buffer.concat(chunks).toString() };
}

const ROUTE = "route:https://api.example.com/*";

test("plain lines: a kind, the whole key, the time; the same reason to wait is told once", () => {
  const { progress, text } = drawing({ tty: false });
  progress.event({ type: "change", address: ROUTE, action: "create" });
  progress.event({ type: "start", address: ROUTE });
  for (const why of ["rate limited", "rate limited", "no answer"]) {
    progress.event({ type: "wait", address: ROUTE, why, seconds: 2 });
  }
  progress.event({ type: "done", address: ROUTE, ms: 12_640 });
  progress.event({ type: "wait", address: "https://api.example.com/", why: "not yet", seconds: 2 });
  progress.event({ type: "wait", address: "GET https://api.example.com/zones", why: "throttled", seconds: 2 });
  progress.event({ type: "failed", address: "record:a.example.com", code: "CFD0602" });
  assert.deepEqual(text().trimEnd().split("\n"), [
    "  wait  route    https://api.example.com/* rate limited, again in 2 s",
    "  wait  route    https://api.example.com/* no answer, again in 2 s",
    "  ok    route    https://api.example.com/* created                  12.6 s",
    "  wait  live     https://api.example.com/ not yet, again in 2 s",
    "  wait  GET      https://api.example.com/zones throttled, again in 2 s",
    "  fail  record   a.example.com CFD0602",
  ]);
});

test("names stand below each other, however long a kind is", () => {
  const { progress, text } = drawing({ tty: false });
  for (const address of ["kv:cache", "consumer:jobs"]) progress.event({ type: "change", address, action: "create" });
  for (const address of ["kv:cache", "consumer:jobs"]) progress.event({ type: "done", address, ms: 5 });
  assert.deepEqual(text().trimEnd().split("\n"), [
    `  ok    kv        ${"cache created".padEnd(48)}    0.0 s`,
    `  ok    consumer  ${"jobs created".padEnd(48)}    0.0 s`,
  ]);
});

test("a wait that lasts is told again each minute, in numbers that read well", (context) => {
  context.mock.timers.enable({ apis: ["Date"] });
  const { progress, text } = drawing({ tty: false });
  for (let second = 0; second <= 120; second += 20) {
    progress.event({
      type: "wait",
      address: ROUTE,
      why: "throttled",
      seconds: second === 0 ? 0.47 : 21.363371801406963,
    });
    context.mock.timers.tick(20_000);
  }
  assert.deepEqual(text().trimEnd().split("\n"), [
    "  wait  route    https://api.example.com/* throttled, again in 0.5 s",
    "  wait  route    https://api.example.com/* throttled, again in 21 s",
    "  wait  route    https://api.example.com/* throttled, again in 21 s",
  ]);
});

test("foreign text can't steer the terminal", () => {
  const { progress, text } = drawing({ tty: false });
  progress.event({ type: "wait", address: "route:a\u001b[2J\r\nb", why: "x\u0007\u009b1m", seconds: 1 });
  assert.doesNotMatch(text().trimEnd(), /\p{Cc}/u);
});

test("on a terminal what runs is drawn within its width and goes when it ends", () => {
  const { progress, text } = drawing({ tty: true, env: { NO_COLOR: "1" } });
  progress.event({ type: "start", address: `script:${"long".repeat(20)}` });
  for (const line of text().split("\n")) assert.ok(line.length < 40, line);
  progress.event({ type: "start", address: "record:a" });
  progress.stop();
  assert.ok(text().endsWith("\u001b[2A\u001b[1G\u001b[0J"), JSON.stringify(text()));
});

test("a dumb terminal and CI get plain lines", () => {
  for (const env of [{ TERM: "dumb" }, { CI: "true", NO_COLOR: "1" }]) {
    const { progress, text } = drawing({ tty: true, env });
    progress.event({ type: "start", address: "script:a" });
    progress.event({ type: "done", address: "script:a", ms: 5 });
    assert.equal(text(), `  ok    script   ${"a".padEnd(48)}    0.0 s\n`);
  }
});
