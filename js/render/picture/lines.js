/** Text of a box on lines of at most so many columns. Nothing is left out. */

const ASCII = /^[ -~]$/;

/** Columns of a text in a font of one width; what is not ASCII may be twice as wide. */
export function columnsOf(text) {
  return Array.from(text).reduce((sum, character) => sum + (ASCII.test(character) ? 1 : 2), 0);
}

/** A name, which is broken anywhere. */
export function broken(text, columns) {
  const lines = [""];
  let used = 0;
  for (const character of text) {
    used += columnsOf(character);
    if (used > columns) {
      lines.push("");
      used = columnsOf(character);
    }
    lines[lines.length - 1] += character;
  }
  return lines;
}

/** Words, which are broken between them; a long one anywhere. */
export function wrapped(text, columns) {
  const lines = [];
  let line = "";
  for (const word of text.split(" ").flatMap((each) => broken(each, columns))) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (columnsOf(longer) > columns) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
