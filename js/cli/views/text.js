/** For people: what was asked for on standard output, everything else on standard error. */

import { USAGE_CODE } from "../../errors.js";
import { plain } from "../../render/paint.js";
import { countChanges } from "../agreement.js";
import { withFlags } from "../go-on.js";
import { failureOf } from "./failure.js";
import { createProgress } from "./progress.js";
import { askYesNo } from "./question.js";

/**
 * @param {import("../process.js").Context} context
 * @returns {import("./index.js").View}
 */
export function createTextView(context) {
  const { out, err } = context;
  const talk = err.terminal;
  const progress = createProgress(err);
  const shown = new Set();
  let api;
  let sources = [];
  let planShown = false;
  let isAsking = false;
  /** Rendering takes a moment; what is told meanwhile waits for its turn. */
  let turn = Promise.resolve();

  function inTurn(work) {
    const result = turn.then(work);
    turn = result.catch(() => {});
    return result;
  }

  /** For what nobody waits for: a picture that fails must not fail the deployment. */
  function soon(work) {
    return inTurn(work).catch(() => {});
  }

  async function diagnostics(list, tell = err.block) {
    const fresh = list.filter((diagnostic) => !shown.has(JSON.stringify(diagnostic)));
    for (const diagnostic of fresh) shown.add(JSON.stringify(diagnostic));
    if (fresh.length > 0) tell(await diagnosticsText(fresh));
  }

  /** Without its engine a finding is still told. */
  async function diagnosticsText(list) {
    try {
      return await api.renderDiagnostics(sources, list.map(withFlags), styleOf(talk));
    } catch {
      return list.map((finding) => plainFinding(withFlags(finding), talk.paint)).join("\n");
    }
  }

  async function plan(value, isData) {
    planShown = true;
    const text = await api.renderPlan(value, styleOf(isData ? out.terminal : talk));
    if (isData) return out.block(text);
    // More will follow: a question, the progress, an error.
    err.block(countChanges(value) > 0 ? `${text.trimEnd()}\n\n` : text);
  }

  /** At a question nothing is in flight: an interruption just ends it. */
  async function ask(question) {
    isAsking = true;
    try {
      return await askYesNo(context, question);
    } finally {
      isAsking = false;
    }
  }

  function stopping() {
    if (!isAsking) soon(() => progress.line("stopping after the request in flight; again to stop at once"));
  }

  /** The plan as the engine tells it on the way; the `apply` that tells it goes on meanwhile. */
  const heard = { diagnostics: [], changes: [] };
  function event(told) {
    if (told.type === "diagnostic") heardFinding(told);
    else if (told.type === "change") heard.changes.push(told);
    if (told.type === "plan" && !planShown) {
      planShown = true;
      soon(() => heardPlan(told));
    }
    soon(() => progress.event(told));
  }

  /** Errors end the run, and are told then; what else is found while it writes, such as a way back, is told at once. */
  function heardFinding(told) {
    if (told.severity === "error") return;
    const finding = withoutType(told);
    if (planShown) soon(() => diagnostics([finding], progress.line));
    else heard.diagnostics.push(finding);
  }

  async function heardPlan(told) {
    await diagnostics(heard.diagnostics);
    await plan(planOf(heard.changes, told), false);
  }

  async function failureText(failure, goOn) {
    if (!api || failure.code === USAGE_CODE) return plainError(failure, talk.paint);
    const fresh = failure.diagnostics.filter((diagnostic) => !shown.has(JSON.stringify(diagnostic)));
    try {
      return await api.renderError(sources, withDiagnostics(failure, fresh.map(withFlags), goOn), styleOf(talk));
    } catch {
      return plainError(withDiagnostics(failure, fresh, goOn), talk.paint); // Without its engine a failure is still told.
    }
  }

  return {
    attach(engineApi, manifestSources) {
      api = engineApi;
      sources = manifestSources;
    },
    event,
    diagnostics: (list) => inTurn(() => diagnostics(list)),
    plan: (value, isData) => inTurn(() => plan(value, isData)),
    checkup: (value) => inTurn(async () => out.block(await api.renderCheckup(value, styleOf(out.terminal)))),
    history: (value) => inTurn(async () => out.block(await api.renderHistory(value, styleOf(out.terminal)))),
    talk: (line) => soon(() => err.line(line)),
    data: (line) => soon(() => out.line(line)),
    text: (block) => soon(() => out.block(block)),
    json: (value) => soon(() => out.json(value, 2)),
    async end({ exit }) {
      await inTurn(() => progress.stop());
      return exit;
    },
    async failure(error, interrupted, goOn) {
      await inTurn(() => progress.stop()).catch(() => {});
      const failure = failureOf(error, interrupted);
      err.block(await failureText(failure, goOn));
      return failure.exitCode;
    },
    ask: (question) => inTurn(() => ask(question)),
    stopping,
  };
}

const styleOf = ({ color, width }) => ({ color, width });

const withoutType = ({ type, ...rest }) => rest;

/** The plan as events tell it. */
function planOf(heard, { type, exitCode = 0, destroys = false, fingerprint, ...rest }) {
  const changes = heard.map(({ type, ...change }) => ({ ...change, needs: [] }));
  const { manifests = [], kept = [], orphans = [], unmanaged = [], exposes = [], expires = [], ...others } = rest;
  const { reverts = [], loses = [], ...summary } = others;
  const lists = { manifests, changes, kept, orphans, unmanaged, exposes, expires, reverts, loses };
  return { format: "1.0", offline: false, destroys, exitCode, fingerprint, ...lists, summary };
}

/** The command that goes on says all that the help of the first finding does. */
function withDiagnostics({ code, message, exitCode, help, done, notDone, unknown, sent, cause }, diagnostics, goOn) {
  const told = goOn === undefined ? help : `Go on: ${goOn}`;
  return { code, message, exitCode, help: told, done, notDone, unknown, sent, cause, diagnostics };
}

/** A failure of the command line itself, which needs no engine. */
function plainError({ code, message, help, done }, paint) {
  const lines = [plainFinding({ severity: "error", code, message, help }, paint)];
  if (done.length > 0) lines.splice(1, 0, `  done: ${plain(done.join(", "))}`);
  return lines.join("\n");
}

function plainFinding({ severity, code, message, help }, paint) {
  const lines = [`${paint.red(`${severity}[${plain(code)}]`)}: ${plain(message)}`];
  if (help) lines.push(`  ${paint.cyan("help")}: ${plain(help)}`);
  return lines.join("\n");
}
