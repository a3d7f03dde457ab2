/** Queues and their consumers. https://developers.cloudflare.com/api/resources/queues/ */
import { ApiError } from "../envelope.js";
import { consumersOf, producersOf } from "../queues/lookup.js";
import { newId, timestamp } from "../state.js";
import { liveVersion } from "../versions.js";
import { family, thingOf } from "./family.js";
import { CONSUMER_SETTINGS, PULL_SETTINGS, QUEUE_SETTINGS, readSettings } from "./queue-settings.js";

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const INVALID_QUEUE = 100128;
const INVALID_CONSUMER = 100127;
/** What both families have in common. */
const SHARED = {
  nouns: ["Queues", "Workers Scripts"],
  pages: { perPage: 100, max: 1000 },
  unreadable: 10026,
  // wrangler sends no JSON type here.
  body: { anyType: true },
  // Cloudflare has no empty lists here.
  envelope: { errors: null, messages: null },
};

const QUEUES = {
  ...SHARED,
  path: "/accounts/{accountId}/queues",
  id: "queueId",
  table: "queues",
  missing: () => new ApiError(404, 11000, "Queue not found."),
  choose: (queues, query) => {
    const wanted = query.getAll("name");
    return queues.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  },
  create: ({ state }, sent) => {
    const createdOn = timestamp(state);
    return {
      id: newId(),
      name: readName(state, sent.queue_name),
      createdOn,
      modifiedOn: createdOn,
      settings: readSettings(sent.settings, QUEUE_SETTINGS, INVALID_QUEUE),
      ...(sent.jurisdiction && { jurisdiction: sent.jurisdiction }),
      messages: [],
    };
  },
  change: {
    PUT: (context, queue, sent) => changeQueue(context, queue, sent, {}),
    PATCH: (context, queue, sent) => changeQueue(context, queue, sent, queue.settings),
  },
  remove: ({ state }, queue) => {
    const [user] = [...producersOf(state, queue), ...consumersOf(state, queue).map(({ script }) => script ?? "pull")];
    if (user !== undefined)
      throw new ApiError(409, 11005, `Queue ${queue.name} is in use: ${user} sends to it, or consumes it.`);
  },
  view: queueView,
};

const CONSUMERS = {
  ...SHARED,
  path: "/accounts/{accountId}/queues/{queueId}/consumers",
  id: "consumerId",
  table: "consumers",
  within: (context) => {
    const { id } = thingOf(QUEUES, context);
    return ({ queueId }) => queueId === id;
  },
  missing: () => new ApiError(404, 11006, "Consumer not found."),
  create: (context, sent) => {
    const { state } = context;
    const queue = thingOf(QUEUES, context);
    if (consumersOf(state, queue).length > 0)
      throw new ApiError(409, 11004, `Queue '${queue.name}' already has a consumer.`);
    return { id: newId(), queueId: queue.id, createdOn: timestamp(state), ...readConsumer(state, sent) };
  },
  change: {
    PUT: ({ state }, consumer, sent) => {
      Object.assign(consumer, { deadLetterQueue: undefined, script: undefined }, readConsumer(state, sent));
    },
  },
  remove: () => undefined,
  view: consumerView,
};

export const queues = [...family(QUEUES), ...family(CONSUMERS)];

/** The queue that the path names. @throws {ApiError} 404/11000 */
export const queueOf = (context) => thingOf(QUEUES, context);

function changeQueue({ state }, queue, { queue_name: name, settings }, before) {
  const read = readSettings(settings, QUEUE_SETTINGS, INVALID_QUEUE, before);
  if (name !== undefined && name !== queue.name) queue.name = readName(state, name);
  Object.assign(queue, { settings: read, modifiedOn: timestamp(state) });
}

function readName(state, name) {
  if (typeof name !== "string" || !NAME.test(name)) throw new ApiError(400, 11003, "Queue name is invalid.");
  if ([...state.queues.values()].some((queue) => queue.name === name))
    throw new ApiError(409, 11009, `Queue name '${name}' is already taken. Please use a different name and try again.`);
  return name;
}

function readConsumer(state, sent) {
  const { type, dead_letter_queue: deadLetterQueue, settings } = sent;
  const shared = deadLetterQueue ? { deadLetterQueue } : {};
  if (type === "http_pull")
    return { type, ...shared, settings: readSettings(settings, PULL_SETTINGS, INVALID_CONSUMER) };
  if (type !== "worker") throw new ApiError(400, INVALID_CONSUMER, "type must be worker or http_pull.");
  const script = readConsumingScript(state, sent.script_name ?? sent.script ?? sent.service);
  return { type, script, ...shared, settings: readSettings(settings, CONSUMER_SETTINGS, INVALID_CONSUMER) };
}

function readConsumingScript({ scripts }, name) {
  const script = scripts.get(name);
  if (!script) throw new ApiError(404, 10007, "This Worker does not exist on your account.");
  if (!liveVersion(script)?.handlers.includes("queue")) throw new ApiError(400, 11001, "Queue handler is missing.");
  return name;
}

function queueView({ state }, queue) {
  const producers = producersOf(state, queue).map((script) => ({ type: "worker", script }));
  const consumers = consumersOf(state, queue).map((consumer) => consumerView({ state }, consumer));
  return {
    queue_id: queue.id,
    queue_name: queue.name,
    created_on: queue.createdOn,
    modified_on: queue.modifiedOn,
    producers_total_count: producers.length,
    producers,
    consumers_total_count: consumers.length,
    consumers,
    settings: queue.settings,
    ...(queue.jurisdiction && { jurisdiction: queue.jurisdiction }),
  };
}

function consumerView({ state }, { id, queueId, createdOn, type, script, deadLetterQueue, settings }) {
  return {
    consumer_id: id,
    created_on: createdOn,
    queue_id: queueId,
    queue_name: state.queues.get(queueId).name,
    type,
    ...(script && { script }),
    ...(deadLetterQueue && { dead_letter_queue: deadLetterQueue }),
    settings,
  };
}
