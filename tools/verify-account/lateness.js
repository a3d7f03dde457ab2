/** How long a list goes on telling what was before a write: nobody says how long it may. */

/** Longer than the engine waits before it takes an absence for a fact. */
const TRIES = 30;

/**
 * Looks until a write is seen.
 *
 * @param {ReturnType<typeof import("./account.js").createAccount>} account
 * @param {() => Promise<boolean>} isSeen
 * @param {(text: string) => void} note
 * @returns {Promise<string>} a reading of `LATENESS`
 */
export async function lateness(account, isSeen, note) {
  const started = performance.now();
  for (let look = 1; look <= TRIES; look += 1) {
    if (await isSeen()) {
      if (look > 1) note(`after ${((performance.now() - started) / 1000).toFixed(1)} s`);
      return look === 1 ? "at once" : "late";
    }
    await account.settle();
  }
  return "not in half a minute";
}

/** @type {import("./index.js").Check["readings"]} */
export const LATENESS = {
  "at once": { fit: "handled", means: "a list that is late is looked at again, whether it comes or not" },
  late: { fit: "handled", means: "what one list lacks is no proof, and stays in the inventory" },
  "not in half a minute": { fit: "handled", means: "what one list lacks stays in the inventory until a later run" },
};
