/**
 * The way from workerd back to this process, on a port of its own: the entry Worker fetches what a visitor sent,
 * Workers reach hosts of Local Cloudflare, and bindings reach the stores that are kept here. workerd adds to what it
 * sends the secret, what it is, and which store it means; Workers never see that.
 */

import { randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

const LOOPBACK = "127.0.0.1";
const SECRET_HEADER = "x-local-secret";
const KIND_HEADER = "x-local-kind";
const SCRIPT_HEADER = "x-local-script";
/** Which store of its kind, as JSON. */
const ABOUT_HEADER = "x-local-about";

/**
 * @typedef {object} Pending a request that the entry Worker may fetch
 * @property {string} id
 * @property {object} head what it is to do
 * @property {import("node:stream").Readable | Buffer} [body]
 * @property {string} [contentLength] of the body, if known
 * @property {() => void} begin it was fetched: from now on a Worker may have seen it
 */

export class BackChannel {
  /** Known to this process and to workerd's configuration. */
  secret = randomBytes(24).toString("base64url");

  #handlers;
  #server = createServer((request, response) => this.#serve(request, response));
  #sockets = new Set();
  #address;
  /** @type {Map<string, Pending>} */
  #pending = new Map();

  /**
   * @param {object} handlers
   * @param {(request: object, response: object, script: string) => void} handlers.subrequest a Worker's fetch to one of our hosts
   * @param {(request: object, socket: object, head: Buffer, script: string) => void} handlers.upgrade the same, for a WebSocket
   * @param {Record<string, (request: object, response: object, about: object) => void>} handlers.stores what a binding asks of a
   *   store, by its kind
   */
  constructor(handlers) {
    this.#handlers = handlers;
    this.#server.requestTimeout = 0;
    this.#server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** @returns {Promise<string>} `127.0.0.1:PORT` */
  open() {
    this.#address ??= this.#listen();
    return this.#address;
  }

  /** Headers that workerd has to add to what it sends. @param {string} kind `request`, `subrequest`, or that of a store */
  headersFor(kind) {
    return { [SECRET_HEADER]: this.secret, [KIND_HEADER]: kind };
  }

  /** Where a store answers. @returns {Promise<(kind: string, about: object) => { address: string, headers: Record<string, string> }>} */
  async storeAt() {
    const address = await this.open();
    return (kind, about) => ({ address, headers: { ...this.headersFor(kind), [ABOUT_HEADER]: asciiJson(about) } });
  }

  /** @param {Pending} pending */
  expect(pending) {
    this.#pending.set(pending.id, pending);
  }

  forget(id) {
    this.#pending.delete(id);
  }

  async close() {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#server.closeAllConnections();
    await closed;
  }

  async #listen() {
    this.#server.listen(0, LOOPBACK);
    await once(this.#server, "listening");
    this.#server.unref();
    return `${LOOPBACK}:${this.#server.address().port}`;
  }

  #serve(request, response) {
    const kind = this.#kindOf(request);
    if (kind === "request") return this.#give(decodeURIComponent(request.url.split("/")[1]), response);
    if (kind === "subrequest") return this.#handlers.subrequest(request, response, request.headers[SCRIPT_HEADER]);
    const store = this.#handlers.stores[kind];
    if (store) return store(request, response, JSON.parse(request.headers[ABOUT_HEADER]));
    response.writeHead(403, { connection: "close" }).end();
  }

  #upgrade(request, socket, head) {
    if (this.#kindOf(request) !== "subrequest") return socket.destroy();
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    this.#handlers.upgrade(request, socket, head, request.headers[SCRIPT_HEADER]);
  }

  /** Undefined for whoever does not know the secret. */
  #kindOf({ headers: { [SECRET_HEADER]: secret = "", [KIND_HEADER]: kind } }) {
    return sameText(secret, this.secret) ? kind : undefined;
  }

  /** What the visitor sent: the head in a header, the body as it comes. */
  #give(id, response) {
    const pending = this.#pending.get(id);
    if (!pending) return response.writeHead(404).end();
    this.#pending.delete(id);
    pending.begin();
    const { head, body, contentLength } = pending;
    const length = body !== undefined && contentLength !== undefined ? { "content-length": contentLength } : {};
    response.writeHead(200, { "x-local-request": asciiJson({ ...head, hasBody: body !== undefined }), ...length });
    if (body === undefined) return response.end();
    if (typeof body.pipe !== "function") return response.end(body);
    response.flushHeaders();
    sendBody(body, response);
  }
}

/** A Worker that does not read on ends the sending; what the visitor still sends is dropped, so that it can read the answer. */
function sendBody(body, response) {
  body.pipe(response);
  body.once("error", () => response.destroy());
  body.once("aborted", () => response.destroy());
  response.once("close", () => {
    body.unpipe(response);
    body.resume();
  });
}

function asciiJson(value) {
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

function sameText(left, right) {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
