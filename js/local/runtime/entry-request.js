/** A request to the entry Worker of a workerd, and its answer as it comes. */
import { Agent, request as httpRequest } from "node:http";

/** A connection for each request: it lives as long as the visitor's, and ends with it. */
const AGENT = new Agent({ keepAlive: false });
const EXCEPTION_HEADER = "x-local-exception";
const MAX_EXCEPTION_BYTES = 64 * 1024;
const UPGRADE_HEADERS = [
  "upgrade",
  "sec-websocket-key",
  "sec-websocket-version",
  "sec-websocket-protocol",
  "sec-websocket-extensions",
];

/** Whether the visitor asks for a WebSocket. @param {Record<string, string>} headers */
export function asksForWebSocket({ upgrade = "" }) {
  return upgrade.toLowerCase() === "websocket";
}

/**
 * @param {URL} origin of the entry Worker
 * @param {string} id of what it will fetch
 * @param {{ method: string, headers: Record<string, string> }} request of which only a HEAD and a WebSocket show here
 * @returns {{ answer: Promise<import("./index.js").Answer>, over: Promise<void>, cancel: () => void }} `over`: nothing
 *   more will come or go
 */
export function requestEntry(origin, id, request) {
  const upgrade = asksForWebSocket(request.headers) ? websocketHeaders(request.headers) : {};
  const options = {
    method: request.method === "HEAD" ? "HEAD" : "GET",
    headers: { "x-local-request": id, ...upgrade },
    agent: AGENT,
  };
  const outgoing = httpRequest(origin, options);
  const answer = new Promise((resolve, reject) => {
    outgoing.on("response", (incoming) => resolve(readHead(incoming, id)));
    outgoing.on("upgrade", ({ statusCode, headers }, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      resolve({ status: statusCode, headers, socket });
    });
    outgoing.on("error", reject);
  });
  const over = new Promise((resolve) => outgoing.on("close", resolve));
  outgoing.end();
  return { answer, over: answer.then(overWhenClosed(over), () => {}), cancel: () => outgoing.destroy() };
}

/** The request is closed at once when it has become a socket; the socket counts then. */
function overWhenClosed(requestOver) {
  return ({ socket }) => (socket ? new Promise((resolve) => socket.once("close", resolve)) : requestOver);
}

async function readHead(incoming, id) {
  const { [EXCEPTION_HEADER]: exceptionOf, ...headers } = incoming.headers;
  const answer = { status: incoming.statusCode, headers, body: incoming };
  if (exceptionOf !== id) return answer;
  return { ...answer, exception: await readText(incoming) };
}

async function readText(incoming) {
  const chunks = [];
  let length = 0;
  for await (const chunk of incoming) {
    length += chunk.length;
    if (length <= MAX_EXCEPTION_BYTES) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function websocketHeaders(headers) {
  const given = UPGRADE_HEADERS.filter((name) => headers[name] !== undefined);
  return { connection: "Upgrade", ...Object.fromEntries(given.map((name) => [name, headers[name]])) };
}
