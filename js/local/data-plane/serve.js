/**
 * The way of a visitor's request: Host -> proxied DNS record -> most specific route -> Worker, or the Worker whose custom
 * domain the host is, or the object of a bucket that is public there.
 * https://developers.cloudflare.com/workers/configuration/routing/routes/
 */
import { randomBytes } from "node:crypto";
import { domainAt } from "../domains/domains.js";
import { bucketAt } from "../r2/domains.js";
import { asksForWebSocket } from "../runtime/entry-request.js";
import { liveVersion } from "../versions.js";
import { endToEnd } from "./hop-by-hop.js";
import { Loops } from "./loops.js";
import { mostSpecific } from "./pattern.js";
import { publicObject } from "./public-object.js";

/** Record types that make a host answer. */
const ADDRESS_TYPES = ["A", "AAAA", "CNAME"];
const BAD_HOST = { status: 400, code: 400, why: "the Host header holds no hostname" };

/** Where the requests of Workers come from. https://developers.cloudflare.com/fundamentals/reference/http-headers/ */
const WORKERS_ADDRESS = "2a06:98c0:3600::103";
const STRICTLY_PUBLIC = "global_fetch_strictly_public";

/** Calls the `scheduled` handler of the Worker at a host, as `wrangler dev` and miniflare do. */
const CALL_BY_SCHEDULE = "/cdn-cgi/handler/scheduled";

/**
 * @param {object} options
 * @param {object} options.state
 * @param {{ fetch(scriptName: string, request: object): Promise<import("../runtime/index.js").Answer> }} options.runtime
 * @param {import("../schedules/clock.js").ScheduleClock} [options.clock]
 * @param {() => number} [options.now] milliseconds
 * @param {(line: string) => void} [options.say] what a Worker's author should know
 * @returns {{ handle(visit: Visit): Promise<import("../runtime/index.js").Answer> }}
 *
 * @typedef {object} Visit
 * @property {string} method
 * @property {string} target
 * @property {Record<string, string>} headers
 * @property {import("node:stream").Readable} [body]
 * @property {AbortSignal} [signal] the visitor has left
 * @property {string} [clientAddress]
 * @property {string} [from] the script whose `fetch` this is
 */
export function createDataPlane({ state, runtime, clock, now = Date.now, say = () => {} }) {
  const loops = new Loops();
  const said = new Set();
  function warn(from, url) {
    const hint = hintOf(state, from, url);
    if (hint === undefined || said.has(hint)) return;
    said.add(hint);
    say(hint);
  }
  /** `?cron=` and `?time=`, in milliseconds, are what the handler sees. */
  async function calledBySchedule(script, { searchParams }) {
    const cron = searchParams.get("cron") ?? "";
    const scheduledTime = Number(searchParams.get("time") ?? now());
    const { outcome, why } = await clock.fire(script, { cron, scheduledTime });
    const headers = { "content-type": "text/plain; charset=UTF-8" };
    const text = why === undefined ? outcome : `${outcome}: ${why}`;
    return { status: outcome === "ok" ? 200 : 500, headers, body: Buffer.from(`${text}\n`) };
  }

  return {
    async handle({ method, target, headers, body, signal, clientAddress = WORKERS_ADDRESS, from }) {
      const url = visitorUrl(target, headers);
      const ray = `${randomBytes(8).toString("hex")}-LCL`;
      const found = url ? workerFor(state, url) : { refusal: BAD_HOST };
      if (found.refusal) return refuse(found.refusal, ray);
      if (found.bucket) return signed(publicObject(state.objects, found.bucket, { method, url, headers }), ray);
      if (url.pathname === CALL_BY_SCHEDULE && clock) return signed(await calledBySchedule(found.script, url), ray);
      if (from !== undefined) warn(from, url);
      const leave = from === undefined ? () => {} : loops.enter(found.script);
      if (!leave) return refuse(loopRefusal(found.script), ray);
      const request = {
        method,
        url: url.href,
        headers: visitorHeaders(headers, url, clientAddress, ray),
        body,
        contentLength: headers["content-length"],
        signal,
        nested: from !== undefined,
      };
      const answer = found.version
        ? runtime.preview(found.script, found.version, request)
        : runtime.fetch(found.script, request);
      const response = await answer.finally(() => {
        if (!signal) return leave();
        if (signal.aborted) leave();
        else signal.addEventListener("abort", leave, { once: true });
      });
      if (response.exception !== undefined) return refuse(exceptionRefusal(found.script, response.exception), ray);
      if (response.exceeded) return refuse(exceededRefusal(found.script, response.exceeded), ray);
      return signed({ ...response, headers: endToEnd(response.headers) }, ray);
    },
  };
}

