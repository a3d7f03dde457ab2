/**
 * Workers whose `fetch` comes back to them. Each request of a loop waits for the next one, so a loop shows in how many
 * requests of Workers one script answers at a time; from there on it is refused, until all of them have ended.
 */

const MOST_AT_ONCE = 100;

export class Loops {
  #open = new Map();
  #refused = new Set();

  /**
   * @param {string} script that a Worker requests
   * @returns {(() => void) | null} to be called at the end; null: the request must be refused
   */
  enter(script) {
    const open = this.#open.get(script) ?? 0;
    if (open >= MOST_AT_ONCE) this.#refused.add(script);
    if (this.#refused.has(script)) return null;
    this.#open.set(script, open + 1);
    return () => this.#leave(script);
  }

  #leave(script) {
    const open = this.#open.get(script) - 1;
    if (open > 0) return this.#open.set(script, open);
    this.#open.delete(script);
    this.#refused.delete(script);
  }
}
