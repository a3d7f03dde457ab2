/**
 * The way from workerd back to this process, on a port of its own: the entry Worker fetches what a visitor sent,
 * Workers reach hosts of Local Cloudflare, and bindings of R2 reach its buckets. workerd adds the secret to what it
 * sends; Workers never see it.
 */

import { randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { utf8OfLatin1 } from "./latin1.js";

const LOOPBACK = "127.0.0.1";
const SECRET_HEADER = "x-local-secret";
const KIND_HEADER = "x-local-kind";

/**
 * @typedef {object} Pending a visitor's request that workerd may fetch
 * @property {string} id
 * @property {string} worker its name in workerd
 * @property {import("./index.js").VisitorsRequest} request
 * @property {() => void} begin it was fetched: from now on the Worker may have run
 */

export class BackChannel {
  /** Known to this process and to workerd's configuration. */
  secret = randomBytes(24).toString("base64url");

  #handlers;
  #server = createServer((request, response) => this.#serve(request, response));
  #address;
  /** @type {Map<string, Pending>} */
  #pending = new Map();

  /**
   * @param {object} handlers
   * @param {(request: object, response: object, script: string) => void} handlers.subrequest a Worker's fetch to one of our hosts
   * @param {(request: object, response: object, bucket: string) => void} handlers.bucket what a binding asks of a bucket
   */
  constructor(handlers) {
    this.#handlers = handlers;
    this.#server.requestTimeout = 0;
  }

  /** @returns {Promise<string>} `127.0.0.1:PORT` */
  open() {
    this.#address ??= this.#listen();
    return this.#address;
  }

  /** The service that workerd talks to, in miniflare's words. @param {"request" | "subrequest"} kind */
  async service(kind) {
    const injectRequestHeaders = [
      { name: SECRET_HEADER, value: this.secret },
      { name: KIND_HEADER, value: kind },
    ];
    return { external: { address: await this.open(), http: { injectRequestHeaders } } };
  }

  /** Where a bucket answers; miniflare sends no header of ours there, so the secret is in the path. */
  async bucketUrls() {
    const address = await this.open();
    return (bucket) => new URL(`http://${address}/${this.secret}/${encodeURIComponent(bucket)}`);
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
    const [, inPath, bucket] = request.url.split("/");
    const { [SECRET_HEADER]: secret = "", [KIND_HEADER]: kind, ...headers } = request.headers;
    request.headers = headers;
    if (sameText(secret, this.secret)) {
      if (kind === "request") return this.#give(decodeURIComponent(inPath), response);
      const { "x-local-script": script, ...rest } = headers;
      request.headers = rest;
      return this.#handlers.subrequest(request, response, script);
    }
    if (bucket !== undefined && sameText(inPath, this.secret)) {
      return this.#handlers.bucket(request, response, decodeURIComponent(bucket));
    }
    response.writeHead(403, { connection: "close" }).end();
  }

  /** What the visitor sent: the head in a header, the body as it comes. */
  #give(id, response) {
    const pending = this.#pending.get(id);
    if (!pending) return response.writeHead(404).end();
    this.#pending.delete(id);
    pending.begin();
    const { method, url, headers, body, contentLength } = pending.request;
    const hasBody = body !== undefined && method !== "GET" && method !== "HEAD";
    const head = { worker: pending.worker, method, url, headers: pairsOf(headers), hasBody };
    const length = hasBody && contentLength !== undefined ? { "content-length": contentLength } : {};
    response.writeHead(200, { "x-local-request": asciiJson(head), ...length });
    if (!hasBody) return response.end();
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

/** Header values are bytes; Node reads them as Latin-1, Workers as UTF-8. */
function pairsOf(headers) {
  return Object.entries(headers).map(([name, value]) => [name, utf8OfLatin1(String(value))]);
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
