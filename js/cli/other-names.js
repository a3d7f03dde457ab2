/**
 * Variables that look as if they were meant for this tool and are of no use to it as they stand: names that other tools
 * read, and values with quotes around them. They are pointed out, and never used.
 */

const KEY_ID = "R2_ACCESS_KEY_ID";
const KEY = "R2_SECRET_ACCESS_KEY";

/** Codes of the findings. */
const NAME_CODE = "CFD0415";
const QUOTES_CODE = "CFD0416";

/** What is read, and by which other names people and tools know it: as a whole, or as a pattern where a part is free. */
export const OTHER_NAMES = [
  {
    instead: "CLOUDFLARE_API_TOKEN",
    enough: ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY"],
    names: ["CF_API_TOKEN", "CF_TOKEN", "CLOUDFLARE_TOKEN", /^TF_VAR_(cloudflare|cf)_(api_)?token$/i],
  },
  { instead: "CLOUDFLARE_API_KEY", enough: ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY"], names: ["CF_API_KEY"] },
  { instead: "CLOUDFLARE_EMAIL", enough: ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_EMAIL"], names: ["CF_EMAIL"] },
  {
    instead: "CLOUDFLARE_ACCOUNT_ID",
    enough: ["CLOUDFLARE_ACCOUNT_ID"],
    names: ["CF_ACCOUNT_ID", "CLOUDFLARE_ACCOUNT", /^TF_VAR_(cloudflare|cf)_account_id$/i],
  },
  {
    instead: "CLOUDFLARE_API_BASE_URL",
    enough: ["CLOUDFLARE_API_BASE_URL", "CLOUDFLARE_BASE_URL"],
    names: ["CF_API_BASE_URL"],
  },
  {
    instead: KEY_ID,
    enough: [KEY_ID, "AWS_ACCESS_KEY_ID"],
    names: [
      "R2_ACCESS_KEY",
      "R2_KEY_ID",
      "CF_R2_ACCESS_KEY_ID",
      "CLOUDFLARE_R2_ACCESS_KEY_ID",
      "S3_ACCESS_KEY_ID",
      "AWS_ACCESS_KEY",
      /^RCLONE_(S3|CONFIG_\w+)_ACCESS_KEY_ID$/,
      /^TF_VAR_r2_access_key(_id)?$/i,
    ],
  },
  {
    instead: KEY,
    enough: [KEY, "AWS_SECRET_ACCESS_KEY"],
    names: [
      "R2_SECRET_KEY",
      "CF_R2_SECRET_ACCESS_KEY",
      "CLOUDFLARE_R2_SECRET_ACCESS_KEY",
      "S3_SECRET_ACCESS_KEY",
      "AWS_SECRET_KEY",
      /^RCLONE_(S3|CONFIG_\w+)_SECRET_ACCESS_KEY$/,
      /^TF_VAR_r2_secret(_access)?_key$/i,
    ],
  },
  {
    instead: "R2_ENDPOINT",
    enough: ["R2_ENDPOINT", "AWS_ENDPOINT_URL_S3"],
    names: [
      "R2_ENDPOINT_URL",
      "CF_R2_ENDPOINT",
      "CLOUDFLARE_R2_ENDPOINT",
      "S3_ENDPOINT",
      "AWS_ENDPOINT_URL",
      "AWS_S3_ENDPOINT",
      /^RCLONE_(S3|CONFIG_\w+)_ENDPOINT$/,
    ],
  },
];

/** What never has quotes around it. */
const UNQUOTED = [
  "CLOUDFLARE_API_TOKEN",
  "CLOUDFLARE_API_KEY",
  "CLOUDFLARE_EMAIL",
  "CLOUDFLARE_ACCOUNT_ID",
  "CLOUDFLARE_API_BASE_URL",
  "CLOUDFLARE_BASE_URL",
  KEY_ID,
  KEY,
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "R2_ENDPOINT",
  "AWS_ENDPOINT_URL_S3",
  "CFWORKER_FINGERPRINT_KEY",
];

const QUOTE_AT_AN_END = /^["'`“”‘’]|["'`“”‘’]$/;

/**
 * @param {Record<string, string | undefined>} env
 * @returns {import("../index.js").Diagnostic[]} warnings that name variables, never what stands in them
 */
export function environmentFindings(env) {
  return [...OTHER_NAMES.flatMap((wanted) => byOtherNames(wanted, env)), ...inQuotes(env)];
}

/** Where a name of ours is set as well, the other one is somebody else's business. */
function byOtherNames({ instead, enough, names }, env) {
  if (enough.some((name) => env[name])) return [];
  const isOther = (name) => names.some((other) => (typeof other === "string" ? other === name : other.test(name)));
  const found = Object.keys(env).filter((name) => env[name] && isOther(name));
  return found.map((name) => warning(NAME_CODE, `\`${name}\` is set, and is not read`, `set ${instead} instead`));
}

function inQuotes(env) {
  const found = UNQUOTED.filter((name) => QUOTE_AT_AN_END.test(env[name]?.trim() ?? ""));
  return found.map((name) =>
    warning(
      QUOTES_CODE,
      `the value of \`${name}\` stands in quotes, which are no part of it`,
      `set ${name} without them; files that are no shell script keep quotes, as \`docker --env-file\` does`,
    ),
  );
}

const warning = (code, message, help) => ({ severity: "warning", code, message, help });
