/**
 * Local Cloudflare: the v4 API, R2's S3 endpoint and the data plane on 127.0.0.1, Workers in workerd.
 *
 *     const local = await startLocalCloudflare({ zones: ["example.com"] });
 *     process.env.CLOUDFLARE_API_BASE_URL = local.apiUrl;
 *     ...
 *     await local.close();
 */
import { createApi } from "./api/index.js";
import { createDatabaseBinding } from "./d1/binding.js";
import { createDataPlane } from "./data-plane/serve.js";
import { createWire } from "./data-plane/wire.js";
import { Faults } from "./faults.js";
import { History } from "./history.js";
import { requestHost } from "./host-request.js";
import { Persistence } from "./persist.js";
import { createQueueBinding } from "./queues/binding.js";
import { Broker } from "./queues/broker.js";
import { removeBucket } from "./r2/domains.js";
import { createBucketBinding } from "./r2-binding/index.js";
import { RequestLog } from "./requests.js";
import { createRuntime } from "./runtime/index.js";
import { addSession, keyFinder } from "./s3/keys.js";
import { ObjectStore } from "./s3/objects.js";
import { createS3 } from "./s3/server.js";
import { ScheduleClock } from "./schedules/clock.js";
import { createListeners } from "./server.js";
import { addNamespace, addToken, addZone, asciiName, createState, s3SecretOf } from "./state.js";

/**
 * @param {object} [options]
 * @param {number} [options.port] API and data plane; 0 = any free one
 * @param {number} [options.s3Port] S3; 0 = any free one
 * @param {(string | { name: string, id?: string })[]} [options.zones]
 * @param {string[]} [options.kv] titles of KV namespaces
 * @param {{ id?: string, name?: string }} [options.account]
 * @param {string} [options.token] value of the first token; omitted: a new one
 * @param {object[]} [options.tokens] further tokens, see `addToken`
 * @param {string} [options.persist] directory that keeps everything; what it holds wins over `account`
 * @param {number} [options.latencyMs] added to each request to API and S3
 * @param {string[]} [options.faults] see `faults.js`
 * @param {object} [options.switches] readings of the real API, see `switches.js`
 * @param {object} [options.runtime] what checks and runs the Workers instead of workerd, see `runtime/index.js`
 * @param {number} [options.graceMs] what answers under way have, when their Workers are replaced
 * @param {boolean} [options.quiet] false: problems and what Workers print go to stderr
 * @param {(text: string) => void} [options.print] who prints it; default `console.error`
 * @param {boolean} [options.warmUp] start workerd now, rather than at the first upload
 * @param {() => number} [options.now] the server's clock, milliseconds since the epoch
 */
export async function startLocalCloudflare(options = {}) {
  const persistence = options.persist ? new Persistence(options.persist) : null;
  try {
    return await start(options, persistence);
  } catch (error) {
    await persistence?.release();
    throw error;
  }
}