/**
 * What to say of a Worker's `fetch` to the zone that it serves: on Cloudflare it goes past all Workers, to the origin,
 * unless a flag says otherwise. Here is no origin, so it reaches the Worker.
 * https://developers.cloudflare.com/workers/configuration/compatibility-flags/#global-fetch-strictly-public
 */
function hintOf(state, from, { hostname }) {
  const zone = zoneOf(state, hostname);
  const serves = zone && (state.routes.get(zone.id) ?? []).some((route) => route.script === from);
  const script = state.scripts.get(from);
  if (!serves || !script || liveVersion(script)?.compatibilityFlags.includes(STRICTLY_PUBLIC)) return undefined;
  return `Worker ${from} serves zone ${zone.name}: on Cloudflare its fetch to ${hostname} goes to the origin, past all Workers, unless it has the compatibility flag ${STRICTLY_PUBLIC}`;
}

/**
 * The URL as the visitor sees it: public host, no local port. Visitors come by https; `x-forwarded-proto: http` asks
 * for plain http, because the local port itself speaks no TLS. Null when there is no such URL.
 * @returns {URL | null}
 */
export function visitorUrl(target, headers) {
  const host = publicHost(headers.host ?? "");
  const scheme = headers["x-forwarded-proto"]?.toLowerCase() === "http" ? "http" : "https";
  try {
    return new URL(`${scheme}://${host}${target.startsWith("/") ? target : `/${target}`}`);
  } catch {
    return null;
  }
}

/** Host without port and without the `.localhost` that browsers resolve to this machine. */
export function publicHost(host) {
  return host
    .toLowerCase()
    .replace(/:\d+$/, "")
    .replace(/\.localhost$/, "")
    .replace(/\.$/, "");
}

/** @returns {{ script: string } | { bucket: object } | { refusal: { status: number, code: number, why: string } }} */
export function workerFor(state, url) {
  const onWorkersDev = workersDevScript(state, url.hostname);
  if (onWorkersDev) return onWorkersDev;
  if (url.hostname.endsWith(".r2.dev")) return openBucket(state, url.hostname);
  const zone = zoneOf(state, url.hostname);
  if (!zone) return { refusal: { status: 530, code: 1016, why: `no zone of this account covers ${url.hostname}` } };
  const records = recordsFor(state.records.get(zone.id) ?? [], url.hostname);
  if (records.length === 0) {
    return { refusal: { status: 530, code: 1016, why: `${url.hostname} has no A, AAAA or CNAME record` } };
  }
  if (!records.some(({ proxied }) => proxied)) {
    const why = `the record of ${url.hostname} is not proxied: visitors go to ${records[0].content} and never reach Cloudflare`;
    return { refusal: { status: 530, code: 1016, why } };
  }
  const route = mostSpecific(state.routes.get(zone.id) ?? [], url);
  if (!route?.script && bucketAt(state, url.hostname)) return openBucket(state, url.hostname);
  const domain = domainAt(state, url.hostname);
  if (!route && domain) return { script: domain.service };
  if (!route)
    return {
      refusal: {
        status: 522,
        code: 522,
        why: `no route covers ${url.href}, and ${records[0].content} does not answer`,
      },
    };
  if (!route.script)
    return {
      refusal: {
        status: 522,
        code: 522,
        why: `route ${route.pattern} has no script, and ${records[0].content} does not answer`,
      },
    };
  return { script: route.script };
}

