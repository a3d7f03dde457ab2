/** Code of a script without its configuration. https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/content/ */
import { randomBytes } from "node:crypto";
import { raw, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { addDerivedVersion, deployWhole, liveVersion } from "../versions.js";
import { newestOf, scriptOf } from "./lookup.js";
import { readAnnotations, readMetadata } from "./metadata.js";
import { checkEntry, contentTypeOf, readModules } from "./modules.js";
import { readParts } from "./multipart.js";
import { endpoint } from "./router.js";
import { scriptView } from "./script-view.js";
import { trialStart } from "./upload.js";

const SCRIPT = "/accounts/{accountId}/workers/scripts/{scriptName}";

export const content = [
  endpoint("GET", `${SCRIPT}/content/v2`, reads("Workers Scripts"), read),
  endpoint("PUT", `${SCRIPT}/content`, writes("Workers Scripts"), put),
];

/**
 * The modules as sent to who downloads them: one script as it is, modules as a form.
 * @returns {{ body: Buffer, headers: Record<string, string> }}
 */
export function contentOf(version) {
  if (version.bodyPart !== undefined && version.modules.length === 1) {
    return { body: version.modules[0].content, headers: { "content-type": "application/javascript" } };
  }
  const boundary = randomBytes(30).toString("hex");
  const headers = {
    "content-type": `multipart/form-data; boundary=${boundary}`,
    ...(version.modules.length > 0 && { "cf-entrypoint": version.mainModule ?? version.bodyPart }),
  };
  return {
    body: Buffer.concat([...version.modules.map((module) => part(module, boundary)), closing(boundary)]),
    headers,
  };
}

function read(context) {
  const script = scriptOf(context);
  const { body, headers } = contentOf(liveVersion(script) ?? newestOf(script));
  return raw(body, { headers });
}

function put(context) {
  const { state, request, runtime, params } = context;
  const parts = readParts(request);
  const metadata = entryOf(request.headers, parts);
  const modules = readModules(parts.filter((candidate) => candidate.name !== "metadata"));
  checkEntry(metadata, modules);
  return context.turn(params.scriptName, async () => {
    const script = scriptOf(context);
    const base = newestOf(script);
    const code = { modules, mainModule: metadata.main_module, bodyPart: metadata.body_part, etag: undefined };
    const annotations = { ...readAnnotations(metadata.annotations), "workers/triggered_by": "upload" };
    const { fields, messages } = await trialStart(context, { ...base, ...code, annotations });
    const version = addDerivedVersion(state, script, base, fields);
    deployWhole(state, script, version, { "workers/triggered_by": "upload" });
    runtime.changed();
    return success(scriptView(script), { messages });
  });
}

/** The entry is named by headers or by a metadata part. */
function entryOf(headers, parts) {
  const mainModule = headers["cf-worker-main-module-part"];
  const bodyPart = headers["cf-worker-body-part"];
  if (mainModule !== undefined) return { main_module: mainModule };
  if (bodyPart !== undefined) return { body_part: bodyPart };
  return readMetadata(parts.find((candidate) => candidate.name === "metadata"));
}

function part({ name, type, contentType, content: bytes }, boundary) {
  const head = [
    `--${boundary}`,
    `Content-Disposition: form-data; name="${name}"; filename="${name}"`,
    `Content-Type: ${contentType ?? contentTypeOf(type)}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), bytes, Buffer.from("\r\n")]);
}

const closing = (boundary) => Buffer.from(`--${boundary}--\r\n`);