async function start(options, persistence) {
  const { port = 0, s3Port = 0, latencyMs = 0, quiet = true, now = Date.now, switches = {} } = options;
  const print = options.print ?? ((text) => console.error(text));
  const report = (problem) => print(`local cloudflare: ${problem?.stack ?? problem}`);
  const state = await openState(options, persistence, now);
  const written = async () => persistence?.changed();
  const buckets = createBucketBinding({ objects: state.objects, now, written });
  const deliver = (script, batch) => runtime.queue(script, batch);
  const broker = new Broker({ state, deliver, now, written, say: quiet ? undefined : report });
  const queues = createQueueBinding({ state, broker, written });
  const send = (...asked) => runtime.databases.send(...asked);
  const databases = createDatabaseBinding({ state, send, written });
  const runtime =
    options.runtime ??
    createRuntime({
      state,
      persistDir: persistence?.storesDir,
      onOutput: quiet ? undefined : report,
      subrequest: (request, response, from) => wire.serve(request, response, { from }),
      upgrade: (request, socket, head, from) => wire.upgrade(request, socket, head, { from }),
      stores: { bucket: buckets.serve, database: databases.serve, queue: queues.serve },
      onChange: () => broker.changed(),
      graceMs: options.graceMs,
    });
  const clock = new ScheduleClock({
    state,
    call: (...asked) => runtime.scheduled(...asked),
    now,
    say: quiet ? undefined : report,
  });
  const dataPlane = createDataPlane({ state, runtime, clock, now, say: quiet ? undefined : report });
  const wire = createWire({ dataPlane, onError: report, now });
  const log = new RequestLog();
  const faults = new Faults(options.faults);
  let latency = latencyMs;
  const listeners = createListeners({
    api: createApi({ state, runtime, broker, switches, now, onUnknown: print }),
    s3: createS3({
      objects: state.objects,
      findKey: keyFinder(state),
      now,
      removeBucket: (bucket) => removeBucket(state, bucket),
      switches,
      onUnknown: print,
    }),
    wire,
    log,
    faults,
    history: new History(state, now),
    latencyMs: () => latency,
    now,
    written,
    onError: report,
  });
  const ports = await listeners.listen({ port, s3Port });
  broker.changed();
  clock.start();
  if (options.warmUp) await runtime.warmUp();
  const [token] = state.tokens;
  return {
    ...ports,
    apiUrl: `http://127.0.0.1:${ports.port}/client/v4`,
    s3Url: `http://127.0.0.1:${ports.s3Port}`,
    dataUrl: `http://127.0.0.1:${ports.port}`,
    accountId: state.account.id,
    get zones() {
      return [...state.zones.values()].map(({ id, name }) => ({ id, name }));
    },
    token: token.value,
    tokenId: token.id,
    s3: { accessKeyId: token.id, secretAccessKey: s3SecretOf(token) },
    state,
    runtime,
    switches,
    requests: log,
    setLatency: (milliseconds) => {
      latency = milliseconds;
    },
    setFaults: (specs) => faults.set(specs),
    /** @returns {import("./state.js").Token & { s3: { accessKeyId: string, secretAccessKey: string } }} */
    addToken: (fields) => withS3Keys(addToken(state, fields)),
    /** Temporary S3 credentials, cut from the first token unless another is named. */
    addSession: (fields = {}) => addSession(state, { parentTokenId: token.id, ...fields }),
    addZone: (zone) => {
      const added = addZone(state, typeof zone === "string" ? { name: zone } : zone);
      runtime.changed();
      return added;
    },
    createBucket: (name) => state.objects.createBucket(name, now()),
    putObject: (bucket, key, content, about = {}) => {
      state.objects.createBucket(bucket, now());
      return state.objects.put(bucket, key, Buffer.from(content), { now: now(), ...about });
    },
    /** Calls the `scheduled` handlers that are due in the minute of that time, as if the clock stood there. */
    runSchedules: (at) => clock.run(at),
    /** A visitor's request: to the data plane, with the host it is meant for. */
    request: (host, path = "/", init = {}) => requestHost(ports.port, host, path, init),
    async close() {
      await listeners.close();
      broker.close();
      clock.close();
      await runtime.close();
      await persistence?.close();
    },
  };
}

/** The saved account, or a new one; zones, namespaces and tokens that are asked for and not there are added. */
async function openState({ account, zones = ["example.com"], kv = [], token, tokens = [] }, persistence, now) {
  const saved = await persistence?.load({ now });
  const state = saved ?? createState({ account, now });
  state.objects ??= new ObjectStore();
  const known = new Set([...state.zones.values()].map(({ name }) => name));
  for (const zone of zones.map((one) => (typeof one === "string" ? { name: one } : one))) {
    if (!known.has(asciiName(zone.name))) addZone(state, zone);
  }
  const titles = new Set([...state.kv.values()].map(({ title }) => title));
  for (const title of new Set(kv)) if (!titles.has(title)) addNamespace(state, title);
  if (state.tokens.length === 0) addToken(state, token ? { value: token } : {});
  const named = new Set(state.tokens.map(({ name }) => name));
  for (const more of tokens) if (!more.name || !named.has(more.name)) addToken(state, more);
  persistence?.watch(state);
  await persistence?.changed();
  return state;
}

function withS3Keys(token) {
  return Object.defineProperty(token, "s3", { value: { accessKeyId: token.id, secretAccessKey: s3SecretOf(token) } });
}
