import assert from "node:assert/strict";
import { test } from "node:test";
import { renderError } from "../../js/render/error.js";

/** As short as the engine's would be long. */
const draw = async (findings) => findings.map(({ code, message, help }) => `${code} ${message}; ${help}\n`);
const undrawn = () => assert.fail("there is no finding");
const textOf = (error) => renderError(draw, { message: "it failed", ...error });

test("what began is told change by change", async () => {
  const lists = { done: ["script:a"], notDone: ["record:a.b", "route:a.b/*"], unknown: ["route:c/*"] };
  const body = `
  done          script:a

  not finished  record:a.b
                route:a.b/*

  unknown       route:c/*
`;
  const interrupted = await textOf({ code: "CFD0608", exitCode: 130, ...lists });
  const again = "\nNothing needs cleaning up: run the same command again.\n";
  assert.equal(interrupted, `error[CFD0608]: it failed\n${body}${again}`);
  const stopped = await textOf({ code: "CFD0602", exitCode: 3, help: "try again\nand again", ...lists });
  assert.ok(
    stopped.endsWith(
      "\ntry again\nand again\n\n1 error. Nothing needs cleaning up: run the same command again.   cfworker-deploy explain CFD0602\n",
    ),
  );
});

test("how things stand is never a guess", async () => {
  assert.match(await textOf({ code: "CFD0608", exitCode: 130 }), /\nNothing was changed\.\n$/);
  assert.match(await textOf({ code: "CFD0209", exitCode: 65 }), /1 error\. Nothing was changed\. {3}/);
  const afterReads = { severity: "error", code: "CFD0136", message: "it failed" };
  const reads = await textOf({ code: "CFD0136", exitCode: 65, diagnostics: [afterReads], sent: true });
  assert.match(reads, /1 error\. Nothing was changed\. {3}/);
  const applied = await textOf({ code: "CFD0525", exitCode: 5, done: ["script:a"] });
  assert.match(applied, /1 error\. Everything was applied\. {3}/);
  const error = { code: "CFD0136", message: "it failed", exitCode: 65, diagnostics: [afterReads, afterReads] };
  assert.match(await renderError(draw, { ...error, sent: false }), /\n2 errors\. Nothing was sent to Cloudflare\. {3}/);
});

test("a help is said once", async () => {
  const finding = { severity: "error", code: "CFD0501", message: "not ours", help: "use `--take`" };
  const error = { code: "CFD0501", message: "not ours", exitCode: 5, help: "use `--take`" };
  assert.equal((await textOf({ ...error, diagnostics: [finding] })).split("use `--take`").length, 2);
  assert.match(await textOf({ ...error, help: "one\r\ntwo\u0007\n" }), /\n\none\ntwo\\u\{7\}\n\n1 error/);
});

test("what is no error gives nothing", async () => {
  for (const value of [undefined, null, [], {}, { code: "CFD0501" }])
    assert.equal(await renderError(undrawn, value), "");
});
