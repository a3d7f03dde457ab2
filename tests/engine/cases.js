/**
 * What must hold of js/engine.js in every runtime. Each case takes an engine made of the probe and the address of a
 * server that answers /fast at once and /slow after 100 ms.
 */
import assert from "node:assert/strict";

const TRAP = { name: "EngineTrap" };

export const cases = {
  "a synchronous export answers": async ({ engine }) => {
    assert.deepEqual(await engine.call("echo", "hello", { a: [1] }), { text: "hello", options: { a: [1] } });
  },
  "an asynchronous export answers": async ({ engine, url }) => {
    assert.equal(await engine.call("send", `${url}/fast`, "GET", {}), "answer to GET");
  },
  "an expected failure is no trap": async ({ engine }) => {
    await assert.rejects(engine.call("echo", "refuse", {}), (error) => error === "refused");
  },
  "an unknown export is named": async ({ engine }) => {
    await assert.rejects(engine.call("nothing"), /no export `nothing`/);
  },
  "requests go through the fetch of the call": async ({ engine, url }) => {
    const seen = [];
    const fetch = (request) => {
      seen.push(request.method);
      return Promise.resolve(new Response("from the caller"));
    };
    assert.equal(await engine.call("send", `${url}/fast`, "PUT", { fetch }), "from the caller");
    assert.deepEqual(seen, ["PUT"]);
  },
  "a host without a fetch gets the runtime's": async ({ engine, url }) => {
    const { options } = await engine.call("echo", "", { onEvent() {} });
    assert.equal(await (await options.fetch(`${url}/fast`)).text(), "answer to GET");
  },
  "a refused request is an error of the call, no trap": async ({ engine }) => {
    const fetch = () => Promise.reject(new TypeError("no route"));
    await assert.rejects(engine.call("send", "http://127.0.0.1/", "GET", { fetch }), /no route/);
  },
  "a panic rejects its call and says where, not what": async ({ engine }) => {
    const error = await failureOf(engine.call("panic_at_once"));
    assert.equal(error.name, "EngineTrap");
    assert.match(error.message, /probe\/src\/lib\.rs:\d+/);
    assert.doesNotMatch(`${error.message}${error.stack}${error.cause}`, /cnry-panic/);
  },
  "a panic in the first poll rejects its call": async ({ engine }) => {
    await assert.rejects(engine.call("panic_in_first_poll"), TRAP);
  },
  "a panic after a read has not written": async ({ engine, url }) => {
    const error = await failureOf(engine.call("panic_after", `${url}/fast`, "GET"));
    assert.deepEqual([error.name, error.mayHaveWritten], ["EngineTrap", false]);
  },
  "a panic after a write may have written": async ({ engine, url }) => {
    const error = await failureOf(engine.call("panic_after", `${url}/fast`, "POST"));
    assert.deepEqual([error.name, error.mayHaveWritten], ["EngineTrap", true]);
  },
  "a panic ends all tasks of the call": async ({ engine, url }) => {
    const sent = [];
    const record = (request) => {
      sent.push(request.method);
      return fetch(request);
    };
    await assert.rejects(engine.call("panic_beside", `${url}/slow`, `${url}/fast`, { fetch: record }), TRAP);
    await pause(300); // The slow answer comes to an instance that is no more: no write follows.
    assert.deepEqual(sent, ["GET", "GET"]);
  },
  "the stack in linear memory may overflow": async ({ engine }) => {
    await assert.rejects(engine.call("overflow", 4_000_000_000), TRAP);
  },
  "the runtime's stack may overflow": async ({ engine }) => {
    await assert.rejects(engine.call("recurse", 4_000_000_000), TRAP);
  },
  "the stack may overflow in asynchronous code": async ({ engine, url }) => {
    await assert.rejects(engine.call("overflow_after", `${url}/fast`), TRAP);
  },
  "memory may run out": async ({ engine }) => {
    await assert.rejects(engine.call("exhaust_memory"), TRAP);
  },
  "an exception that passes through the engine is a trap": async ({ engine, url }) => {
    await assert.rejects(engine.call("throw_through", `${url}/fast`), TRAP);
  },
  "other calls go on": async ({ engine, url }) => {
    const others = Array.from({ length: 20 }, () => engine.call("send", `${url}/slow`, "GET", {}));
    const failures = ["panic_at_once", "panic_in_first_poll", "overflow"].map((name) =>
      failureOf(engine.call(name, 4e9)),
    );
    for (const error of await Promise.all(failures)) assert.equal(error.name, "EngineTrap");
    for (const answer of await Promise.all(others)) assert.equal(answer, "answer to GET");
  },
  "200 traps in a row leave the next call well": async ({ engine, url }) => {
    for (let round = 0; round < 100; round += 1) {
      await assert.rejects(engine.call("panic_at_once"), TRAP);
      await assert.rejects(engine.call("panic_after", `${url}/fast`, "GET"), TRAP);
    }
    assert.equal(await engine.call("send", `${url}/fast`, "GET", {}), "answer to GET");
  },
};

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const failureOf = (promise) =>
  promise.then(
    () => assert.fail("the call should have failed"),
    (error) => error,
  );
