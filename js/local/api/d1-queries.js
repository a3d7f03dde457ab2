/** SQL for databases of D1: queries, files, bookmarks. https://developers.cloudflare.com/api/resources/d1/subresources/database/methods/query/ */
import { allows } from "../auth.js";
import { ApiError, raw, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { DatabaseError } from "../runtime/databases.js";
import { isObject, readObject } from "./body.js";
import { malformed, PATH, usedDatabase } from "./d1-databases.js";
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
  const { runtime, state, actor, request } = context;
  const { id } = usedDatabase(context);
  const asked = readObject(request, 7400);
  const onlyReads = !allows(state, actor, writes("D1"));
  const [call, what] = isScript(asked) ? ["script", asked.sql] : ["batch", statementsOf(asked)];
  return success(await runtime.database(id)[call](what, form, onlyReads).catch(refused));
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
  const { id } = usedDatabase(context);
  const asked = readObject(context.request, 7400);
  if (!ACTIONS[asked.action]) throw malformed("action must be init, ingest or poll");
  return success(await ACTIONS[asked.action](context, id, asked));
}

/** What was uploaded before, byte for byte, is run at once. */
function init(context, id, { etag }) {
  if (typeof etag !== "string" || !MD5.test(etag)) throw malformed("etag must be the MD5 of the file");
  const known = context.imports.known(id, etag);
  if (known) return ingest(context, id, { filename: known, etag });
  const filename = context.imports.announce(id, etag);
  const { host } = context.request.headers;
  return { filename, upload_url: `http://${host}/client/v4${context.request.path}/${filename}` };
}

function ingest(context, id, { filename, etag }) {
  const file = context.imports.file(id, filename, etag);
  if (!file) return { success: false, error: `There is no uploaded file ${filename} with the etag ${etag}.` };
  context.imports.begin(id, run(context, id, file), context.switches.importPolls);
  return poll(context, id);
}

async function run({ runtime }, id, file) {
  const database = runtime.database(id);
  const { bookmark: before } = await database.about();
  const messages = [`Processed ${file.length} bytes of SQL.`];
  try {
    const { queries, meta } = await database.import(file);
    const { bookmark } = await database.about();
    const result = { final_bookmark: bookmark, num_queries: queries, meta };
    return { at_bookmark: bookmark, status: "complete", messages, errors: [], result };
  } catch (error) {
    return { at_bookmark: before, status: "error", messages, errors: [error.message] };
  }
}

/** Tells how an import ended once; whoever asks again hears that nothing runs. */
async function poll({ imports, runtime }, id) {
  const running = imports.running(id);
  if (!running) return IDLE;
  if (running.polls > 0) {
    running.polls -= 1;
    const { bookmark } = await runtime.database(id).about();
    return { success: true, type: "import", status: "active", at_bookmark: bookmark, messages: [], errors: [] };
  }
  const ended = await running.job;
  imports.end(id);
  return { success: true, type: "import", ...ended };
}

function mayUpload({ imports, params }) {
  return imports.expects(params.databaseId, params.fileName);
}

function upload({ imports, params, request }) {
  const etag = imports.upload(params.fileName, request.body);
  return raw("", { headers: { etag: `"${etag}"` } });
}

/** The present one alone: no earlier state is kept. */
async function bookmark(context) {
  const { runtime, state, query: asked } = context;
  const since = asked.get("timestamp");
  const at = since === null ? state.clock.now() : Date.parse(since);
  if (Number.isNaN(at)) throw malformed("timestamp must be a date and time");
  const { bookmark: now, writtenAt } = await runtime.database(usedDatabase(context).id).about();
  if (at < writtenAt)
    throw new ApiError(
      400,
      7500,
      `Local Cloudflare keeps no state of a database from before ${new Date(writtenAt).toISOString()}.`,
    );
  return success({ bookmark: now });
}

function restore(context) {
  usedDatabase(context);
  throw new ApiError(400, 7500, "Local Cloudflare keeps no earlier state of a database, so nothing can be restored.");
}
