/** docs/errors.md: what `cfworker-deploy explain CODE` says of every code, on one page. */

/** Title and exit code of each family of codes, as `src/error.rs` has them. */
const FAMILIES = {
  "00": ["The command", "64; 1 when the answer to a question was no"],
  "01": ["The manifest", "65"],
  "02": ["References and inputs", "65"],
  "03": ["The bundle and R2", "1; 4 when keys are refused or lack a permission, 5 when the object exists already"],
  "04": ["Credentials and permissions", "4"],
  "05": ["Ownership, conflicts, what is live", "5; 1 when only `--yes` is missing, 6 when only `--wait` was in vain"],
  "06": ["Requests to Cloudflare", "1; 130 or 143 when interrupted"],
  "09": ["The engine", "1"],
};

/**
 * @param {Record<string, { title: string, explanation: string }>} codes in their order
 * @returns {string} the page
 */
export function errorsPage(codes) {
  const parts = [INTRODUCTION];
  for (const [family, [title, exit]] of Object.entries(FAMILIES)) {
    parts.push(`## ${title}\n\nExit code: ${exit}.\n`);
    for (const [code, text] of Object.entries(codes)) {
      if (code.startsWith(`CFD${family}`)) parts.push(section(code, text));
    }
  }
  return parts.join("\n");
}

const INTRODUCTION = `# Codes

Every finding and every error has a code that never changes its meaning. \`cfworker-deploy explain CODE\` prints the same
text. This page is generated: \`npm run docs\`.

A warning or a note never changes the exit code. When a write of the run took effect, or may have, and not all is done,
the exit code is 3 whatever the cause: the same command again goes on.
`;

function section(code, { title, explanation }) {
  return `### ${code}: ${title}\n\n${wrapped(explanation)}\n`;
}

/** Lines of at most 120 characters, as the rest of the documents. */
function wrapped(paragraph) {
  const lines = [];
  for (const word of paragraph.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= 120) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join("\n");
}
