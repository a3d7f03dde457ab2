/** The report as Markdown: no secrets, no address, ids shortened. */

/**
 * @typedef {object} Result
 * @property {Date} started
 * @property {{ id: string, name: string }} zone
 * @property {string} accountId
 * @property {string} token
 * @property {{ id: string, asks: string, seen: string, fit: string, means?: string, notes?: string[] }[]} answers
 * @property {string[]} leftBehind
 */

const FITS = {
  relied: "as relied on",
  handled: "either way is handled",
  broken: "**not as relied on**",
  unforeseen: "**not foreseen**",
  open: "not asked",
};

/** What no program can ask, and why. */
const BY_HAND = [
  "does an edit in the dashboard keep a Worker's tags? (set a tag, press Deploy in the dashboard, read script-settings)",
  "does a version that the dashboard made start without `workers/tag`? (the same, read versions?deployable=true)",
  "does an exact name find nothing for a token without Zone Read? (needs a second token)",
  "what does a used-up quota answer? (needs 1,200 requests, and stops the account for five minutes)",
  "which code has one Worker too many? (needs a full account)",
];

/** @param {Result} result */
export function reportOf(result) {
  const { started, answers, leftBehind } = result;
  const text = [
    "# verify-account",
    "",
    `${started.toISOString().slice(0, 10)}, ${answers.length} questions: ${summaryOf(answers)}.`,
    "",
    "| question | seen | which is |",
    "| --- | --- | --- |",
    ...answers.map(rowOf),
    "",
    "## Left to ask by hand",
    "",
    ...BY_HAND.map((question) => `- ${question}`),
    "",
    "## Left behind",
    "",
    ...(leftBehind.length === 0 ? ["Nothing."] : leftBehind.map((label) => `- ${label}: remove it by hand`)),
    "",
  ];
  return redacted(text.join("\n"), result);
}

function summaryOf(answers) {
  const counts = Object.entries(FITS).map(([fit, words]) => [answers.filter((one) => one.fit === fit).length, words]);
  const said = counts.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
  return said.join(", ");
}

function rowOf({ id, asks, seen, fit, means, notes = [] }) {
  const details = notes.length > 0 ? ` (${notes.join("; ")})` : "";
  const meaning = means ? `: ${means}` : "";
  return `| \`${id}\` ${cell(asks)} | ${cell(seen + details)} | ${FITS[fit]}${cell(meaning)} |`;
}

const cell = (text) => text.replaceAll(/\s+/g, " ").replaceAll("|", "\\|");

/** Last of all, over the whole text: whatever a question noted. */
function redacted(text, { token, zone }) {
  return text
    .replaceAll(token, "***")
    .replaceAll(/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, "<address>")
    .replaceAll(zone.name, "<zone>")
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, short)
    .replaceAll(/\b[0-9a-f]{32,64}\b/g, short);
}

const short = (id) => `${id.slice(0, 4)}…${id.slice(-4)}`;
