/**
 * Queues as Workers see them: a producer binding of workerd sends one request for a message or a batch.
 * https://developers.cloudflare.com/queues/configuration/javascript-apis/#producer
 */
import { BodyTooLarge, readBody } from "../body.js";
import { queueNamed } from "./lookup.js";

const MOST_MESSAGES = 100;
const MESSAGE_BYTES = 128_000;
const BATCH_BYTES = 256_000;
/** Their base64, and what stands around it. */
const BODY_BYTES = 2 * BATCH_BYTES;
const MOST_DELAY_SECONDS = 86_400;
const CONTENT_TYPES = ["v8", "json", "text", "bytes"];

class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Messages that a request brings, by its path. */
const SENT = {
  __proto__: null,
  "/message": ({ headers }, body) => [
    { contentType: headers["x-msg-fmt"], body: body.toString("base64"), delaySeconds: delayOf(headers) },
  ],
  "/batch": ({ headers }, body) =>
    JSON.parse(body.toString("utf8")).messages.map(({ contentType, body: content, delaySecs }) => ({
      contentType,
      body: content,
      delaySeconds: delaySecs ?? delayOf(headers),
    })),
  "/metrics": () => [],
};

/**
 * @param {{ state: object, broker: import("./broker.js").Broker, written: () => Promise<void> }} options
 * @returns {{ serve(request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse,
 *   about: { name: string, delay?: number }): Promise<void> }}
 */
export function createQueueBinding({ state, broker, written }) {
  async function send(request, { name, delay }) {
    const queue = queueNamed(state, name);
    if (!queue) throw new Refusal(404, `queue ${name} is not there`);
    const path = new URL(request.url, "http://queue").pathname;
    if (!SENT[path]) throw new Refusal(404, `a queue has nothing at ${path}`);
    const messages = SENT[path](request, await readBody(request, BODY_BYTES)).map((message) => checked(message, delay));
    check(messages);
    const metrics = broker.accept(queue, messages);
    if (messages.length > 0) await written();
    return path === "/metrics" ? metrics : { metadata: { metrics } };
  }

  return {
    async serve(request, response, about) {
      try {
        answer(response, 200, await send(request, about));
      } catch (error) {
        answer(response, statusOf(error), { error: error.message });
      }
    },
  };
}

function checked({ contentType = "v8", body, delaySeconds }, delayOfBinding) {
  if (!CONTENT_TYPES.includes(contentType)) throw new Refusal(400, `message content type ${contentType} is invalid`);
  const delay = delaySeconds ?? delayOfBinding;
  const isDelay = delay === undefined || (Number.isInteger(delay) && delay >= 0 && delay <= MOST_DELAY_SECONDS);
  if (!isDelay) throw new Refusal(400, `message delay ${delay} is invalid`);
  return { contentType, body, delaySeconds: delay };
}

function check(messages) {
  const sizes = messages.map(({ body }) => Buffer.byteLength(body, "base64"));
  const largest = Math.max(0, ...sizes);
  if (largest > MESSAGE_BYTES)
    throw new Refusal(413, `message length of ${largest} bytes exceeds limit of ${MESSAGE_BYTES}`);
  if (messages.length > MOST_MESSAGES)
    throw new Refusal(413, `batch message count of ${messages.length} exceeds limit of ${MOST_MESSAGES}`);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  if (all > BATCH_BYTES) throw new Refusal(413, `batch size of ${all} bytes exceeds limit of ${BATCH_BYTES}`);
}

function delayOf({ "x-msg-delay-secs": seconds }) {
  return seconds === undefined ? undefined : Number(seconds);
}

function statusOf(error) {
  if (error instanceof BodyTooLarge) return 413;
  return error instanceof Refusal ? error.status : 400;
}

function answer(response, status, value) {
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}
