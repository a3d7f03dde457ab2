/** XML by elements: no text can become markup. https://www.w3.org/TR/xml/#syntax */

const ENTITIES = { "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;", "'": "&apos;" };

/** What would be markup; and `#`, since GitHub reads `##[` in the output of a step as a command. */
const MARKUP = /[<>&"'#]/g;

/** What no XML text can hold, not even as a reference: https://www.w3.org/TR/xml/#charsets */
const NO_CHARACTER = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Foreign text for an element or an attribute. */
export function escaped(text) {
  return text.replace(NO_CHARACTER, "\ufffd").replace(MARKUP, (character) => ENTITIES[character] ?? "&#35;");
}

/**
 * @param {string} name of ours
 * @param {Record<string, string | number>} attributes names of ours, values of whatever origin
 * @param {string[]} children elements or escaped text
 */
export function element(name, attributes, children = []) {
  const parts = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  return `<${name}${parts.join("")}${children.length === 0 ? "/>" : `>${children.join("")}</${name}>`}`;
}
