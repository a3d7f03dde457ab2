/** docs/lacking.md, written from a run: `npm run lacking -- --write`. */

/** @param {{ patch: object, cases: number, failed: { broken: string[] } }[]} results of all patches */
export function lackingPage(results, cases, date) {
  return `# The engine without one of its checks

Written by \`npm run lacking -- --write\`, last on ${date}.

Each patch in [tests/lacking](../tests/lacking) takes one check out of the engine that keeps other people's things,
secrets or the order of writes safe. [The simulation](../ARCHITECTURE.md#the-simulation-testssimulation) then plays its
cases, and one of its invariants must be broken soon: else either the check is needless, or nothing would notice its loss.
With all checks, the same ${cases.toLocaleString("en")} cases hold.

CI looks only that the patches still fit to the code. \`npm run lacking -- NAME…\` tries single ones.

| the check | without it | the first case that fails | what the simulation says of it |
| --- | --- | --- | --- |
${results.map(row).join("\n")}
`;
}

function row({ patch, cases, failed }) {
  const link = `[${patch.check}](../tests/lacking/${patch.name}.patch)`;
  const [said] = failed.broken[0].split("\n");
  return `| ${link} | ${patch.harm} | ${cases.toLocaleString("en")} | ${said.replaceAll("|", "\\|")} |`;
}
