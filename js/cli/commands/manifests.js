/** The operand that most commands share. */
export const MANIFESTS = [["<manifest...>", "YAML files, - is standard input"]];
