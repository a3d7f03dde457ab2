/**
 * The way of a visitor's request: Host -> proxied DNS record -> most specific route -> Worker.
 * https://developers.cloudflare.com/workers/configuration/routing/routes/
 */
import { randomBytes } from "node:crypto";
import { mostSpecific } from "./pattern.js";

/** Record types that make a host answer. */
const ADDRESS_TYPES = ["A", "AAAA", "CNAME"];
const BAD_HOST = { status: 400, code: 400, why: "the Host header holds no hostname" };

/**
 * @param {object} options
 * @param {object} options.state
 * @param {{ fetch(scriptName: string, request: object): Promise<{ status: number, headers: object, body: Buffer }> }} options.runtime
 * @returns {{ handle(request: { method: string, target: string, headers: Record<string, string>, body: Buffer, clientAddress: string }): Promise<object> }}
 */
export function createDataPlane({ state, runtime }) {
  return {
    async handle({ method, target, headers, body, clientAddress }) {
      const url = visitorUrl(target, headers);
      const ray = `${randomBytes(8).toString("hex")}-LCL`;
      const found = url ? workerFor(state, url) : { refusal: BAD_HOST };
      if (found.refusal) return refuse(found.refusal, ray);
      const request = { method, url: url.href, headers: visitorHeaders(headers, url, clientAddress, ray), body };
      const response = await runtime.fetch(found.script, request);
      if (response.exception !== undefined) return refuse(exceptionRefusal(found.script, response.exception), ray);
      return { ...response, headers: { ...response.headers, "cf-ray": ray, server: "cloudflare" } };
    },
  };
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

/** @returns {{ script: string } | { refusal: { status: number, code: number, why: string } }} */
export function workerFor(state, url) {
  const onWorkersDev = workersDevScript(state, url.hostname);
  if (onWorkersDev) return onWorkersDev;
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
  return {
    refusal: {
      status: 404,
      code: 1042,
      why: `there is nothing at ${host}: no such Worker, or its workers.dev address is off`,
    },
  };
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
  const {
    connection: _connection,
    "keep-alive": _keepAlive,
    "transfer-encoding": _transferEncoding,
    ...rest
  } = headers;
  return {
    ...rest,
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

/** Cloudflare's plain-text error for programs, and a second line that says why: the real one leaves you guessing. */
function refuse({ status, code, why }, ray) {
  return {
    status,
    headers: { "content-type": "text/plain; charset=UTF-8", "cf-ray": ray, server: "cloudflare" },
    body: Buffer.from(`error code: ${code}\n${why}\n`),
  };
}
