/**
 * Files on their way into a database: announced by the MD5 of their bytes, uploaded without a token to an address that
 * nobody can guess, run as one transaction. https://developers.cloudflare.com/d1/best-practices/import-export-data/
 */
import { createHash, randomUUID } from "node:crypto";

/** Files that are kept, so that one of the same content need not be uploaded again. */
const MOST_FILES = 20;

export class Imports {
  /** name → file, oldest first @type {Map<string, { database: string, etag: string, content?: Buffer }>} */
  #files = new Map();
  /** database → its last import */
  #jobs = new Map();

  /** @returns {string | undefined} the name of a file of that content, if one was uploaded for this database */
  known(database, etag) {
    const known = [...this.#files].find(([, file]) => file.database === database && file.etag === etag && file.content);
    return known?.[0];
  }

  /** @returns {string} the name to upload it by */
  announce(database, etag) {
    const name = `${randomUUID()}.sql`;
    this.#files.set(name, { database, etag });
    if (this.#files.size > MOST_FILES) this.#files.delete(this.#files.keys().next().value);
    return name;
  }

  /** Whether a file of that name was announced for the database. */
  expects(database, name) {
    return this.#files.get(name)?.database === database;
  }

  /** @returns {string} MD5 of what has arrived */
  upload(name, content) {
    const file = this.#files.get(name);
    if (file) file.content = content;
    return md5(content);
  }

  /** @returns {Buffer | undefined} the file, if it is there and is what was announced */
  file(database, name, etag) {
    const file = this.#files.get(name);
    const isWhole = file?.database === database && file.content && etag === file.etag && md5(file.content) === etag;
    return isWhole ? file.content : undefined;
  }

  /** Remembers how an import goes. @param {Promise<object>} job */
  begin(database, job, polls) {
    this.#jobs.set(database, { job, polls });
  }

  /** @returns {{ job: Promise<object>, polls: number } | undefined} `polls`: so many answers still say that it runs */
  running(database) {
    return this.#jobs.get(database);
  }

  end(database) {
    this.#jobs.delete(database);
  }
}

function md5(content) {
  return createHash("md5").update(content).digest("hex");
}
