/** A request to the data plane over its connection: bodies stream both ways, a WebSocket becomes a tunnel. */
import { ServerResponse } from "node:http";
import { pipeline } from "node:stream";
import { joinedHeaders } from "../headers.js";

/** Between workerd and this process; nobody else's business. */
const OURS = /^x-local-/;

/**
 * @param {object} options
 * @param {{ handle(visit: object): Promise<object> }} options.dataPlane
 * @param {(error: Error) => void} options.onError
 * @param {() => number} options.now milliseconds, for the `Date` header
 */
export function createWire({ dataPlane, onError, now }) {
  /** @param {{ clientAddress?: string, from?: string, answered?: (status: number) => void }} about */
  async function serve(request, response, about = {}) {
    const left = new AbortController();
    response.once("close", () => left.abort());
    request.on("error", () => {});
    try {
      const answer = await dataPlane.handle(visitOf(request, left.signal, about));
      if (left.signal.aborted) return drop(answer);
      about.answered?.(answer.status);
      send(request, response, answer, now());
    } catch (error) {
      if (left.signal.aborted) return;
      onError(error);
      response.destroy();
    }
  }

  /** A request that asks for a WebSocket has no response yet, only its connection. */
  function upgrade(request, socket, head, about, response = new ServerResponse(request)) {
    if (head.length > 0) socket.unshift(head);
    socket.on("error", () => {});
    response.shouldKeepAlive = false;
    try {
      response.assignSocket(socket);
    } catch {
      // An earlier request on this connection is not answered yet: nobody who asks for a WebSocket sends one before.
      return socket.destroy();
    }
    response.once("finish", () => response.socket && socket.end());
    socket.once("close", () => response.destroy());
    return serve(request, response, about);
  }

  return { serve, upgrade };
}

function visitOf(request, signal, { clientAddress, from }) {
  const all = joinedHeaders(request.rawHeaders);
  const headers = Object.fromEntries(Object.entries(all).filter(([name]) => !OURS.test(name)));
  const { method, url: target } = request;
  const hasBody = headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
  return { method, target, headers, body: hasBody ? request : undefined, signal, clientAddress, from };
}

function send(request, response, { status, headers, body, socket }, now) {
  if (status === 101 && socket) return tunnel(response, socket, headers);
  response.writeHead(status, { date: new Date(now).toUTCString(), ...headers });
  const bodiless = request.method === "HEAD" || status === 204 || status === 304;
  if (bodiless || body === undefined || Buffer.isBuffer(body)) {
    body?.resume?.();
    return response.end(bodiless ? undefined : body);
  }
  response.flushHeaders();
  pipeline(body, response, () => {});
}

/** From here on the two ends speak with each other alone. */
function tunnel(response, workers, headers) {
  const visitors = response.socket;
  response.writeHead(101, { ...headers, connection: "Upgrade", upgrade: "websocket" });
  response.flushHeaders();
  response.detachSocket(visitors);
  workers.on("error", () => {});
  visitors.once("close", () => workers.destroy());
  workers.once("close", () => visitors.destroySoon());
  visitors.pipe(workers);
  workers.pipe(visitors);
}

function drop({ body, socket }) {
  body?.destroy?.();
  socket?.destroy();
}
