/** Finding queues and what uses them. */
import { liveVersion } from "../versions.js";

export const queueNamed = ({ queues }, name) => [...queues.values()].find((queue) => queue.name === name);

export const consumersOf = ({ consumers }, { id }) => [...consumers.values()].filter(({ queueId }) => queueId === id);

/** There is one at most. */
export const consumerOf = (state, queue) => consumersOf(state, queue)[0];

/** Names of the scripts whose live version sends to the queue. */
export function producersOf({ scripts }, { name }) {
  const sends = (script) =>
    liveVersion(script)?.bindings.some(({ type, queue_name: target }) => type === "queue" && target === name);
  return [...scripts.values()].filter(sends).map((script) => script.name);
}

/** What a script consumes. */
export const consumedBy = ({ consumers }, script) => [...consumers.values()].filter((one) => one.script === script);
