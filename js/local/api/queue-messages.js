/** Messages through the API: sent, pulled, acknowledged, purged. https://developers.cloudflare.com/api/resources/queues/subresources/messages/ */
import { ApiError, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { acknowledge, giveBack, lease } from "../queues/leases.js";
import { consumerOf } from "../queues/lookup.js";
import { isObject, readObject } from "./body.js";
import { queueOf } from "./queues.js";
import { endpoint } from "./router.js";

const QUEUE = "/accounts/{accountId}/queues/{queueId}";
const MESSAGES = `${QUEUE}/messages`;
const READS = reads("Queues");
const WRITES = writes("Queues");
const UNREADABLE = 10026;
const MOST_AT_ONCE = 100;
const MESSAGE_BYTES = 128_000;
const DAY_SECONDS = 86_400;
const HALF_A_DAY_MS = 43_200_000;

export const queueMessages = [
  endpoint("POST", MESSAGES, WRITES, (context) => send(context, [readBody(context)])),
  endpoint("POST", `${MESSAGES}/batch`, WRITES, sendBatch),
  endpoint("POST", `${MESSAGES}/pull`, WRITES, pull),
  endpoint("POST", `${MESSAGES}/ack`, WRITES, settle),
  endpoint("POST", `${QUEUE}/purge`, WRITES, purge),
  endpoint("GET", `${QUEUE}/metrics`, READS, metrics),
];

function sendBatch(context) {
  const { messages, delay_seconds: delay } = readBody(context);
  if (!Array.isArray(messages) || messages.length > MOST_AT_ONCE || !messages.every(isObject))
    throw unreadable(`messages must be a list of ${MOST_AT_ONCE} at most`);
  return send(
    context,
    messages.map((message) => ({ delay_seconds: delay, ...message })),
  );
}

function send(context, sent) {
  const queue = queueOf(context);
  return success({ metadata: { metrics: context.broker.accept(queue, sent.map(readMessage)) } });
}

function readMessage({ body, content_type: contentType = "json", delay_seconds: delaySeconds }) {
  const content = { text: () => body, json: () => JSON.stringify(body) }[contentType]?.();
  if (typeof content !== "string") throw unreadable("a message has a body, and content_type json or text");
  if (Buffer.byteLength(content) > MESSAGE_BYTES) throw unreadable(`a message has ${MESSAGE_BYTES} bytes at most`);
  const delay = wholeUpTo(DAY_SECONDS, "delay_seconds", delaySeconds);
  return { contentType, body: Buffer.from(content).toString("base64"), delaySeconds: delay };
}

function pull(context) {
  const { queue, settings, now } = pulled(context);
  const sent = readBody(context);
  const batchSize = wholeUpTo(MOST_AT_ONCE, "batch_size", sent.batch_size) ?? settings.batch_size;
  const given = wholeUpTo(HALF_A_DAY_MS, "visibility_timeout_ms", sent.visibility_timeout_ms);
  context.broker.dropFailed(queue);
  const taken = lease(queue, { batchSize, visibleAgainMs: given ?? settings.visibility_timeout_ms, now });
  return success({ message_backlog_count: queue.messages.length, messages: taken.map(view) });
}

function view({ id, timestamp, attempts, lease: leaseId, contentType, body }) {
  const isText = contentType === "json" || contentType === "text";
  return {
    id,
    timestamp_ms: timestamp,
    attempts,
    lease_id: leaseId,
    body: isText ? Buffer.from(body, "base64").toString() : body,
    metadata: { "CF-Content-Type": contentType },
  };
}

function settle(context) {
  const { queue, settings, now } = pulled(context);
  const { acks = [], retries = [] } = readBody(context);
  if (![acks, retries].every((list) => Array.isArray(list) && list.every(isLease)))
    throw unreadable("acks and retries must be lists of lease_id");
  const ackCount = acknowledge(queue, acks.map(leaseOf), now);
  const delayOf = ({ delay_seconds: delay }) => wholeUpTo(DAY_SECONDS, "delay_seconds", delay) ?? settings.retry_delay;
  const retryCount = giveBack(queue, new Map(retries.map((one) => [leaseOf(one), delayOf(one)])), now);
  context.broker.dropFailed(queue);
  return success({ ackCount, retryCount, warnings: [] });
}

const leaseOf = ({ lease_id: id }) => id;
const isLease = (item) => isObject(item) && typeof item.lease_id === "string";

function purge(context) {
  const queue = queueOf(context);
  if (readBody(context).delete_messages_permanently !== true)
    throw unreadable("delete_messages_permanently must be true");
  queue.messages = [];
  return success({});
}

function metrics(context) {
  const { backlogCount, backlogBytes, oldestMessageTimestamp } = context.broker.metrics(queueOf(context));
  return success({
    backlog_count: backlogCount,
    backlog_bytes: backlogBytes,
    oldest_message_timestamp_ms: oldestMessageTimestamp,
  });
}

/** A queue that is consumed by pulling. The code for another one is ours. */
function pulled(context) {
  const queue = queueOf(context);
  const consumer = consumerOf(context.state, queue);
  if (consumer?.type !== "http_pull") throw new ApiError(400, 10108, `Queue ${queue.name} has no http_pull consumer.`);
  return { queue, settings: consumer.settings, now: context.state.clock.now() };
}

function readBody({ request }) {
  return readObject(request, UNREADABLE, { anyType: true });
}

function wholeUpTo(most, name, value) {
  if (value === undefined || value === null) return undefined;
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw unreadable(`${name} must be a whole number up to ${most}`);
}

function unreadable(message) {
  return new ApiError(400, UNREADABLE, `could not parse request body: ${message}`);
}
