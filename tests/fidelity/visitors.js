/** Visitors that never stop asking, while a Worker changes hands. */

/** Of each way of asking. */
const VISITORS = 3;

/**
 * Each way of asking is repeated without a pause, by some visitors at a time.
 * @param {Record<string, () => Promise<{ status: number, text: string }>>} ways
 * @param {(name: string, answer: { status: number, text: string }, begunAt: number) => string | undefined} problemOf what is wrong
 *   with an answer; `begunAt` is when it was asked for
 */
export function startVisits(ways, problemOf) {
  const counts = Object.fromEntries(Object.keys(ways).map((name) => [name, 0]));
  const problems = [];
  let over = false;

  async function visitor(name, ask) {
    while (!over) {
      const begunAt = performance.now();
      const problem = await ask().then(
        (answer) => problemOf(name, answer, begunAt),
        (error) => `no answer: ${error.message}`,
      );
      counts[name] += 1;
      if (problem !== undefined) problems.push(`${name}, request ${counts[name]}: ${problem}`);
    }
  }

  const all = Object.entries(ways).flatMap((way) => Array(VISITORS).fill(way));
  const visitors = all.map(([name, ask]) => visitor(name, ask));
  return {
    counts,
    problems,
    /** Resolves when each way was answered that often again. */
    async more(times) {
      const until = Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count + times + VISITORS]));
      while (!over && Object.keys(ways).some((name) => counts[name] < until[name])) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    async stop() {
      over = true;
      await Promise.all(visitors);
    },
  };
}
