/** docs/lacking.md: what the results of `npm run lacking -- --write` say of the patches. */

/**
 * @param {{ name: string, check: string, harm: string }[]} patches
 * @param {Record<string, { date: string, place: number, broken: string }>} results by the name of a patch
 */
export function lackingPage(patches, results) {
  const rows = patches.map((patch) => row(patch, results[patch.name]));
  return `# The engine without one of its checks

Written by \`npm run lacking -- --write\`.

Each patch in [tests/lacking](../tests/lacking) takes one check out of the engine that keeps other people's things,
secrets or the order of writes safe. [The simulation](../ARCHITECTURE.md#the-simulation-testssimulation) then plays its
cases until an invariant is broken: else either the check is needless, or nobody would notice its loss. With all checks,
the same case holds.

CI looks only that the patches still fit to the code. \`npm run lacking -- NAME…\` tries single ones.

| the check | without it | fails first | what the simulation says | tried |
| --- | --- | --- | --- | --- |
${rows.join("\n")}
`;
}

function row({ name, check, harm }, result) {
  const told = result ? [`case ${result.place + 1}`, result.broken, result.date] : ["", "", "not yet"];
  const cells = [`[${check}](../tests/lacking/${name}.patch)`, harm, ...told];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
