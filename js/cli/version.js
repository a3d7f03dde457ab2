/** Words that ask about the program itself. Kept apart: the answer to some of them must not wait for anything. */

export const HELP_WORD = "help";

const VERSION_WORDS = ["version", "--version", "-v", "-V"];

/** @param {string[]} argv */
export const asksForVersion = (argv) => argv.length === 1 && VERSION_WORDS.includes(argv[0]);
