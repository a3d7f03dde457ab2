/** Foreign text in Markdown: it shows what it holds, and makes no markup, no HTML and no link of its own. */

import { plain } from "../render/paint.js";

/** Whatever may begin markup within a line. */
const MARKUP = /[\\`*_[\]<>#|!&~$]/g;

/** A text between backticks, as our messages quote what somebody wrote. */
const QUOTED = /`([^`]+)`/;

/**
 * @param {string} text words of a message, on one line; what it quotes is shown as code
 * @param {(text: string) => string} [quote]
 */
export function prose(text, quote = code) {
  return plain(text)
    .split(QUOTED)
    .map((part, index) => (index % 2 === 1 ? quote(part) : escaped(part)))
    .join("");
}

/** @param {string} text shown as code, letter by letter */
export function code(text) {
  const inner = plain(text);
  const fence = "`".repeat(1 + Math.max(0, ...(inner.match(/`+/g) ?? []).map(({ length }) => length)));
  return fence.length > 1 || inner === "" ? `${fence} ${inner} ${fence}` : `${fence}${inner}${fence}`;
}

/** Code in a cell of a table, which a bar would end. @param {string} markdown */
export const cell = (markdown) => markdown.replaceAll("|", "\\|");

/** A link that leads where it says, or the text alone. */
export function link(url, words = url) {
  const isWeb = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  return isWeb ? `[${prose(words)}](<${new URL(url).href.replace(/[<>\\]/g, encodeURIComponent)}>)` : prose(url);
}

/** A mark at the start of a line makes a list or a heading. */
const escaped = (text) =>
  text
    .replace(MARKUP, "\\$&")
    .replace(/^(\s*)([-+=])/, "$1\\$2")
    .replace(/^(\s*\d+)([.)])/, "$1\\$2");
