import { once } from "node:events";
import { resolve } from "node:path";
import { domainToASCII } from "node:url";
import { usageError } from "../../errors.js";
import { LOCAL_FOLDER, removeLocal, runsIn, writeLocal } from "../local-state.js";
import { requireWritableFolder } from "../writable.js";

const INSTALL = "npm i -D miniflare@4.20260730.0";
const BUCKET = "bundles";
const DEFAULT_ZONE = "example.com";

/** Of a domain name, in bytes. */
const MAX_NAME = 253;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** `local`: a Cloudflare account on this machine, until it is interrupted. */
export const local = {
  name: "local",
  summary: "run a Cloudflare account on this machine",
  operands: [],
  examples: [
    "cfworker-deploy local",
    "cfworker-deploy local --port 8787 --zone example.org --persist .local",
    "cfworker-deploy local --kv hello-visits",
    "cfworker-deploy local --token 'ci=Workers Scripts Write,Zone Read'",
    "cfworker-deploy local --latency 100 --fault 'POST */routes:500:1'",
  ],
  async run({ context, view, flags }) {
    if (await runsIn(context.cwd)) throw usageError("a Local Cloudflare already runs in this directory");
    await requireWritableFolder(context, LOCAL_FOLDER);
    if (flags.persist) await requireWritableFolder(context, flags.persist);
    context.interrupt.own();
    const cloudflare = await start(context, flags);
    try {
      await cloudflare.runtime.warmUp();
      cloudflare.createBucket(BUCKET);
      const path = await writeLocal(context.cwd, stateOf(cloudflare));
      view.text(readyLines(cloudflare, path).join("\n"));
      await interrupted(context.interrupt);
      await removeLocal(path, process.pid);
    } catch (error) {
      throw startFailure(error, flags);
    } finally {
      await cloudflare.close();
    }
    return view.end({ exit: 0 });
  },
};

async function start({ cwd, err }, flags) {
  const { startLocalCloudflare } = await import("../../local/index.js");
  const { PERMISSION_GROUPS } = await import("../../local/permissions.js");
  const groups = PERMISSION_GROUPS.map(({ name }) => name);
  const { port, persist, latency, fault, zone = [DEFAULT_ZONE], kv, token } = flags;
  const options = {
    port,
    latencyMs: latency,
    faults: fault,
    zones: [...new Set(zone.map(zoneOf))],
    kv: kv.map(titleOf),
    tokens: token.map((text) => tokenOf(text, groups)),
    quiet: false,
    print: err.block,
  };
  try {
    return await startLocalCloudflare({ ...options, persist: persist && resolve(cwd, persist) });
  } catch (error) {
    throw startFailure(error, flags);
  }
}

function startFailure(error, { port }) {
  if ((error.cause ?? error).code === "ERR_MODULE_NOT_FOUND" && error.message.includes("miniflare")) {
    return usageError("Local Cloudflare needs miniflare, which is not installed", INSTALL);
  }
  if (error.code === "EADDRINUSE") return usageError(`port ${port} is taken`, "leave `--port` out for a free one");
  if (error.code === "EACCES" && error.syscall === "listen") {
    return usageError(
      `port ${port} is not for this user`,
      "take one from 1024 on, or leave `--port` out for a free one",
    );
  }
  if (error.name === "LockedError")
    return usageError(
      error.message,
      `stop it, or keep this one elsewhere (or remove \`${error.file}\` if that is no Local Cloudflare)`,
    );
  if (error.name === "FaultError") return usageError(error.message);
  return error;
}

/** A domain of at least two labels, in the letters that DNS has. */
function zoneOf(text) {
  const name = domainToASCII(text.trim()).replace(/\.$/, "");
  const labels = name.split(".");
  const isDomain = labels.length > 1 && labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(labels.at(-1));
  if (!isDomain || name.length > MAX_NAME) throw usageError(`\`${text}\` is no name of a zone`, "such as example.com");
  return name;
}

function titleOf(text) {
  if (text.trim() === "") throw usageError("a KV namespace has to have a title", "such as --kv hello-visits");
  return text;
}

/** `NAME=GROUP,GROUP` */
function tokenOf(text, known) {
  const [, name, list] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (!list) throw usageError(`\`${text}\` is no token`, "--token 'ci=Workers Scripts Write,Zone Read'");
  const permissionGroups = list.split(",").map((group) => group.trim());
  const unknown = permissionGroups.find((group) => !known.includes(group));
  if (unknown) throw usageError(`\`${unknown}\` is no permission group`, `known: ${known.join(", ")}`);
  return { name: name.trim(), permissionGroups };
}

function stateOf({ apiUrl, s3Url, dataUrl, token, accountId, zones, s3, state }) {
  const tokens = state.tokens.filter(({ value }) => value !== token).map(({ name, value }) => ({ name, token: value }));
  return {
    api: apiUrl,
    s3: s3Url,
    data: dataUrl,
    token,
    account: accountId,
    zones,
    keys: s3,
    tokens,
    pid: process.pid,
  };
}

function readyLines({ apiUrl, s3Url, dataUrl, zones }, path) {
  return [
    "Local Cloudflare is ready, Ctrl-C stops it",
    `  API    ${apiUrl}`,
    `  R2     ${s3Url}  bucket ${BUCKET}`,
    `  sites  ${dataUrl}  zones ${zones.map(({ name }) => name).join(", ")}`,
    `  keys   ${path}`,
    "Deploy to it:  cfworker-deploy worker.yaml --local",
  ];
}

async function interrupted({ signal }) {
  if (!signal.aborted) await once(signal, "abort");
}
