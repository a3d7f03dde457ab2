/** Odd and hostile texts, each with its verdict: `undefined` is valid, otherwise the code that refuses it by name. */

const LENGTH = 200_000;

/** A manifest that nothing is wrong with. */
export const VALID = `apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata: {name: shop}
spec:
  account_id: "074755a78d8e8f77c119a90a125e8a06"
  worker_name: shop
  script_bundle: {bucket: bundles, path: shop.js}
`;

const DEEP = "CFD0109";
const SYNTAX = "CFD0101";
const UNSUPPORTED = "CFD0110";
const HIDDEN = "CFD0111";
const ENCODING = "CFD0112";

const filled = (part) => part.repeat(Math.ceil(LENGTH / part.length));
const changed = (old, now) => VALID.replace(old, () => now);
const variables = (value) => `${VALID}  env: {variables: {A: ${value}}}\n`;
const utf16 = (text) => Buffer.from(text, "utf16le");

/** @type {Record<string, [text: string, code?: string]>} */
export const TEXTS = {
  "nothing odd": [VALID],
  "byte order mark": [`\ufeff${VALID}`],
  "CRLF line ends": [VALID.replaceAll("\n", "\r\n")],
  "an alias for a whole value": [
    `${changed("name: shop}", "name: &name shop}")}`.replace("worker_name: shop", "worker_name: *name"),
  ],
  "a direction mark in a variable": [variables("'x\u202ey'")],

  "a YAML bomb": [bomb(), DEEP],
  "101 aliases": [`a: &a 1\nb: [${"*a,".repeat(101)}]\n`, DEEP],
  "2 MB of text": [`${VALID}# ${"x".repeat(2_000_000)}\n`, DEEP],
  "20,000 keys": [Array.from({ length: 20_000 }, (_, index) => `k${index}: 1\n`).join(""), DEEP],

  "200 KB of [": [filled("["), DEEP],
  "200 KB of {": [filled("{"), DEEP],
  "200 KB of ]": [filled("]"), SYNTAX],
  "200 KB of [ closed": ["[".repeat(LENGTH / 2) + "]".repeat(LENGTH / 2), DEEP],
  "200 KB of {a:": [filled("{a: "), DEEP],
  "200 KB of [{": [filled("[{"), DEEP],
  "200 KB of [], side by side": [`[${filled("[],")}]`, DEEP],
  "200 KB of [ below a key": [`${VALID}  x: ${filled("[")}`, DEEP],
  "200 KB of [ in a variable": [variables("[".repeat(LENGTH / 2) + "]".repeat(LENGTH / 2)), DEEP],
  "200 KB of - ": [filled("- "), DEEP],
  "200 KB of ? ": [filled("? "), DEEP],
  "600 levels by indentation": [Array.from({ length: 600 }, (_, index) => `${" ".repeat(index)}a:\n`).join(""), DEEP],
  "200 KB of commas": [`[${filled(",")}`, SYNTAX],
  "200 KB of an open quote": [`a: "${filled("x")}`, SYNTAX],
  "200 KB of backslashes": [`a: "${filled("\\")}`, SYNTAX],
  "200 KB of anchors": [filled("&a "), SYNTAX],
  "200 KB of one key": [filled("a: 1\n"), "CFD0105"],
  "200 KB of nothing": [filled("---\n"), "CFD0114"],

  "a NUL": [changed("shop.js", "sh\0op.js"), ENCODING],
  "UTF-16 read as UTF-8": [utf16(VALID).toString("utf8"), ENCODING],
  "UTF-16, big-endian, read as UTF-8": [utf16(VALID).swap16().toString("utf8"), ENCODING],
  "a merge key": [changed("spec:\n", "spec:\n  <<: {a: b}\n"), UNSUPPORTED],
  "a custom tag": [changed("worker_name: shop", "worker_name: !secret shop"), UNSUPPORTED],
  "a tag that runs code elsewhere": [
    changed("worker_name: shop", 'worker_name: !!python/object/apply:os.system ["id"]'),
    UNSUPPORTED,
  ],
  "a list as a key": [`${VALID}? [a, b]\n: c\n`, UNSUPPORTED],
  "half a surrogate pair in a script name": [changed("worker_name: shop", "worker_name: sh\ud800op"), "CFD0117"],
  "a direction mark in a name": [changed("name: shop", "name: sh\u202eop"), HIDDEN],
  "a direction mark in a comment": [`${VALID}# \u2066comment\n`, HIDDEN],
  "a zero-width space in a key": [changed("worker_name", "worker\u200b_name"), HIDDEN],
};

/** Bytes of files that no text of JavaScript can stand for. */
export const FILES = {
  "UTF-16 with its mark": [utf16(`\ufeff${VALID}`), ENCODING],
  "UTF-16, big-endian, with its mark": [utf16(`\ufeff${VALID}`).swap16(), ENCODING],
  "Latin-1": [Buffer.from(changed("name: shop", "name: sh\u00f6p"), "latin1"), ENCODING],
  "half a character": [Buffer.concat([Buffer.from(VALID), Buffer.from([0xe2, 0x82])]), ENCODING],
};

/** Nine texts that stand for 9^10 values. */
function bomb() {
  let text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (let level = 1; level < 10; level += 1) {
    const aliases = Array(9).fill(`*a${level - 1}`);
    text += `a${level}: &a${level} [${aliases.join(", ")}]\n`;
  }
  return text;
}
