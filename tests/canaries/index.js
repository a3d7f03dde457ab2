/**
 * Canaries: the secrets of all tests. No output may hold one, in any encoding in which a secret is likely to leave.
 * tools/gate.js looks for them in every byte that a whole run prints; `assertClean` in what a test holds in its hands.
 */
import { createHash } from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";

const values = JSON.parse(readFileSync(new URL("./values.json", import.meta.url), "utf8"));

/** By name; some are made of others, as the S3 key of a token is. */
export const CANARIES = { ...values, s3Secret: createHash("sha256").update(values.apiToken).digest("hex") };

/** What the gate puts into the environment of a run: no request leaves this machine, should one of them be used. */
export const ENVIRONMENT = {
  CLOUDFLARE_API_TOKEN: CANARIES.environmentToken,
  CLOUDFLARE_API_BASE_URL: "http://127.0.0.1:9/client/v4",
  R2_ACCESS_KEY_ID: "an id is no secret",
  R2_SECRET_ACCESS_KEY: CANARIES.environmentKey,
  R2_ENDPOINT: "http://127.0.0.1:9",
};

/** Folder in which test processes note what they used, one file each; set by the gate. */
const NOTES = process.env.CANARY_NOTES;

/**
 * How each encoding of a value looks inside a longer text.
 * @type {Record<string, (value: string) => string[]>}
 */
export const ENCODINGS = {
  raw: (value) => [value],
  "escaped in JSON": (value) => [JSON.stringify(value).slice(1, -1)],
  hex: (value) => [hex(value), hex(value).toUpperCase()],
  base64: (value) => [0, 1, 2].map((shift) => base64(value, shift)),
  base64url: (value) => [0, 1, 2].map((shift) => base64(value, shift).replaceAll("+", "-").replaceAll("/", "_")),
  "URL-encoded": (value) => [
    encodeURIComponent(value),
    encodeURI(value),
    new URLSearchParams({ v: value }).toString().slice(2),
    encodeURIComponent(value).replaceAll(/%../g, (written) => written.toLowerCase()),
    everyByte(value),
    everyByte(value).toUpperCase(),
  ],
};

const hex = (value) => Buffer.from(value).toString("hex");
const everyByte = (value) => hex(value).replaceAll(/../g, "%$&");

/** The characters that depend on the value alone when `shift` bytes of something else stand before it. */
function base64(value, shift) {
  const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(value)]);
  const whole = bytes.subarray(0, bytes.length - (bytes.length % 3)).toString("base64");
  return whole.slice(shift === 0 ? 0 : 4);
}

/**
 * What to look for.
 * @param {Record<string, string>} secrets by name
 * @returns {{ name: string, encoding: string, bytes: Buffer }[]}
 */
export function needlesOf(secrets) {
  return Object.entries(secrets).flatMap(([name, value]) =>
    Object.entries(ENCODINGS).flatMap(([encoding, spell]) =>
      [...new Set(spell(value))].map((text) => ({ name, encoding, bytes: Buffer.from(text) })),
    ),
  );
}

const NEEDLES = needlesOf(CANARIES);

if (process.env.CLOUDFLARE_API_TOKEN === CANARIES.environmentToken) noteUse("environment", 1);

/**
 * The first canary in some bytes.
 * @returns {{ name: string, encoding: string, at: number } | undefined}
 */
export function findIn(bytes, needles = NEEDLES) {
  for (const { name, encoding, bytes: wanted } of needles) {
    const at = bytes.indexOf(wanted);
    if (at !== -1) return { name, encoding, at };
  }
  return undefined;
}

/**
 * @param {string | Buffer | object} shown what somebody gets to see; objects as JSON
 * @param {string} where
 */
export function assertClean(shown, where) {
  const text = typeof shown === "string" || Buffer.isBuffer(shown) ? shown : (JSON.stringify(shown) ?? "");
  const found = findIn(Buffer.from(text));
  // Not the text itself: the message would carry on what it complains about.
  if (found) throw new Error(`the canary ${found.name} (${found.encoding}) is in ${where}, at byte ${found.at}`);
}

/** Notes that a canary was carried so many times: a run in which none is used proves nothing. */
export function noteUse(name, count) {
  if (count > 0) note({ used: name, count });
}

/** A secret that came up during the run: the gate looks for it, too. */
export function noteSecret(name, value) {
  note({ secret: name, value });
}

function note(line) {
  if (NOTES) appendFileSync(join(NOTES, `${process.pid}.ndjson`), `${JSON.stringify(line)}\n`);
}
