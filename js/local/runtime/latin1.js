/** Node hands out header values byte by byte, as Latin-1. */

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** The text that the bytes mean; values that are no UTF-8 stay as they are. @param {string} value */
export function utf8OfLatin1(value) {
  if (!/[\u0080-\u00ff]/.test(value)) return value;
  try {
    return UTF8.decode(Buffer.from(value, "latin1"));
  } catch {
    return value;
  }
}
