/** NDJSON 1.0 on standard output: `version` first, `result` last, whatever happens. */

import { failureOf } from "./failure.js";
import { createTextView } from "./text.js";

const UI = "1.0";

/**
 * @param {import("../process.js").Context} context
 * @returns {import("./index.js").View}
 */
export function createEventView(context) {
  const { out, err, version } = context;
  /** Whoever is asked reads what for: beside the events, on standard error. */
  const forPeople = createTextView({ ...context, out: err });
  const told = new Set();
  let begun = false;

  function write(event) {
    if (!begun) out.json({ type: "version", ui: UI, tool: version });
    begun = true;
    out.json(event);
  }

  function event(data) {
    if (data.type === "diagnostic") told.add(keyOf(data));
    write(data);
  }

  /** The engine tells findings as it makes them; this adds those that it only answered. */
  function diagnostics(list) {
    for (const diagnostic of list) if (!told.has(keyOf(diagnostic))) event({ type: "diagnostic", ...diagnostic });
  }

  function result({ exit, outputs = {}, done = [], notDone = [], unknown = [] }) {
    write({ type: "result", exit, outputs, done, not_done: notDone, unknown });
    return exit;
  }

  return {
    attach: forPeople.attach,
    event,
    diagnostics: async (list) => diagnostics(list),
    plan: async () => {},
    talk() {},
    async ask(question, plan) {
      await forPeople.diagnostics(plan.diagnostics);
      await forPeople.plan(plan, false);
      return forPeople.ask(question);
    },
    data: (_line, eventOfIt) => eventOfIt && write(eventOfIt),
    text() {},
    json() {},
    end: async (facts) => result(facts),
    async failure(error, interrupted, goOn) {
      const failure = failureOf(error, interrupted);
      diagnostics(failure.diagnostics);
      const isTold = failure.diagnostics.some(
        ({ code, message }) => code === failure.code && message === failure.message,
      );
      if (!isTold) diagnostics([headline(failure, goOn)]);
      return result({ exit: failure.exitCode, done: failure.done, notDone: failure.notDone, unknown: failure.unknown });
    },
    stopping: forPeople.stopping,
  };
}

function headline({ code, message, help }, goOn) {
  const told = goOn === undefined ? help : `Go on: ${goOn}`;
  return { severity: "error", code, message, ...(told === undefined ? {} : { help: told }) };
}

const keyOf = ({ code, message, file, line, column, path }) =>
  JSON.stringify([code, message, file, line, column, path]);
