/** docs/foreign.md: what came of each template. */
import { PACKAGE } from "./templates.js";
import { SAME } from "./upload.js";

/** Reasons may quote whole answers. */
const MOST = 300;

/**
 * @param {object[]} results of `live`
 * @param {object} lock of the package with the templates
 * @param {string} date
 * @returns {string}
 */
export function pageOf(results, lock, date) {
  const { version, integrity } = lock.packages[`node_modules/${PACKAGE}`];
  const wrangler = lock.packages["node_modules/wrangler"].version;
  const whole = results.filter(({ reason }) => reason === undefined);
  const rows = results.map((result) => `| ${[result.name, ...cells(result)].join(" | ")} |`);
  return `# Templates of others

\`npm run test:foreign -- --write\` wrote this page on ${date}; nobody edits it. Five of the templates run with the fidelity suite of every change.

Tried are all templates in \`${PACKAGE}\` ${version} (\`${integrity}\`) whose description says that they are for Workers and runs no generator of a framework.
Each is built by wrangler ${wrangler} (\`deploy --dry-run --outfile\`); then \`plan\` of its configuration as it is, \`import\`, \`apply\`, and \`plan\` of both, which has to be empty.
Its answers are compared with those of \`wrangler dev\` in status and body, on every path that its code or its files name (what a Worker asks the network for fails in both); what it uploads with what \`wrangler deploy\`
uploads, field by field. At last the Worker that wrangler deployed is adopted by the imported manifest, and nothing is left to do; nothing in an account proves what code it holds, so that the code is uploaded once (\`bundle\`). Python is not run: its runtime comes from the network.

${whole.length} of ${results.length} pass whole.

| template | built | planned, imported, deployed, nothing left to do | answers | upload | wrangler's Worker taken over |
| --- | --- | --- | --- | --- | --- |
${rows.join("\n")}

## What differs in an upload and means the same

| what | why |
| --- | --- |
${Object.entries(SAME)
  .map(([what, why]) => `| ${what} | ${why} |`)
  .join("\n")}
`;
}

function cells({ steps, reason, isPython }) {
  const why = reason === undefined ? "" : `: ${reason.replaceAll(/\s+/g, " ").replaceAll("|", "\\|").slice(0, MOST)}`;
  const cell = (names) => {
    const came = names.map((name) => steps[name]);
    if (came.includes("failed")) return `no${why}`;
    if (came.includes(undefined)) return "";
    return came.at(-1);
  };
  const answers = isPython ? "not run" : cell(["answers"]);
  const deployed = ["plan of the configuration", "import", "deploy", "plan after it"];
  return [cell(["build"]), cell(deployed), answers, cell(["upload"]), cell(["taken over"])];
}
