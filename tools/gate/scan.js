/** Looks for secrets in streams of bytes as they pass. */
import { findIn, needlesOf } from "../../tests/canaries/index.js";

/** Shown of the text before a find, so that it can be found again. */
const LINES_BEFORE = 3;

export class Gate {
  #needles;
  #streams = new Map();
  leaks = [];

  /** @param {Record<string, string>} secrets by name */
  constructor(secrets) {
    this.#needles = needlesOf(secrets);
    this.secrets = Object.keys(secrets).length;
  }

  /** How many texts are looked for. */
  get needles() {
    return this.#needles.length;
  }

  /** How many bytes passed. */
  get size() {
    return [...this.#streams.values()].flat().reduce((sum, chunk) => sum + chunk.length, 0);
  }

  /** Looks through the next bytes of a stream, also where a secret began in those before. */
  look(stream, chunk) {
    const chunks = this.#streams.get(stream) ?? [];
    this.#streams.set(stream, chunks);
    const before = this.#tailOf(chunks);
    this.#search(stream, Buffer.concat([before, chunk]), this.#needles);
    chunks.push(chunk);
  }

  /** Looks through all that passed for secrets that nobody knew of before. */
  lookAgain(secrets) {
    const needles = needlesOf(secrets);
    this.secrets += Object.keys(secrets).length;
    this.#needles.push(...needles);
    for (const [stream, chunks] of this.#streams) this.#search(stream, Buffer.concat(chunks), needles);
  }

  /** The last bytes, in which the longest text that is looked for may have begun. */
  #tailOf(chunks) {
    const longest = Math.max(...this.#needles.map(({ bytes }) => bytes.length)) - 1;
    const last = [];
    let size = 0;
    for (let index = chunks.length - 1; index >= 0 && size < longest; index -= 1) {
      last.unshift(chunks[index]);
      size += chunks[index].length;
    }
    return Buffer.concat(last).subarray(-longest);
  }

  #search(stream, bytes, needles) {
    const found = findIn(bytes, needles);
    if (!found) return;
    const lines = bytes.subarray(0, found.at).toString().split("\n").slice(-LINES_BEFORE).join("\n");
    const what = `${found.name} leaked to ${stream} (${found.encoding})`;
    // Once is enough, and the end of what was looked through is looked through again.
    if (!this.leaks.some((known) => known.startsWith(what))) this.leaks.push(`${what}, behind:\n${lines}`);
  }
}
