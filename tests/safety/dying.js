/** A process that dies at one of its requests. */

/** A `fetch` that ends with its process: after the nth request nothing is sent, and nobody hears an answer. */
export function dying(clock, { nth, effect }) {
  let sent = 0;
  const { promise: dead, resolve: die } = withResolvers();
  const never = new Promise(() => {});
  const fetch = async (url, init) => {
    sent += 1;
    if (sent > nth) return never;
    if (sent < nth) return clock.fetch(url, init);
    if (effect) await clock.fetch(url, init);
    die();
    return never;
  };
  return { fetch, dead };
}

function withResolvers() {
  let resolve;
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
