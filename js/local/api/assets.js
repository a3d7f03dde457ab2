/**
 * Files of a Worker's static assets on their way into the account: announced by hash, and only those sent that it lacks.
 * https://developers.cloudflare.com/workers/static-assets/direct-upload/
 */
import { ApiError, success } from "../envelope.js";
import { writes } from "../permissions.js";
import { isObject, readObject } from "./body.js";
import { readParts } from "./multipart.js";
import { endpoint } from "./router.js";
import { checkScriptName } from "./scripts.js";

const ACCOUNT = "/accounts/{accountId}/workers";
const HASH = /^[0-9a-f]{32}$/;
const MOST_FILES = 100_000;
const MOST_BYTES = 25 * 1024 * 1024;
/** Of the files of one bucket. */
const BUCKET_BYTES = 50 * 1024 * 1024;
/** The content type of a part whose file is to be served without one. */
const NO_TYPE = "application/null";
/** What miniflare reads in a folder of assets; deployers send the first two in the configuration, and the third not at all. */
const RULE_FILES = ["/_headers", "/_redirects", "/.assetsignore"];

export const assets = [
  endpoint("POST", `${ACCOUNT}/scripts/{scriptName}/assets-upload-session`, writes("Workers Scripts"), announce),
  // The token of the session is all that it takes.
  endpoint("POST", `${ACCOUNT}/assets/upload`, [], upload, { anyone: hasSession }),
];

function announce({ state, switches, params, request, assetSessions }) {
  checkScriptName(params.scriptName);
  const { manifest } = readObject(request, 10026);
  const files = readManifest(manifest);
  const session = assetSessions.open(params.scriptName, files);
  const missing = missingOf(state, session);
  const purpose = missing.length === 0 ? "completion" : "upload";
  const buckets = bucketsOf(missing, Math.max(1, switches.assetsPerBucket));
  return success({ jwt: assetSessions.token(session, purpose), buckets }, { status: 201 });
}

function upload({ state, query, request, assetSessions }) {
  if (query.get("base64") !== "true") throw invalid("assets are uploaded as base64: ?base64=true");
  const session = sessionOf(assetSessions, request);
  const sent = readParts(request).map((part) => readFile(part, session));
  for (const [hash, file] of sent) state.assetFiles.set(hash, file);
  if (missingOf(state, session).length > 0) return success({}, { status: 202 });
  return success({ jwt: assetSessions.token(session, "completion") }, { status: 201 });
}

function hasSession({ assetSessions, request }) {
  if (sessionOf(assetSessions, request)) return true;
  throw new ApiError(401, 10000, "Authentication error");
}

function sessionOf(assetSessions, { headers }) {
  const [, token] = /^Bearer (\S+)$/i.exec(headers.authorization ?? "") ?? [];
  return token && assetSessions.find(token, "upload");
}

/** @returns {import("../assets/sessions.js").AnnouncedFile[]} */
function readManifest(manifest) {
  if (!isObject(manifest)) throw invalid("manifest must be an object");
  const files = Object.entries(manifest).map(([path, about]) => ({ ...readAnnounced(path, about), path }));
  if (files.length > MOST_FILES) throw invalid(`at most ${MOST_FILES} assets are allowed`);
  const folders = new Set(files.flatMap(({ path }) => foldersOf(path)));
  const both = files.find(({ path }) => folders.has(path));
  if (both) throw invalid(`Local Cloudflare keeps assets as files: "${both.path}" can't be a folder as well`);
  return files;
}

function readAnnounced(path, about) {
  const steps = path.split("/");
  const isPath = steps.shift() === "" && steps.every((step) => ![".", "..", ""].includes(step) && !step.includes("\0"));
  if (!isPath) throw invalid(`"${path}" is no path of an asset`);
  if (RULE_FILES.includes(path)) throw invalid(`Local Cloudflare serves no asset "${path}"`);
  if (!isObject(about) || !HASH.test(about.hash)) throw invalid(`hash of "${path}" must be 32 hex digits`);
  const { hash, size } = about;
  if (!Number.isInteger(size) || size < 0) throw invalid(`size of "${path}" must be a number of bytes`);
  if (size > MOST_BYTES) throw invalid(`"${path}" is larger than ${MOST_BYTES} bytes`);
  return { hash, size };
}

const foldersOf = (path) =>
  path
    .split("/")
    .slice(0, -1)
    .map((_, index, steps) => steps.slice(0, index + 1).join("/"));

/** @returns {[hash: string, file: import("../state.js").AssetFile]} */
function readFile({ name: hash, contentType, content }, session) {
  const announced = session.files.find((file) => file.hash === hash);
  if (!announced) throw invalid(`no asset of hash "${hash}" was announced`);
  const text = content.toString("latin1");
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") !== text) throw invalid(`asset "${hash}" is not base64`);
  if (bytes.length !== announced.size) throw invalid(`asset "${hash}" has not the size that was announced`);
  return [hash, { content: bytes, ...(contentType && contentType !== NO_TYPE && { contentType }) }];
}

/** Each file that the account lacks, once. */
function missingOf({ assetFiles }, { files }) {
  const missing = new Map(files.filter(({ hash }) => !assetFiles.has(hash)).map((file) => [file.hash, file]));
  return [...missing.values()];
}

function bucketsOf(files, mostFiles) {
  const buckets = [];
  let bytes = 0;
  for (const { hash, size } of files) {
    const isFull = buckets.length === 0 || buckets.at(-1).length === mostFiles || bytes + size > BUCKET_BYTES;
    if (isFull) buckets.push([]);
    bytes = isFull ? size : bytes + size;
    buckets.at(-1).push(hash);
  }
  return buckets;
}

function invalid(message) {
  return new ApiError(400, 10021, message);
}
