/** Arguments to command: commander reads them, the command runs, and whatever happens becomes an exit code. */

import { CommanderError } from "commander";
import { usageError } from "../errors.js";
import { sameAgain } from "./go-on.js";
import { createOutput } from "./output.js";
import { createReport, writeStepSummary } from "./step-summary.js";
import { reasonOf } from "./system.js";
import { asksForVersion } from "./version.js";
import { createView } from "./views/index.js";
import { commandOf, understand } from "./words.js";

const BAD_USAGE = 64;

/** Code of output that is lost. */
const OUTPUT_CODE = "CFD0003";

/**
 * @param {string[]} argv
 * @param {import("./process.js").Context} context
 * @returns {Promise<number>} the exit code
 */
export async function runProgram(argv, surroundings) {
  const { stdout, stderr, env } = surroundings;
  const context = { ...surroundings, out: createOutput(stdout, env), err: createOutput(stderr, env) };
  const chosen = {};
  const exit = await runWords(argv, context, chosen);
  return afterOutput(exit, context, chosen.command);
}

async function runWords(argv, context, chosen) {
  if (argv.length === 0) return showUsage(context);
  try {
    if (asksForVersion(argv)) context.out.line(context.version);
    else Object.assign(chosen, understand(argv, context));
  } catch (error) {
    return usageExit(argv, context, error);
  }
  return chosen.command ? runCommand(chosen, context) : 0;
}

/** Nothing was named: the help that was not asked for is talk, and an empty list of files in a script is no success. */
function showUsage(context) {
  try {
    understand(["--help"], { ...context, out: context.err });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
  }
  return BAD_USAGE;
}

/**
 * The exit code once everything was printed. That of a run which changes an account speaks of the account alone; where
 * only the text was asked for, losing it is a failure. A reader that has enough, as `head` has, is none.
 */
async function afterOutput(exit, { out, err }, command) {
  const failure = await out.settled();
  await err.settled();
  if (!failure || failure.code === "EPIPE") return exit;
  err.line(`error[${OUTPUT_CODE}]: standard output could not be written: ${reasonOf(failure)}`);
  await err.settled();
  return command?.changes === true || exit !== 0 ? exit : 1;
}

async function runCommand({ command, operands, flags }, context) {
  const json = flags.json === true && command.events !== false;
  const view = createView(context, { json, local: flags.local === true });
  const report = createReport();
  try {
    const exit = await command.run({ context, view, operands, flags, report });
    return await ended({ context, view, command, report }, { exit });
  } catch (error) {
    // Whatever can be solved by flags is told as a command to copy.
    report.goOn = error?.resolve && sameAgain(error, { command, operands, flags });
    const exit = await view.failure(error, context.interrupt.exitCode(), report.goOn);
    return ended({ context, view, command, report }, { exit, error });
  }
}

/** A summary that can't be written is told, and changes nothing else. */
async function ended({ context, view, command, report }, ending) {
  if (!command.reports) return ending.exit;
  await writeStepSummary(context, command.name, report, ending).catch(({ message }) =>
    view.talk(`GITHUB_STEP_SUMMARY could not be written: ${message}`),
  );
  return ending.exit;
}

/** Help was asked for: 0. Everything else that commander refuses is bad usage: 64. */
function usageExit(argv, context, error) {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  const view = createView(context, { json: argv.includes("--json") });
  if (!(error instanceof CommanderError)) return view.failure(error);
  const [message, ...more] = error.message
    .replace(/^error: /, "")
    .replace(/'([^']*)'/g, "`$1`")
    .split("\n");
  const suggestion = more.join(" ").replace(/^\(|\)$/g, "");
  return view.failure(usageError(lowerCase(message), lowerCase(suggestion) || helpOf(argv)));
}

/** Which help page tells more. */
function helpOf([word]) {
  const command = commandOf(word);
  return command ? `cfworker-deploy ${command.name} --help` : "cfworker-deploy --help";
}

const lowerCase = (text) => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "");
