/**
 * The databases of D1, in a workerd that runs no Worker of anybody else: it stays when Workers change, starts when it is
 * first asked, and starts again when it was lost.
 */
import { readFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { json } from "node:stream/consumers";
import { startDatabases } from "./miniflare.js";

/** Its Worker. */
const WORKER = new URL("database-worker.js", import.meta.url);
/** What a query may take. https://developers.cloudflare.com/d1/platform/limits/ */
const QUERY_MS = 30_000;

export class DatabaseError extends Error {
  /** @param {{ onlyReads?: boolean }} [about] whether it is what a token for reads alone is told */
  constructor(message, { onlyReads = false } = {}) {
    super(message);
    this.onlyReads = onlyReads;
  }
}

export class Databases {
  #options;
  #queryMs;
  /** @type {Promise<import("./miniflare.js").DatabaseHost> | undefined} */
  #host;

  /** @param {{ dir: () => Promise<string>, output: (line: string) => void, queryMs?: number }} options */
  constructor({ dir, output, queryMs = QUERY_MS }) {
    this.#options = { dir, output };
    this.#queryMs = queryMs;
  }

  /** One database for the API. Each call rejects with a `DatabaseError` that has SQLite's words. */
  database(id) {
    const call = async (path, body) => {
      const { status, body: answer } = await this.send(id, path, Buffer.from(body ?? ""));
      const result = await json(answer).catch(lost);
      if (status !== 200) throw new DatabaseError(result.error, result);
      return result;
    };
    const formed = (form, onlyReads) => `?resultsFormat=${form}${onlyReads ? "&onlyReads" : ""}`;
    return {
      /** Several statements, all or none. */
      batch: (statements, form, onlyReads) => call(`/batch${formed(form, onlyReads)}`, JSON.stringify(statements)),
      /** The same, as one text. */
      script: (sql, form, onlyReads) => call(`/script${formed(form, onlyReads)}`, sql),
      /** @returns {Promise<{ queries: number, meta: object }>} */
      import: (sql) => call("/import", sql),
      /** @returns {Promise<{ size: number, tables: number, bookmark: string, writtenAt: number }>} */
      about: () => call("/about"),
      erase: () => call("/erase"),
    };
  }

  /** @returns {Promise<import("node:http").IncomingMessage & { status: number }>} as D1's binding is answered */
  async send(id, path, body) {
    const host = await this.#started();
    try {
      return await ask(host, { id, path, body, timeoutMs: this.#queryMs });
    } catch (error) {
      await this.#drop(host);
      if (error.name === "TimeoutError") throw new DatabaseError("D1 DB exceeded its CPU time limit and was reset.");
      if (error.code === "ECONNREFUSED") return this.send(id, path, body);
      return lost(error);
    }
  }

  async close() {
    const host = this.#host;
    this.#host = undefined;
    await (await host?.catch(() => undefined))?.close();
  }

  async #started() {
    this.#host ??= this.#start();
    const starting = this.#host;
    try {
      return await starting;
    } catch (error) {
      if (this.#host === starting) this.#host = undefined;
      throw error;
    }
  }

  async #start() {
    const source = await readFile(WORKER, "utf8");
    return startDatabases(source, { dir: await this.#options.dir(), output: this.#options.output });
  }

  async #drop(host) {
    if ((await this.#host?.catch(() => undefined)) === host) this.#host = undefined;
    await host.close();
  }
}

function lost({ message }) {
  throw new DatabaseError(`Network connection lost: ${message}`);
}

function ask({ origin, secret }, { id, path, body, timeoutMs }) {
  const headers = { "x-local-secret": secret, "x-local-database": id, "content-length": body.length };
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(new URL(path, origin), { method: "POST", headers, signal, agent: false }, (incoming) =>
      resolve({ status: incoming.statusCode, headers: incoming.headers, body: incoming }),
    );
    outgoing.on("error", (error) => reject(signal.aborted ? signal.reason : error)).end(body);
  });
}
