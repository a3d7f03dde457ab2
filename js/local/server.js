/**
 * The listeners: API and data plane on one port (told apart by Host and path), S3 on another; 127.0.0.1 only.
 * Every request is logged, and to API and S3 latency and faults are applied.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { faultResponse } from "./faults.js";
import { describeBody } from "./requests.js";

const LOOPBACK = "127.0.0.1";
const API_BASE = "/client/v4";
const LOCAL_HOSTS = ["127.0.0.1", "localhost", "[::1]", "api.cloudflare.com"];
const CHUNK_BYTES = 64 * 1024;
/** Between head and body of a download, so that a client that only wants the head can leave before the body is sent. */
const HEAD_START_MS = 10;
const KEEP_ALIVE_MS = 60_000;

/**
 * @param {object} parts
 * @param {{ handle(request: object): Promise<object> }} parts.api
 * @param {{ handle(request: object): Promise<object> }} parts.s3
 * @param {{ handle(request: object): Promise<object> }} parts.dataPlane
 * @param {import("./requests.js").RequestLog} parts.log
 * @param {import("./faults.js").Faults} parts.faults
 * @param {() => number} parts.latencyMs asked for each request to API and S3
 * @param {() => number} parts.now milliseconds, for the `Date` header
 * @param {() => void} parts.written called after a request to API or S3 that may have changed something
 * @param {(error: Error) => void} parts.onError a handler failed in a way it should not
 * @returns {{ listen(ports: { port: number, s3Port: number }): Promise<{ port: number, s3Port: number }>, close(): Promise<void> }}
 */
export function createListeners(parts) {
  const front = createServer((request, response) =>
    serve(new Exchange(request, response, frontSurface(request)), parts),
  );
  const s3 = createServer((request, response) => serve(new Exchange(request, response, "s3"), parts));
  for (const server of [front, s3]) server.keepAliveTimeout = KEEP_ALIVE_MS;
  return {
    async listen(ports) {
      const port = await listenOn(front, ports.port);
      try {
        return { port, s3Port: await listenOn(s3, ports.s3Port) };
      } catch (error) {
        await stop(front);
        throw error;
      }
    },
    close: async () => {
      await Promise.all([stop(front), stop(s3)]);
    },
  };
}

/** One request and the way its answer goes back. */
class Exchange {
  constructor(request, response, surface) {
    this.request = request;
    this.response = response;
    this.surface = surface;
    this.headers = joinHeaders(request.rawHeaders);
    this.path = request.url.split("?", 1)[0];
  }

  get gone() {
    return this.response.destroyed || this.request.socket.destroyed;
  }

  reset() {
    this.request.socket.resetAndDestroy();
  }

  async readBody() {
    const chunks = [];
    for await (const chunk of this.request) chunks.push(chunk);
    return Buffer.concat(chunks);
  }
}

function frontSurface(request) {
  const host = (request.headers.host ?? "").toLowerCase().replace(/:\d+$/, "");
  if (!LOCAL_HOSTS.includes(host)) return "data";
  return request.url === API_BASE || request.url.startsWith(`${API_BASE}/`) ? "api" : "none";
}

async function serve(exchange, parts) {
  const { request, response, surface } = exchange;
  if (surface === "none") return sendHint(exchange);
  const entry = parts.log.start(surface, request.method, request.url, exchange.headers);
  response.once("finish", () => parts.log.end(entry, { aborted: false }));
  response.once("close", () => parts.log.end(entry, { aborted: true }));
  const fault = surface === "data" ? null : parts.faults.take(request.method, exchange.path);
  if (fault) entry.fault = fault.spec;
  try {
    if (fault?.kind === "refuse") return exchange.reset();
    await answer(exchange, entry, fault, parts);
  } catch (error) {
    if (exchange.gone) return;
    parts.onError(error);
    exchange.reset();
  }
}

