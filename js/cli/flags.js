/** Every flag of the command line, in one table. A row's name in camelCase is its name in a command's flags. */

import { InvalidArgumentError } from "commander";

const PLANNING = ["apply", "plan", "drift", "destroy"];
const REDEPLOYING = ["rollback", "promote"];
const READING = [...PLANNING, ...REDEPLOYING, "validate", "outputs", "history", "doctor"];
const SENDING = [...PLANNING, ...REDEPLOYING, "outputs", "history", "doctor", "publish"];

/**
 * @typedef {object} Flag
 * @property {string} flag as commander writes it
 * @property {string} [short] one letter for it
 * @property {string[]} on the commands that have it
 * @property {string} text one line of help
 * @property {(value: string, previous: any) => any} [parse]
 * @property {any} [fallback] value without the flag
 * @property {boolean} [careful] allows something that can't be taken back: nobody is pointed to it who mistyped
 */

/** @type {Flag[]} */
export const FLAGS = [
  {
    flag: "--yes",
    short: "-y",
    on: ["apply", "destroy", ...REDEPLOYING],
    text: "the yes to what deletes, adopts, takes or opens",
    careful: true,
  },
  { flag: "--prune", on: PLANNING, text: "also delete what left the manifest", careful: true },
  {
    flag: "--adopt [address]",
    on: PLANNING,
    text: "take what nobody marked; bare: only what equals",
    parse: collect,
    careful: true,
  },
  {
    flag: "--take <address>",
    on: [...PLANNING, ...REDEPLOYING],
    text: "take over what somebody else deployed",
    parse: collect,
    careful: true,
  },
  {
    flag: "--delete-data <address>",
    on: ["plan", "apply", "destroy"],
    text: "also delete this store or class, with all data in it",
    parse: collect,
    careful: true,
  },
  { flag: "--build", on: ["apply"], text: "run `build.command`, then publish `build.output`" },
  {
    flag: "--bundle <file>",
    on: ["apply"],
    text: "publish FILE or a directory, write its path into the YAML",
  },
  {
    flag: "--expect <fingerprint>",
    on: ["apply", "destroy", ...REDEPLOYING],
    text: "only if the plan is still this one, secret values aside",
  },
  {
    flag: "--percentage <number>",
    on: ["apply", "plan"],
    text: "new versions get so many % of the requests, 0 to 100",
    parse: share,
  },
  { flag: "--guard <path>", on: ["apply"], text: "go live in steps, ask PATH[=STATUS] each time, else go back" },
  { flag: "--plan <file>", on: ["apply"], text: "only if the plan is still the saved one" },
  {
    flag: "--verify-content",
    on: ["apply", "plan", "drift"],
    text: "compare live modules with the bundle, byte for byte",
  },
  { flag: "--dry-run", on: REDEPLOYING, text: "only show the plan" },
  { flag: "--offline", on: ["plan"], text: "against an empty account: needs no token, sends nothing" },
  { flag: "--out <file>", on: ["plan", "drift"], text: "save the plan as JSON" },
  { flag: "--mermaid", on: ["plan"], text: "print the plan as a flowchart of Mermaid" },
  { flag: "--svg", on: ["plan"], text: "print the plan as a picture: --svg > plan.svg" },
  { flag: "--detailed-exitcode", on: ["plan", "drift"], text: "exit 2 when there are changes" },
  { flag: "--version <version>", on: ["publish"], text: "version in the key; default 12 hex of the sha256" },
  { flag: "--overwrite", on: ["publish"], text: "replace the object when the key is taken", careful: true },
  { flag: "--manifest <file>", on: ["publish"], text: "write the new path into this YAML, comments kept" },
  {
    flag: "--secrets-file <file>",
    on: PLANNING,
    text: "values of ${NAME}: dotenv or JSON, - is stdin",
    parse: collect,
  },
  {
    flag: "--require-secrets",
    on: ["apply", "plan", "drift"],
    text: "a secret without a value is an error, also a live one",
  },
  {
    flag: "--allow-env <name>",
    on: READING,
    text: "let ${NAME} read this name of the pipeline (once for each)",
    parse: collect,
  },
  { flag: "--values <file>", on: READING, text: "values of $variables-group/…: dotenv or JSON", parse: collect },
  {
    flag: "--outputs <file>",
    on: [...PLANNING, "outputs", "doctor"],
    text: "outputs of other runs, as `outputs --json` prints them",
  },
  { flag: "--env <name>", on: [...READING, "import"], text: "environment of a wrangler.jsonc or wrangler.toml" },
  {
    flag: "--overlay <file>",
    on: READING,
    text: "lies over a wrangler.jsonc (default: cfworker.yaml beside)",
  },
  { flag: "--set <path=value>", on: READING, text: "set one field, such as spec.dns.enabled=false", parse: setting },
  { flag: "--wait", on: ["apply"], text: "wait until the Worker answers (exit 6 if it does not)" },
  { flag: "--timeout <time>", on: SENDING, text: "give up after, such as 90s or 5m (default 10m)", parse: duration },
  { flag: "--local", on: [...SENDING, "validate", "import"], text: "use the Local Cloudflare that runs here" },
  { flag: "--json", on: [...READING, "publish", "import"], text: "NDJSON events on stdout" },

  {
    flag: "--port <port>",
    on: ["local"],
    text: "port of API and sites (default: a free one)",
    parse: port,
    fallback: 0,
  },
  { flag: "--persist <directory>", on: ["local"], text: "keep the account there over restarts" },
  { flag: "--latency <ms>", on: ["local"], text: "delay of every answer", parse: wholeNumber, fallback: 0 },
  {
    flag: "--fault <spec>",
    on: ["local"],
    text: "make requests fail, METHOD PATH:KIND[:NTH]",
    parse: collect,
    fallback: [],
  },
  { flag: "--kv <title>", on: ["local"], text: "a KV namespace of the account", parse: collect, fallback: [] },
  { flag: "--zone <name>", on: ["local"], text: "a zone of the account (default example.com)", parse: collect },
  {
    flag: "--token <name=groups>",
    on: ["local"],
    text: "one more token with only these permission groups",
    parse: collect,
    fallback: [],
  },
];

/** The rows of one command, in the table's order. */
export function flagsOf(command) {
  return FLAGS.filter(({ on }) => on.includes(command));
}

function collect(value, previous) {
  return [...(Array.isArray(previous) ? previous : []), value];
}

function setting(value, previous) {
  const at = value.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It is PATH=VALUE, such as spec.dns.enabled=false.");
  return collect([value.slice(0, at), value.slice(at + 1)], previous);
}

const MILLISECONDS = { ms: 1, s: 1000, m: 60_000 };

function duration(value) {
  const [, number, unit = "s"] = /^(\d{1,7})(ms|s|m)?$/.exec(value) ?? [];
  if (!Number(number)) throw new InvalidArgumentError("It is a number with ms, s or m, such as 90s.");
  return Number(number) * MILLISECONDS[unit];
}

function share(value) {
  if (/^\d{1,3}(\.\d{1,2})?$/.test(value) && Number(value) <= 100) return Number(value);
  throw new InvalidArgumentError("It is a number from 0 to 100, with two decimals at most.");
}

const LAST_PORT = 65_535;

function port(value) {
  if (wholeNumber(value) <= LAST_PORT) return Number(value);
  throw new InvalidArgumentError(`A port is at most ${LAST_PORT}.`);
}

function wholeNumber(value) {
  if (/^\d{1,6}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("It is a whole number.");
}
