/** Colour, and foreign text made safe. */

const PLAIN_WIDTH = 80;

/** What a terminal would obey or hide, and halves of a character, which no output can hold. */
const NOT_INERT = /[\p{Cc}\p{Cs}\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu;

/**
 * How to lay text out, whatever was given.
 *
 * @param {unknown} given
 * @returns {import("../index.js").Style}
 */
export function styleOf(given) {
  const { color, width } = given ?? {};
  return { color: color === true, width: Number.isSafeInteger(width) && width >= 0 ? width : PLAIN_WIDTH };
}

/**
 * Colours text, or leaves it alone; colour never carries meaning alone.
 *
 * @param {boolean} color
 */
export function createPaint(color) {
  const wrap = (code) => (text) => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  return {
    /** Something new. */
    green: wrap(32),
    /** Something that changes. */
    yellow: wrap(33),
    /** Something that goes, or that failed. */
    red: wrap(31),
    /** Something that helps. */
    cyan: wrap(36),
    /** Something of less weight. */
    dim: wrap(2),
  };
}

/** Foreign text without what a terminal would obey: control characters show as `\u{…}`. */
export function plain(text) {
  return text.replace(NOT_INERT, (character) => {
    const code = character.codePointAt(0);
    return code >= 0xd800 && code <= 0xdfff ? "\ufffd" : `\\u{${code.toString(16)}}`;
  });
}

/** Columns of a text, as far as its characters tell. */
export const widthOf = (text) => Array.from(text).length;