async function answer(exchange, entry, fault, parts) {
  const { surface } = exchange;
  const body = await exchange.readBody();
  await describeBody(entry, exchange.headers, body);
  const pause = surface === "data" ? 0 : parts.latencyMs() / 2;
  if (pause) await sleep(pause);
  if (fault?.kind === "timeout") return;
  if (fault?.kind === "reset") return exchange.reset();
  const refused = fault && faultResponse(fault, surface);
  const answered = refused ?? (await handle(exchange, body, fault, parts));
  if (pause) await sleep(pause);
  if (exchange.gone) return;
  if (fault?.kind === "lost") return exchange.reset();
  entry.status = answered.status;
  await send(exchange, answered, fault, parts.now());
}

async function handle(exchange, body, fault, parts) {
  const call = () => callSurface(exchange, body, parts);
  const first = await call();
  const answered = fault?.kind === "double" ? await call() : first;
  if (exchange.surface !== "data" && !["GET", "HEAD"].includes(exchange.request.method)) parts.written();
  return answered;
}

function callSurface({ request, surface, headers, path }, body, { api, s3, dataPlane }) {
  const { method, url: target } = request;
  if (surface === "s3") return s3.handle({ method, target, headers, body });
  if (surface === "data") {
    const clientAddress = request.socket.remoteAddress ?? LOOPBACK;
    return dataPlane.handle({ method, target, headers, body, clientAddress });
  }
  const query = new URLSearchParams(target.slice(path.length + 1));
  return api.handle({ method, path: path.slice(API_BASE.length) || "/", query, headers, body });
}

async function send(exchange, { status, headers, body = "" }, fault, now) {
  const { request, response, surface } = exchange;
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const bodiless = request.method === "HEAD" || status === 204 || status === 304;
  const length = contentLength(exchange, status, headers, bytes);
  response.writeHead(status, { date: new Date(now).toUTCString(), ...headers, ...length });
  if (fault?.kind === "truncate") return truncate(exchange, bodiless ? Buffer.alloc(0) : bytes);
  if (bodiless || bytes.length === 0) return response.end();
  if (surface === "s3" && headers.etag) await letTheHeadArrive(response);
  await sendInChunks(response, bytes);
}

/** What a HEAD answer says is what a GET would: the object's size, or whatever the Worker gave. */
function contentLength({ request, surface }, status, headers, bytes) {
  if (status === 204 || status === 304) return {};
  if (request.method === "HEAD" && (surface === "data" || headers["content-length"] !== undefined)) return {};
  return { "content-length": bytes.length };
}

/** The head promises a whole body; half of it comes. */
async function truncate({ request, response }, bytes) {
  response.flushHeaders();
  if (bytes.length > 1) await new Promise((resolve) => response.write(bytes.subarray(0, bytes.length >> 1), resolve));
  request.socket.destroy();
}

async function letTheHeadArrive(response) {
  response.flushHeaders();
  await sleep(HEAD_START_MS);
}

async function sendInChunks(response, bytes) {
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    if (response.destroyed) return;
    if (!response.write(bytes.subarray(start, start + CHUNK_BYTES))) await drained(response);
  }
  response.end();
}

/** Until the client has taken what was written, or has gone. */
function drained(response) {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.once("drain", done);
    response.once("close", done);
  });
}

function sendHint({ request, response }) {
  request.resume();
  const text = `Local Cloudflare: the API is at ${API_BASE}; a Worker answers requests that carry its hostname, for example http://<hostname>.localhost:${request.socket.localPort}/\n`;
  response.writeHead(404, { "content-type": "text/plain; charset=UTF-8" }).end(text);
}

/** Lower-case names; repeated headers joined by a comma, as signatures see them. */
function joinHeaders(rawHeaders) {
  const headers = {};
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index].toLowerCase();
    const separator = name === "cookie" ? "; " : ",";
    headers[name] = name in headers ? headers[name] + separator + rawHeaders[index + 1] : rawHeaders[index + 1];
  }
  return headers;
}

async function listenOn(server, port) {
  server.listen(port, LOOPBACK);
  await once(server, "listening");
  return server.address().port;
}

async function stop(server) {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
