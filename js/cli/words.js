/** What the words of a call mean: commander reads them, and says what can't be understood. */

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { COMMANDS, DEFAULT_COMMAND } from "./commands/index.js";
import { flagsOf } from "./flags.js";
import { HELP_WORD } from "./version.js";

const HELP_WIDTH = 80;

/**
 * @typedef {object} Chosen
 * @property {import("./commands/index.js").CommandDefinition} command
 * @property {any[]} operands
 * @property {object} flags
 */

/**
 * @param {string[]} argv
 * @param {import("./process.js").Context} context
 * @returns {Chosen} with nothing in it where no command was named
 * @throws {import("commander").CommanderError} also for help, with exit code 0
 */
export function understand(argv, context) {
  const chosen = {};
  const words = withoutHelpWord(argv, context);
  createProgram(words, context, chosen).parse(withBareAdopt(words), { from: "user" });
  return chosen;
}

/** The definition that a word stands for, by its name or its other name. */
export function commandOf(word) {
  return COMMANDS.find(({ name, alias }) => name === word || (alias !== undefined && alias === word));
}

/** `help` is `--help`, and `help VERB` is `VERB --help`; a misspelt verb has no help, and runs nothing. */
function withoutHelpWord(argv, context) {
  const [first, ...rest] = argv;
  if (first !== HELP_WORD) return argv;
  return isMisspelt(rest[0], context) ? rest.slice(0, 1) : [...rest, "--help"];
}

/** `--adopt` may stand alone, and then the next word is no value of it: an address always has a colon. */
function withBareAdopt(argv) {
  return argv.map((word, index) => {
    const next = argv[index + 1];
    return word === "--adopt" && !/^[a-z]+:/.test(next ?? "") ? "--adopt=" : word;
  });
}

/**
 * Suggests nothing that deletes: whoever mistyped may run a suggestion as it stands.
 * https://github.com/tj/commander.js/blob/v14.0.2/lib/command.js has the two methods that look for one.
 */
class CarefulCommand extends Command {
  #isSuggesting = false;

  createHelp() {
    const help = super.createHelp();
    if (!this.#isSuggesting) return help;
    const { visibleCommands, visibleOptions } = help;
    const deletes = (name) => commandOf(name)?.deletes === true;
    const careful = flagsOf(this.name()).flatMap((row) => (row.careful ? row.flag.split(" ")[0] : []));
    help.visibleCommands = (command) => visibleCommands.call(help, command).filter((one) => !deletes(one.name()));
    help.visibleOptions = (command) => visibleOptions.call(help, command).filter(({ long }) => !careful.includes(long));
    return help;
  }

  unknownCommand() {
    this.#isSuggesting = true;
    super.unknownCommand();
  }

  unknownOption(flag) {
    this.#isSuggesting = true;
    super.unknownOption(flag);
  }
}

/** Commander only finds out what is meant; the command runs after it. */
function createProgram(argv, context, chosen) {
  const program = new CarefulCommand("cfworker-deploy");
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
help COMMAND tells more about one, version prints the version.`;

function createCommand(definition, context, chosen) {
  const command = new CarefulCommand(definition.name);
  configure(command, context);
  if (definition.alias) command.alias(definition.alias);
  command.summary(definition.summary).description(`${upperCase(definition.summary)}.`);
  command.addHelpText("before", `Examples:\n${definition.examples.map((example) => `  ${example}\n`).join("")}`);
  for (const [name, text] of definition.operands) command.argument(name, text);
  for (const { flag, short, text, parse, fallback } of flagsOf(definition.name)) {
    const option = new Option(short ? `${short}, ${flag}` : flag, text);
    if (option.required || parse) option.argParser(option.required ? filled(parse) : parse);
    command.addOption(option);
    if (fallback !== undefined) command.setOptionValueWithSource(option.attributeName(), fallback, "default");
  }
  command.action(() =>
    Object.assign(chosen, { command: definition, operands: command.processedArgs, flags: command.opts() }),
  );
  return command;
}

/** A script whose variable is unset gives an empty value: `--expect ""` must not be a run without `--expect`. */
function filled(parse = (value) => value) {
  return (value, previous) => {
    if (value === "") throw new InvalidArgumentError("It is empty.");
    return parse(value, previous);
  };
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
  command.configureHelp({
    subcommandTerm: (subcommand) => [subcommand.name(), subcommand.alias()].filter(Boolean).join(", "),
  });
}

/**
 * A first word that is neither a command nor a file, and does not look like a path, is a misspelt command: commander
 * says so with the nearest one, if no command is the default.
 */
function isMisspelt(word, { cwd }) {
  if (word === undefined || word.startsWith("-") || /[./\\]/.test(word)) return false;
  return !commandOf(word) && !existsSync(resolve(cwd, word));
}

const upperCase = (text) => text.charAt(0).toUpperCase() + text.slice(1);
