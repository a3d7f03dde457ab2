/** A command of this tool as text that a POSIX shell reads. */

/** Flags that are spelt again, by their name in a command's flags. */
const SPELLED = {
  adopt: "--adopt",
  take: "--take",
  secretsFile: "--secrets-file",
  values: "--values",
  outputs: "--outputs",
  set: "--set",
  prune: "--prune",
  local: "--local",
};

/**
 * @param {string[]} words after the program's name, flags with values that are spelt already among them
 * @param {object} [flags] of the command that runs now
 * @param {string[]} [kept] which of them are spelt again
 */
export function commandLine(words, flags = {}, kept = Object.keys(SPELLED)) {
  const again = kept.flatMap((name) => spelled(SPELLED[name], flags[name]));
  return ["cfworker-deploy", ...words, ...again].map(quoted).join(" ");
}

/** A switch and a bare `--adopt` stand alone. */
function spelled(flag, value) {
  if (value === undefined || value === false) return [];
  return [value].flat().flatMap((one) => (one === true || one === "" ? [flag] : [flag, textOf(one)]));
}

/** `--set` is kept as a pair. */
const textOf = (value) => (Array.isArray(value) ? value.join("=") : value);

function quoted(word) {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
