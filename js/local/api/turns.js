/** One write to a script at a time, in the order of arrival. */

/** @returns {(name: string, work: () => Promise<any>) => Promise<any>} */
export function createTurns() {
  const last = new Map();
  return async function turn(name, work) {
    const before = last.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    last.set(name, mine);
    try {
      return await mine;
    } finally {
      if (last.get(name) === mine) last.delete(name);
    }
  };
}
