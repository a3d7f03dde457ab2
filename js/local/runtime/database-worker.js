/**
 * Runs in workerd, as text that is read from here: the Worker that holds the databases of D1, each in the SQLite of an
 * object of its own. It alone speaks with them, for the API and, by the protocol of D1's binding, for Workers.
 * https://developers.cloudflare.com/d1/worker-api/
 */
import { DurableObject } from "cloudflare:workers";

/** SQLite ran out of text before the statement was over. */
const UNFINISHED = /^(incomplete input|unrecognized token)/;
/** Tables that are nobody's: D1's own and SQLite's. */
const USERS_TABLES =
  "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*'";

class OnlyReads extends Error {}

/** Undefined for a text of comments, space and semicolons alone. */
function ifAny(run) {
  try {
    return run();
  } catch (error) {
    if (/^SQL code did not contain a statement/.test(error.message)) return undefined;
    throw error;
  }
}

export class Database extends DurableObject {
  #sql = this.ctx.storage.sql;

  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    const call = CALLS[pathname.slice(1)];
    const form = searchParams.get("resultsFormat") ?? "ARRAY_OF_OBJECTS";
    const onlyReads = searchParams.has("onlyReads");
    try {
      const result = await call(this, request, form, onlyReads);
      return Response.json(result, { headers: { "x-cf-d1-session-commit-token": this.bookmark } });
    } catch (error) {
      return Response.json(
        { success: false, error: error.message, onlyReads: error instanceof OnlyReads },
        { status: 500 },
      );
    }
  }

  /** All of them or none. */
  batch(statements, form, onlyReads) {
    if (statements.length === 0) throw new Error("No SQL statements detected.");
    return this.#change(() => statements.map((statement) => this.#run(statement, form)), onlyReads);
  }

  /** The statements of a text, which SQLite itself tells apart: one begins where the one before was complete. */
  script(sql, form, onlyReads) {
    return this.#change(() => {
      const results = [];
      for (let rest = sql; rest !== ""; ) {
        const length = this.#firstStatement(rest);
        const result = ifAny(() => this.#run({ sql: rest.slice(0, length) }, form));
        if (result) results.push(result);
        rest = rest.slice(length);
      }
      if (results.length === 0) throw new Error("No SQL statements detected.");
      return results;
    }, onlyReads);
  }

  import(sql) {
    const before = this.#measure();
    return this.#change(() => {
      const { remainder, statementCount, rowsRead, rowsWritten } = this.#sql.ingest(sql);
      // What no semicolon ended, if there is any.
      const last = ifAny(() => this.#read({ sql: remainder }).cursor);
      const read = rowsRead + (last?.rowsRead ?? 0);
      const meta = this.#meta(before, { rowsRead: read, rowsWritten: rowsWritten + (last?.rowsWritten ?? 0) });
      return { queries: statementCount + (last ? 1 : 0), meta };
    }, false);
  }

  about() {
    const [[tables]] = [...this.#sql.exec(USERS_TABLES).raw()];
    return { size: this.#sql.databaseSize, tables, bookmark: this.bookmark, writtenAt: this.#written.at };
  }

  /** Another one after each write. */
  get bookmark() {
    const { writes, at } = this.#written;
    const hex = (number) => number.toString(16).padStart(8, "0");
    return [hex(writes), hex(0), hex(Math.floor(at / 1000)), this.ctx.id.toString().slice(0, 32)].join("-");
  }

  #change(work, onlyReads) {
    return this.ctx.storage.transactionSync(() => {
      const before = this.#measure();
      const result = work();
      if (!this.#hasChanged(before)) return result;
      if (onlyReads) throw new OnlyReads("this token may only read");
      const { writes } = this.#written;
      this.ctx.storage.kv.put("written", { writes: writes + 1, at: Date.now() });
      return result;
    });
  }

  get #written() {
    return this.ctx.storage.kv.get("written") ?? { writes: 0, at: 0 };
  }

  #run(statement, form) {
    const before = this.#measure();
    const { cursor, rows } = this.#read(statement);
    const columns = cursor.columnNames;
    const asObject = (row) => Object.fromEntries(columns.map((name, index) => [name, row[index]]));
    const results = form === "ROWS_AND_COLUMNS" ? { columns, rows } : rows.map(asObject);
    return { success: true, results, meta: this.#meta(before, cursor) };
  }

  /** A list among the parameters is a blob, and a blob among the results a list. */
  #read({ sql, params }) {
    const given = (params ?? []).map((value) => (Array.isArray(value) ? new Uint8Array(value).buffer : value));
    const cursor = this.#sql.exec(sql, ...given);
    const shown = (value) => (value instanceof ArrayBuffer ? [...new Uint8Array(value)] : value);
    return { rows: [...cursor.raw()].map((row) => row.map(shown)), cursor };
  }

  #firstStatement(text) {
    for (let end = text.indexOf(";"); end !== -1; end = text.indexOf(";", end + 1)) {
      if (this.#isFinished(text.slice(0, end + 1))) return end + 1;
    }
    return text.length;
  }

  /** Explaining compiles without running: whatever else is wrong with it, running it will tell. */
  #isFinished(text) {
    try {
      [...this.#sql.exec(`EXPLAIN ${text}`)];
      return true;
    } catch ({ message }) {
      return !UNFINISHED.test(message);
    }
  }

  #measure() {
    const [[changes, row]] = [...this.#sql.exec("SELECT total_changes(), last_insert_rowid()").raw()];
    return { changes, row, size: this.#sql.databaseSize, atMs: performance.now(), schema: this.#schema() };
  }

  #schema() {
    const [[version]] = [
      ...this.#sql.exec("SELECT coalesce(group_concat(name || coalesce(sql, '')), '') FROM sqlite_schema").raw(),
    ];
    return version;
  }

  #hasChanged(before) {
    const now = this.#measure();
    return ["changes", "row", "size", "schema"].some((name) => now[name] !== before[name]);
  }

  #meta(before, { rowsRead, rowsWritten }) {
    const now = this.#measure();
    const duration = now.atMs - before.atMs;
    return {
      served_by: "local",
      served_by_region: "WEUR",
      served_by_primary: true,
      timings: { sql_duration_ms: duration },
      duration,
      changes: now.changes - before.changes,
      last_row_id: now.row,
      changed_db: this.#hasChanged(before),
      size_after: now.size,
      rows_read: rowsRead,
      rows_written: rowsWritten,
    };
  }
}

const fromBinding = async (database, request, form) => {
  const asked = await request.json();
  return database.batch(Array.isArray(asked) ? asked : [asked], form, false);
};

/** By the first segment of the path; the first two are what D1's binding calls. */
const CALLS = {
  query: fromBinding,
  execute: fromBinding,
  batch: async (database, request, form, onlyReads) => database.batch(await request.json(), form, onlyReads),
  script: async (database, request, form, onlyReads) => database.script(await request.text(), form, onlyReads),
  import: async (database, request) => database.import(await request.text()),
  about: async (database) => database.about(),
  erase: async (database) => {
    await database.ctx.storage.deleteAll();
    return null;
  },
};

export default {
  async fetch(request, env) {
    if (request.headers.get("x-local-secret") !== env.SECRET) return new Response("", { status: 403 });
    return env.DATABASES.getByName(request.headers.get("x-local-database")).fetch(request);
  },
};
