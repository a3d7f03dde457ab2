// Answers the other Worker, and gets its traces.
export default {
  fetch: () => new Response("at your service"),
  tail(events) {
    for (const { outcome } of events) console.log("the other Worker ended with", outcome);
  },
};
