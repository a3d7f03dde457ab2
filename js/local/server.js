/**
 * The listeners: API and data plane on one port (told apart by Host and path), S3 on another; 127.0.0.1 only.
 * Every request is logged, and to API and S3 latency and faults are applied.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { readBody } from "./body.js";
import { faultResponse } from "./faults.js";
import { joinedHeaders } from "./headers.js";
import { describeBody } from "./requests.js";
import { asksForWebSocket } from "./runtime/entry-request.js";

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
 * @param {ReturnType<import("./data-plane/wire.js").createWire>} parts.wire to the data plane
 * @param {import("./requests.js").RequestLog} parts.log
 * @param {import("./faults.js").Faults} parts.faults
 * @param {import("./history.js").History} parts.history
 * @param {() => number} parts.latencyMs asked for each request to API and S3
 * @param {() => number} parts.now milliseconds, for the `Date` header
 * @param {() => Promise<void>} parts.written called after a request to API or S3 that may have changed something, and
 *   before its answer goes out: what is told to be done must last
 * @param {(error: Error) => void} parts.onError a handler failed in a way it should not
 * @returns {{ listen(ports: { port: number, s3Port: number }): Promise<{ port: number, s3Port: number }>, close(): Promise<void> }}
 */
export function createListeners(parts) {
  const front = createServer((request, response) => receive(request, response, frontSurface(request), parts));
  const s3 = createServer((request, response) => receive(request, response, "s3", parts));
  const tunnels = new Set();
  front.on("upgrade", (request, socket, head) => {
    if (frontSurface(request) !== "data" || !asksForWebSocket(request.headers)) {
      return serveWithoutUpgrade(front, request, socket, head);
    }
    tunnels.add(socket);
    socket.once("close", () => tunnels.delete(socket));
    const entry = logged(request, socket, "data", parts.log);
    parts.wire.upgrade(request, socket, head, aboutVisit(request, entry));
  });
  for (const server of [front, s3]) server.keepAliveTimeout = KEEP_ALIVE_MS;
  front.requestTimeout = 0;
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
      for (const socket of tunnels) socket.destroy();
      await Promise.all([stop(front), stop(s3)]);
    },
  };
}

function receive(request, response, surface, parts) {
  if (surface === "none") return sendHint(request, response);
  const entry = logged(request, response, surface, parts.log);
  if (surface === "data") return parts.wire.serve(request, response, aboutVisit(request, entry));
  return serve(new Exchange(request, response, surface), entry, parts);
}

/** The request's entry in the log; it ends with `end`, a response or a connection. */
function logged(request, end, surface, log) {
  const entry = log.start(surface, request.method, request.url, joinedHeaders(request.rawHeaders));
  end.once("finish", () => log.end(entry, { aborted: false }));
  end.once("close", () => log.end(entry, { aborted: true }));
  return entry;
}

function aboutVisit(request, entry) {
  const answered = (status) => {
    entry.status = status;
  };
  return { clientAddress: request.socket.remoteAddress ?? LOOPBACK, answered };
}

/** Other protocols than WebSocket are not offered: the request is read again as one that did not ask. */
function serveWithoutUpgrade(server, request, socket, head) {
  const { method, url, httpVersion, rawHeaders } = request;
  const pairs = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1]]] : []));
  const kept = pairs.filter(([name]) => !["connection", "upgrade", "http2-settings"].includes(name.toLowerCase()));
  const lines = [`${method} ${url} HTTP/${httpVersion}`, ...kept.map(([name, value]) => `${name}: ${value}`), "", ""];
  socket.unshift(Buffer.concat([Buffer.from(lines.join("\r\n"), "latin1"), head]));
  server.emit("connection", socket);
}

/** One request and the way its answer goes back. */
class Exchange {
  #body;

  constructor(request, response, surface) {
    this.request = request;
    this.response = response;
    this.surface = surface;
    this.headers = joinedHeaders(request.rawHeaders);
    this.path = request.url.split("?", 1)[0];
  }

  get gone() {
    return this.response.destroyed || this.request.socket.destroyed;
  }

  reset() {
    this.request.socket.resetAndDestroy();
  }

  /** The whole body, within bounds; read when it is first asked for, and described in the log. */
  body(entry) {
    this.#body ??= this.#readBody(entry);
    return this.#body;
  }

  async #readBody(entry) {
    const body = await readBody(this.request);
    await describeBody(entry, this.headers, body);
    return body;
  }
}

function frontSurface(request) {
  const host = (request.headers.host ?? "").toLowerCase().replace(/:\d+$/, "");
  if (!LOCAL_HOSTS.includes(host)) return "data";
  return request.url === API_BASE || request.url.startsWith(`${API_BASE}/`) ? "api" : "none";
}

async function serve(exchange, entry, parts) {
  const fault = parts.faults.take(exchange.request.method, exchange.path);
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
  if (fault) await exchange.body(entry);
  const pause = parts.latencyMs() / 2;
  if (pause) await late(pause);
  if (fault?.kind === "timeout") return;
  if (fault?.kind === "reset") return exchange.reset();
  const refused = fault && faultResponse(fault, surface);
  const answered = refused ?? (await handle(exchange, entry, fault, parts));
  if (pause) await late(pause);
  if (exchange.gone) return;
  if (fault?.kind === "lost") return exchange.reset();
  entry.status = answered.status;
  await send(exchange, answered, fault, parts.now());
}

/** Keeps no process alive whose server was closed. */
const late = (milliseconds) => sleep(milliseconds, undefined, { ref: false });

async function handle(exchange, entry, fault, parts) {
  const isRead = ["GET", "HEAD"].includes(exchange.request.method);
  if (!isRead && parts.faults.has("stale")) parts.history.beforeWrite();
  const asOf = isRead && fault?.kind === "stale" ? parts.history.at(parts.now() - fault.staleMs) : undefined;
  const call = () => callSurface(exchange, { readBody: () => exchange.body(entry), asOf }, parts);
  const first = await call();
  const answered = fault?.kind === "double" ? await call() : first;
  if (!isRead) await parts.written();
  return answered;
}

/** Credentials are looked at before the body is read. */
function callSurface({ request, surface, headers, path }, { readBody, asOf }, { api, s3 }) {
  const { method, url: target } = request;
  if (surface === "s3") return s3.handle({ method, target, headers, readBody });
  const query = new URLSearchParams(target.slice(path.length + 1));
  return api.handle({ method, path: path.slice(API_BASE.length) || "/", query, headers, readBody, asOf });
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

/** What a HEAD answer says is what a GET would: the object's size. */
function contentLength({ request }, status, headers, bytes) {
  if (status === 204 || status === 304) return {};
  if (request.method === "HEAD" && headers["content-length"] !== undefined) return {};
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

function sendHint(request, response) {
  request.resume();
  const text = `Local Cloudflare: the API is at ${API_BASE}; a Worker answers requests that carry its hostname, for example http://<hostname>.localhost:${request.socket.localPort}/\n`;
  response.writeHead(404, { "content-type": "text/plain; charset=UTF-8" }).end(text);
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
