/** Random inputs in JavaScript: as tests/fuzz/{random,mutate,shrink}.rs do it, for what is written in JavaScript. */

const CHARACTERS = [..."\0\t\n\r \"',-.:[\\]{}ä", "\u2028", "\u202e", "\u{1f600}", "\u001b[2J"];

/** Numbers that a seed decides (mulberry32). */
export function createRandom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit) => (limit > 0 ? next() % limit : 0);
  return { below, pick: (list) => list[below(list.length)] };
}

/**
 * A text with one to six changes.
 * @param {ReturnType<typeof createRandom>} random
 * @param {string[]} texts of the corpus
 * @param {string[]} words that mean something to the target
 */
export function mutant(random, texts, words) {
  let text = random.pick(texts);
  for (let changes = 1 + random.below(6); changes > 0; changes -= 1) text = changed(random, text, texts, words);
  return text.slice(0, 16_384);
}

function changed(random, text, texts, words) {
  const start = random.below(text.length + 1);
  const end = start + random.below(Math.min(30, text.length - start) + 1);
  const [before, piece, after] = [text.slice(0, start), text.slice(start, end), text.slice(end)];
  switch (random.below(6)) {
    case 0:
      return before + after;
    case 1:
      return before + piece.repeat(1 + random.below(4)) + after;
    case 2:
      return before + random.pick(words) + after.replace(/^[\w"-]*/, "");
    case 3:
      return before + random.pick(CHARACTERS) + after;
    case 4:
      return before + random.pick(texts).slice(start);
    default:
      return before + random.pick(words) + piece + after;
  }
}

/** JSON of any shape that has the target's words as keys and values. */
export function document(random, words, depth = 4) {
  const kind = random.below(depth > 0 ? 9 : 6);
  if (kind < 2) return random.pick(words);
  if (kind < 6) return random.pick([null, true, 0, -1, -0.5, "", "a", 2 ** 53]);
  const size = random.below(5);
  if (kind === 6) return Array.from({ length: size }, () => document(random, words, depth - 1));
  const keys = Array.from({ length: size + 2 }, () => random.pick(words));
  return Object.fromEntries(keys.map((key) => [key, document(random, words, depth - 1)]));
}

/** The smallest text found that still fails. */
export async function shrink(text, fails) {
  let small = text;
  for (let size = 2 ** Math.ceil(Math.log2(text.length + 1)); size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < small.length; ) {
      const candidate = small.slice(0, start) + small.slice(start + size);
      if (await fails(candidate)) small = candidate;
      else start += size;
    }
  }
  return small;
}
