/** Commands that we print for people to run: as a POSIX shell reads them, with the flags of this run that they need. */

const SPELLED = { set: "--set", values: "--values", secretsFile: "--secrets-file", outputs: "--outputs" };

/**
 * @param {string[]} words command and operands
 * @param {object} flags of this run
 * @param {string[]} kept names of the flags that the command repeats
 * @param {string[]} [more] words to put at its end
 */
export function commandOf(words, flags, kept, more = []) {
  const repeated = kept.flatMap((name) =>
    (flags[name] ? [flags[name]].flat() : []).map((value) => [SPELLED[name], textOf(value)]),
  );
  const all = [...words, ...repeated.flat(), ...(flags.local ? ["--local"] : []), ...more];
  return `cfworker-deploy ${all.map(quoted).join(" ")}`;
}

const textOf = (value) => (Array.isArray(value) ? value.join("=") : value);

/** As a POSIX shell reads it. */
function quoted(word) {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
