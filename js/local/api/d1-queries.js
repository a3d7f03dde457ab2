/** SQL for databases of D1: queries, files, bookmarks. https://developers.cloudflare.com/api/resources/d1/subresources/database/methods/query/ */
import { allows } from "../auth.js";
import { ApiError, raw, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { DatabaseError } from "../runtime/databases.js";
import { isObject, readObject } from "./body.js";
import { databaseOf, malformed, PATH, sqlOf } from "./d1-databases.js";
import { endpoint } from "./router.js";

const DATABASE = `${PATH}/{databaseId}`;
const MD5 = /^[0-9a-f]{32}$/;
const IDLE = { success: false, error: "Not currently importing anything." };

export const d1Queries = [
  endpoint("POST", `${DATABASE}/query`, reads("D1"), (context) => query(context, "ARRAY_OF_OBJECTS")),
  endpoint("POST", `${DATABASE}/raw`, reads("D1"), (context) => query(context, "ROWS_AND_COLUMNS")),
  endpoint("POST", `${DATABASE}/import`, writes("D1"), importFile),
  // Presigned: whoever knows the name may upload.
  endpoint("PUT", `${DATABASE}/import/{fileName}`, [], upload, { anyone: mayUpload }),
  endpoint("GET", `${DATABASE}/time_travel/bookmark`, reads("D1"), bookmark),
  endpoint("POST", `${DATABASE}/time_travel/restore`, writes("D1"), restore),
];

async function query(context, form) {
  const { state, actor, request } = context;
  const database = databaseOf(context);
  const asked = readObject(request, 7400);
  const onlyReads = !allows(state, actor, writes("D1"));
  const [call, what] = isScript(asked) ? ["script", asked.sql] : ["batch", statementsOf(asked)];
  return success(await sqlOf(context, database)[call](what, form, onlyReads).catch(refused));
}

/** A text without parameters may hold several statements. */
const isScript = ({ sql, params = [], batch }) =>
  typeof sql === "string" && params?.length === 0 && batch === undefined;

function statementsOf({ batch, ...one }) {
  const statements = batch ?? [one];
  if (!Array.isArray(statements) || !statements.every(isStatement))
    throw malformed("a query is sql and params, or a batch of these");
  return statements.map(({ sql, params }) => ({ sql, params: params ?? [] }));
}

function isStatement(statement) {
  return isObject(statement) && typeof statement.sql === "string" && Array.isArray(statement.params ?? []);
}

function refused(error) {
  if (!(error instanceof DatabaseError)) throw error;
  if (error.onlyReads) throw new ApiError(403, 10000, "Authentication error");
  throw new ApiError(400, 7500, error.message);
}

const ACTIONS = { __proto__: null, init, ingest, poll };

async function importFile(context) {
  const database = databaseOf(context);
  const asked = readObject(context.request, 7400);
  if (!ACTIONS[asked.action]) throw malformed("action must be init, ingest or poll");
  return success(await ACTIONS[asked.action](context, database, asked));
}

/** What was uploaded before, byte for byte, is run at once. */
function init(context, database, { etag }) {
  if (typeof etag !== "string" || !MD5.test(etag)) throw malformed("etag must be the MD5 of the file");
  const known = context.imports.known(database.id, etag);
  if (known) return ingest(context, database, { filename: known, etag });
  const filename = context.imports.announce(database.id, etag);
  const { host } = context.request.headers;
  return { filename, upload_url: `http://${host}/client/v4${context.request.path}/${filename}` };
}

function ingest(context, database, { filename, etag }) {
  const file = context.imports.file(database.id, filename, etag);
  if (!file) return { success: false, error: `There is no uploaded file ${filename} with the etag ${etag}.` };
  context.imports.begin(database.id, run(sqlOf(context, database), file), context.switches.importPolls);
  return poll(context, database);
}

/** Never rejects: how it ended is what is asked for later. A file that fails leaves the database as it was. */
async function run(database, file) {
  const messages = [`Processed ${file.length} bytes of SQL.`];
  try {
    const { queries, meta } = await database.import(file);
    const { bookmark } = await database.about();
    const result = { final_bookmark: bookmark, num_queries: queries, meta };
    return { at_bookmark: bookmark, status: "complete", messages, errors: [], result };
  } catch (error) {
    const { bookmark } = await database.about().catch(() => ({ bookmark: "" }));
    return { at_bookmark: bookmark, status: "error", messages, errors: [error.message] };
  }
}

/** Tells how an import ended once; whoever asks again hears that nothing runs. */
async function poll(context, database) {
  const { imports } = context;
  const running = imports.running(database.id);
  if (!running) return IDLE;
  if (running.polls > 0) {
    running.polls -= 1;
    const { bookmark } = await sqlOf(context, database).about();
    return { success: true, type: "import", status: "active", at_bookmark: bookmark, messages: [], errors: [] };
  }
  const ended = await running.job;
  imports.end(database.id);
  return { success: true, type: "import", ...ended };
}

function mayUpload({ imports, params }) {
  return imports.expects(params.databaseId, params.fileName);
}

function upload({ imports, params, request }) {
  const etag = imports.upload(params.fileName, request.body);
  return raw("", { headers: { etag: `"${etag}"` } });
}

/** The present one alone: no earlier state is kept. Times of writes are those of this machine, whatever clock is set. */
async function bookmark(context) {
  const since = context.query.get("timestamp");
  const at = since === null ? Number.POSITIVE_INFINITY : Date.parse(since);
  if (Number.isNaN(at)) throw malformed("timestamp must be a date and time");
  const { bookmark: now, writtenAt } = await sqlOf(context, databaseOf(context)).about();
  if (at >= writtenAt) return success({ bookmark: now });
  const before = new Date(writtenAt).toISOString();
  throw new ApiError(400, 7500, `Local Cloudflare keeps no state of a database from before ${before}.`);
}

function restore(context) {
  databaseOf(context);
  throw new ApiError(400, 7500, "Local Cloudflare keeps no earlier state of a database, so nothing can be restored.");
}
