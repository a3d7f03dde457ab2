/** Arguments to command: commander reads them, the command runs, and whatever happens becomes an exit code. */

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { Command, CommanderError, Option } from "commander";
import { usageError } from "../errors.js";
import { COMMANDS, DEFAULT_COMMAND } from "./commands/index.js";
import { flagsOf } from "./flags.js";
import { sameAgain } from "./go-on.js";
import { createOutput } from "./output.js";
import { createReport, writeStepSummary } from "./step-summary.js";
import { reasonOf } from "./system.js";
import { createView } from "./views/index.js";

const HELP_WIDTH = 80;

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
  try {
    createProgram(argv, context, chosen).parse(withBareAdopt(argv), { from: "user" });
  } catch (error) {
    return usageExit(argv, context, error);
  }
  return runCommand(chosen, context, argv);
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

async function runCommand({ command, operands, flags }, context, argv) {
  const json = flags.json === true && command.events !== false;
  const view = createView(context, { json, local: flags.local === true });
  const report = createReport();
  try {
    const exit = await command.run({ context, view, operands, flags, report });
    return await ended({ context, view, command, report }, { exit });
  } catch (error) {
    // Whatever can be solved by flags is told as a command to copy.
    if (error?.resolve?.length > 0) error.help = sameAgain(error, argv);
    const exit = await view.failure(error, context.interrupt.exitCode());
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

/** Commander only finds out what is meant; the command runs after it, in `runCommand`. */
function createProgram(argv, context, chosen) {
  const program = new Command("cfworker-deploy");
  configure(program, context);
  program
    .description("Deploys Cloudflare Workers from YAML manifests.")
    .usage("[apply] MANIFEST… [flags]\n       cfworker-deploy COMMAND --help")
    .helpCommand(false)
    .addHelpText("before", OVERVIEW)
    .addHelpText("after", EXITS);
  for (const command of COMMANDS) {
    const isDefault = command.name === DEFAULT_COMMAND && !isMisspelt(argv[0], context);
    program.addCommand(createCommand(command, context, chosen), { isDefault });
  }
  return program;
}

const OVERVIEW = `Examples:
  cfworker-deploy worker.yaml           plan, ask, apply
  cfworker-deploy plan worker.yaml      only show what would change
  cfworker-deploy local                 a Cloudflare account on this machine
  cfworker-deploy worker.yaml --local   deploy to it
`;

const EXITS = `
Exit codes: 0 done, 1 failed before any write, 2 changes (--detailed-exitcode),
3 partly done (run it again), 4 permission, 5 conflict, 6 not visible (--wait),
64 bad usage, 65 bad manifest, 130 and 143 interrupted.
--version prints the version.`;

function createCommand(definition, context, chosen) {
  const command = new Command(definition.name);
  configure(command, context);
  command.summary(definition.summary).description(`${upperCase(definition.summary)}.`);
  command.addHelpText("before", `Examples:\n${definition.examples.map((example) => `  ${example}\n`).join("")}`);
  for (const [name, text] of definition.operands) command.argument(name, text);
  for (const { flag, text, parse, fallback } of flagsOf(definition.name)) {
    const option = new Option(flag, text);
    if (parse) option.argParser(parse);
    command.addOption(option);
    if (fallback !== undefined) command.setOptionValueWithSource(option.attributeName(), fallback, "default");
  }
  command.action(() =>
    Object.assign(chosen, { command: definition, operands: command.processedArgs, flags: command.opts() }),
  );
  return command;
}

function configure(command, { out }) {
  command.exitOverride().helpOption("-h, --help", "this text").allowExcessArguments(false);
  command.configureOutput({
    writeOut: (text) => out.block(text),
    writeErr: () => {}, // A bad call is told by the view, as every other failure.
    getOutHelpWidth: () => HELP_WIDTH,
    getErrHelpWidth: () => HELP_WIDTH,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  command.configureHelp({ subcommandTerm: (subcommand) => subcommand.name() });
}

/**
 * A first word that is neither a command nor a file, and does not look like a path, is a misspelt command: commander
 * says so with the nearest one, if no command is the default.
 */
function isMisspelt(word, { cwd }) {
  if (word === undefined || word.startsWith("-") || /[./\\]/.test(word)) return false;
  return !COMMANDS.some(({ name }) => name === word) && !existsSync(resolve(cwd, word));
}

/** `--adopt` may stand alone, and then the next word is no value of it: an address always has a colon. */
function withBareAdopt(argv) {
  return argv.map((word, index) => {
    const next = argv[index + 1];
    return word === "--adopt" && !/^[a-z]+:/.test(next ?? "") ? "--adopt=" : word;
  });
}

/** Help was asked for: 0. Everything else that commander refuses is bad usage: 64. */
function usageExit(argv, context, error) {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  const view = createView(context, { json: argv.includes("--json") });
  if (!(error instanceof CommanderError)) return view.failure(error);
  if (error.code === "commander.help")
    return view.failure(usageError("nothing to do was named", "cfworker-deploy --help"));
  const [message, ...more] = error.message
    .replace(/^error: /, "")
    .replace(/'([^']*)'/g, "`$1`")
    .split("\n");
  const suggestion = more.join(" ").replace(/^\(|\)$/g, "");
  return view.failure(usageError(lowerCase(message), lowerCase(suggestion) || helpOf(argv)));
}

/** Which help page tells more. */
function helpOf([word]) {
  const command = COMMANDS.find(({ name }) => name === word);
  return command ? `cfworker-deploy ${command.name} --help` : "cfworker-deploy --help";
}

const upperCase = (text) => text.charAt(0).toUpperCase() + text.slice(1);

const lowerCase = (text) => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "");
