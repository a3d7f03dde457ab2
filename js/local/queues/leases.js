/**
 * Messages for whoever fetches them: each is his for a while, and comes again unless he acknowledges it by then.
 * https://developers.cloudflare.com/queues/configuration/pull-consumers/
 */
import { newId } from "../state.js";

/**
 * Hands out what nobody else has.
 * @param {object} queue
 * @param {{ batchSize: number, visibleAgainMs: number, now: number }} asked
 * @returns {import("./broker.js").Message[]}
 */
export function lease(queue, { batchSize, visibleAgainMs, now }) {
  const taken = queue.messages.filter(({ readyAt }) => readyAt <= now).slice(0, batchSize);
  for (const message of taken) {
    message.attempts += 1;
    message.lease = newId();
    message.readyAt = now + visibleAgainMs;
  }
  return taken;
}

/** Those that are no longer needed. @returns {number} of the leases that still hold */
export function acknowledge(queue, leases, now) {
  const held = heldBy(queue, leases, now);
  queue.messages = queue.messages.filter((message) => !held.includes(message));
  return held.length;
}

/** Those that shall come again. @param {Map<string, number>} delays lease → seconds @returns {number} of the leases that still hold */
export function giveBack(queue, delays, now) {
  const held = heldBy(queue, [...delays.keys()], now);
  for (const message of held) {
    message.readyAt = now + delays.get(message.lease) * 1000;
    message.lease = undefined;
  }
  return held.length;
}

function heldBy({ messages }, leases, now) {
  return messages.filter(({ lease: id, readyAt }) => id !== undefined && readyAt > now && leases.includes(id));
}