/** `<script>.<subdomain>.workers.dev`, when switched on. https://developers.cloudflare.com/workers/configuration/routing/workers-dev/ */
function workersDevScript(state, host) {
  const suffix = `.${state.accountSubdomain}.workers.dev`;
  if (!state.accountSubdomain || !host.endsWith(suffix)) return null;
  const name = host.slice(0, -suffix.length);
  if (state.scripts.get(name)?.subdomain?.enabled) return { script: name };
  const previewed = previewAt(state, name);
  if (previewed) return previewed;
  return {
    refusal: {
      status: 404,
      code: 1042,
      why: `there is nothing at ${host}: no such Worker, or its workers.dev address is off`,
    },
  };
}

/** `<first 8 digits of a version's id>-<script>`, where previews are on. https://developers.cloudflare.com/workers/configuration/previews/ */
function previewAt(state, name) {
  const [, start, scriptName] = /^([0-9a-f]{8})-(.+)$/.exec(name) ?? [];
  const script = state.scripts.get(scriptName);
  if (!script?.subdomain?.previewsEnabled) return null;
  const version = script.versions.find(({ id }) => id.startsWith(start));
  return version ? { script: scriptName, version } : null;
}

/** The bucket that the host makes public. */
function openBucket(state, host) {
  const { bucket, enabled } = bucketAt(state, host) ?? {};
  if (enabled) return { bucket };
  const why = bucket ? `bucket ${bucket.name} is not public at ${host}` : `no bucket has the host ${host}`;
  return { refusal: { status: bucket ? 401 : 404, code: bucket ? 401 : 404, why } };
}

/** The zone with the longest name that the host equals or ends with. */
function zoneOf(state, host) {
  const zones = [...state.zones.values()].filter(({ name }) => host === name || host.endsWith(`.${name}`));
  return zones.sort((left, right) => right.name.length - left.name.length)[0];
}

/** Records of the host itself; failing any record of that name, those of the nearest wildcard. */
function recordsFor(records, host) {
  const labels = host.split(".");
  const names = [host, ...labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join(".")}`)];
  for (const name of names) {
    const named = records.filter((record) => record.name === name);
    if (named.length > 0) return named.filter(({ type }) => ADDRESS_TYPES.includes(type));
  }
  return [];
}

function visitorHeaders(headers, url, clientAddress, ray) {
  const upgrade = asksForWebSocket(headers) ? { upgrade: "websocket" } : {};
  return {
    ...endToEnd(headers),
    ...upgrade,
    host: url.host,
    "cf-connecting-ip": clientAddress,
    "cf-ipcountry": "XX",
    "cf-ray": ray.replace(/-LCL$/, ""),
    "cf-visitor": JSON.stringify({ scheme: url.protocol.slice(0, -1) }),
    "x-forwarded-for": clientAddress,
    "x-forwarded-proto": url.protocol.slice(0, -1),
    "x-real-ip": clientAddress,
  };
}

function exceptionRefusal(script, exception) {
  return { status: 500, code: 1101, why: `Worker ${script} threw an exception: ${exception}` };
}

function exceededRefusal(script, { together }) {
  const which = together ? `Worker ${script}, or one that ran beside it,` : `Worker ${script}`;
  return { status: 503, code: 1102, why: `${which} exceeded its CPU time limit and was stopped` };
}

function loopRefusal(script) {
  return { status: 508, code: 1019, why: `Worker ${script} is requested by Workers again and again, in a loop` };
}

function signed(response, ray) {
  return { ...response, headers: { ...response.headers, "cf-ray": ray, server: "cloudflare" } };
}

/** Cloudflare's plain-text error for programs, and a second line that says why: the real one leaves you guessing. */
function refuse({ status, code, why }, ray) {
  const headers = { "content-type": "text/plain; charset=UTF-8" };
  return signed({ status, headers, body: Buffer.from(`error code: ${code}\n${why}\n`) }, ray);
}
